/** Counting: whole numbers are what most of it gives. */
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { count, float, text, whole } from "./arguments.ts";
import { type GoFunction, type GoValue, isGoList, isGoMap } from "./go-value.ts";
import { Unsupported } from "./unsupported.ts";

function divided(by: GoValue | undefined): bigint {
  const divisor = whole(by);
  if (divisor === 0n) throw new Unsupported("divide by zero");
  return divisor;
}

function sequence(from: number, to: number, step: number): readonly GoValue[] {
  if (step === 0 || Math.abs(to - from) / Math.abs(step) > 10_000) throw new Unsupported("a sequence of another kind");
  const found: GoValue[] = [];
  for (let at = from; step > 0 ? at < to : at > to; at += step) found.push(BigInt(at));
  return found;
}

function sizeOf(value: GoValue | undefined): bigint {
  if (typeof value === "string") return BigInt(utf8ToBytes(value).length);
  if (isGoList(value)) return BigInt(value.length);
  if (isGoMap(value)) return BigInt(value.size);
  throw new Unsupported("len of what has none");
}

export const NUMBERS: Readonly<Record<string, GoFunction>> = {
  len: sizeOf,
  int: whole,
  int64: whole,
  float64: float,
  atoi: (value) => whole(text(value)),
  add: (...args) => args.reduce<bigint>((sum, one) => sum + whole(one), 0n),
  add1: (value) => whole(value) + 1n,
  sub: (one, other) => whole(one) - whole(other),
  mul: (...args) => args.reduce<bigint>((product, one) => product * whole(one), 1n),
  div: (one, other) => whole(one) / divided(other),
  mod: (one, other) => whole(one) % divided(other),
  max: (...args) => args.map(whole).reduce((most, one) => (one > most ? one : most)),
  min: (...args) => args.map(whole).reduce((least, one) => (one < least ? one : least)),
  floor: (value) => Math.floor(float(value)),
  ceil: (value) => Math.ceil(float(value)),
  mulf: (...args) => args.map(float).reduce((product, one) => product * one),
  divf: (...args) => args.map(float).reduce((quotient, one) => quotient / one),
  addf: (...args) => args.map(float).reduce((sum, one) => sum + one),
  until: (to) => sequence(0, count(to), count(to) < 0 ? -1 : 1),
  untilStep: (from, to, step) => sequence(count(from), count(to), count(step)),
};
