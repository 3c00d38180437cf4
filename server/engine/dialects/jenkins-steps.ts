/** What the blocks of a Jenkinsfile do: steps, the wrappers around them, and the stages of scripted pipelines. */
import type { Place } from "../../../model/edit.ts";
import type { Field, Job, PipelineGap, PipelineReference, Step } from "../../../model/facts.ts";
import { JENKINS_COMMANDS, JENKINS_PLAIN } from "../../../model/tools/jenkins.ts";
import type { Environment } from "../capabilities.ts";
import { join } from "../indirection.ts";
import { type PlacedCommand, parseShell } from "../shell.ts";
import { saying } from "./expanded.ts";
import { type GroovyAssignment, type GroovyCall, type GroovyNode, type GroovyText, parseGroovy } from "./groovy.ts";
import {
  blockOf,
  callIn,
  callsIn,
  fillArguments,
  filled,
  firstText,
  imagesIn,
  isLookedAt,
  namedText,
  set,
  swallows,
  textIn,
  textOf,
  textsIn,
  textsOf,
} from "./jenkins-calls.ts";
import { makeSteps, type StepParts } from "./pipeline.ts";
import type { PipelineFiles } from "./pipelines.ts";
import { imageReference, pinOf } from "./references.ts";
import { commandStep } from "./written.ts";

/** What surrounds a step. */
export interface Around {
  /** From the repository's root. */
  readonly directory: string;
  readonly tolerated: boolean;
  readonly disabled: boolean;
  readonly environment: Environment;
  readonly image: Field;
  /** The only branches whose runs come here; nothing where that is not said. */
  readonly branches: ReadonlySet<string> | undefined;
}

interface Draft {
  readonly job: Job;
  readonly steps: Step[];
  readonly parts: StepParts[];
}

/** What runs one after another: the jobs that what comes next waits for, and the one that is being read. */
export interface Sequence {
  needs: readonly string[];
  open: Draft | undefined;
  approval: Place | undefined;
  /** The image that the last call spoke of: `docker.image('x').inside { … }`. */
  image: GroovyText | undefined;
}

type ReadStages = (nodes: readonly GroovyNode[], reading: JenkinsReading, sequence: Sequence, around: Around) => void;

const MAX_JOBS = 1_000;
const MAX_STEPS = 5_000;
const MAX_DEPTH = 60;

/** Runs what is in them when something went wrong, or never. */
const NOT_RUN = new Set(["catch", "failure", "unstable", "aborted", "unsuccessful"]);

/** Languages' own words, and what Groovy objects can do anyway. */
const LANGUAGE =
  /^(?:if|else|for|while|do|try|finally|switch|default|break|continue|return|throw|new|this|super|null|true|false|it|call|each|eachWithIndex|collect|find|findAll|any|every|join|split|println|print|sleep|error|assert|scm|none|params|env|evaluate|with|tap|_)$/;

/** Wrappers of plugins, and steps that only tell somebody. */
const PLAIN = /^with[A-Z]|(?:publisher|notif(?:y|ier|ication)|send|message|report|results?|badge|status|parser)$/i;

export class JenkinsReading {
  readonly root: Field;
  readonly files: PipelineFiles;
  readonly gaps: PipelineGap[] = [];
  readonly references: PipelineReference[] = [];
  readonly jobs: Job[] = [];
  readonly branches = new Map<Job, ReadonlySet<string>>();
  readonly #readStages: ReadStages;
  readonly #methods = new Map<string, readonly GroovyNode[]>();
  /** Names of images by the variable that holds them. */
  readonly #images = new Map<string, GroovyText>();
  /** Variables that hold what a file or a library gave. */
  readonly #loaded = new Map<string, "file" | "library">();
  readonly #environment = new Map<string, string>();
  /** Methods of files that were loaded. */
  readonly #foreign = new Set<readonly GroovyNode[]>();
  /** Where what is read is called, when it stands in another file. */
  #calling: Place | undefined;
  #count = 0;
  #depth = 0;

  constructor(root: Field, files: PipelineFiles, readStages: ReadStages) {
    this.root = root;
    this.files = files;
    this.#readStages = readStages;
  }

  /** Places count in this file; what stands in another one is where it is called. */
  #at({ from, to }: { readonly from: number; readonly to: number }): Place {
    return this.#calling ?? this.root.part(from, to);
  }

  /** Methods and variables that stand beside what runs. */
  learn(nodes: readonly GroovyNode[]): void {
    for (const one of nodes) {
      if (one.kind === "method") this.#methods.set(one.name, one.body);
      if (one.kind !== "assignment") continue;
      if (one.value.kind === "block") this.#methods.set(one.name, one.value.body);
      if (one.value.kind === "text") this.#environment.set(one.name, one.value.text);
    }
  }

  /** A variable of the script itself. */
  readonly variable: Environment = (name) => this.#environment.get(name);

  /** Libraries that are named at the top of the file or in its `libraries` block. */
  libraries(nodes: readonly GroovyNode[]): void {
    for (const one of nodes) {
      if (one.kind !== "call") continue;
      if (one.name === "@Library") for (const text of textsIn(one.args)) this.#library(text);
      if (one.name === "pipeline")
        for (const { args } of blockOf(callIn(one.body ?? [], "libraries")))
          for (const text of textsIn(args)) this.#library(text);
    }
  }

  #library(name: GroovyText): void {
    const [text = "", version] = name.text.split("@");
    const place = this.#at(name);
    this.references.push({ kind: "library", name: text, version, pin: pinOf(version), own: false, place });
  }

  /** Begins a job; what was begun before has to be closed. */
  open(sequence: Sequence, name: string, at: { readonly from: number; readonly to: number }, around: Around): Draft {
    const known = this.jobs.filter(({ id }) => id === name || id.startsWith(`${name} #`)).length;
    const steps: Step[] = [];
    const job: Job = {
      id: known === 0 ? name : `${name} #${known + 1}`,
      body: this.root,
      place: this.#at(at),
      needs: sequence.needs,
      steps,
      disabled: around.disabled,
      tolerated: false,
      environment: this.root.at("environment"),
      image: around.image,
      uses: this.root.at("uses"),
      opaque: false,
      approval: sequence.approval,
    };
    const draft = { job, steps, parts: [] };
    sequence.open = draft;
    if (this.jobs.length < MAX_JOBS) this.jobs.push(job);
    if (around.branches !== undefined) this.branches.set(job, around.branches);
    return draft;
  }

  /** Ends the job that is being read. */
  close(sequence: Sequence): void {
    const { open } = sequence;
    if (open === undefined) return;
    open.steps.push(...makeSteps(open.job, open.parts));
    sequence.needs = [open.job.id];
    sequence.open = undefined;
  }

  /** The image that an agent runs in, where it says one. */
  agent(agent: GroovyCall): Field | undefined {
    const pod = callIn(agent.body ?? [], "kubernetes");
    const yaml = pod === undefined ? undefined : textOf(callIn(pod.body ?? [], "yaml"));
    if (yaml !== undefined) for (const image of imagesIn(yaml)) this.#image(image);
    const docker = callIn(agent.body ?? [], "docker");
    const named = docker?.body === undefined ? textOf(docker) : textOf(callIn(docker.body, "image"));
    return named === undefined ? undefined : this.#image(named);
  }

  #image(text: GroovyText): Field {
    const field = saying(this.root, text.text, this.#at(text));
    const reference = imageReference(field);
    if (reference !== undefined) this.references.push(reference);
    return field;
  }

  /** Reads what a block does, step by step. */
  steps(nodes: readonly GroovyNode[], sequence: Sequence, around: Around): void {
    if (this.#depth > MAX_DEPTH || this.#count > MAX_STEPS) return;
    this.#depth += 1;
    let inner = around;
    for (const [at, node] of nodes.entries()) {
      if (node.kind === "method") continue;
      if (node.kind === "assignment") inner = this.#assign(node, inner);
      else if (node.name === "try") {
        this.#call(node, sequence, { ...inner, tolerated: inner.tolerated || swallows(nodes, at) });
      } else
        this.#call(
          node,
          sequence,
          asksForStatus(node) && !isLookedAt(nodes, at) ? { ...inner, tolerated: true } : inner,
        );
    }
    this.#depth -= 1;
  }

  #assign({ name, value }: GroovyAssignment, around: Around): Around {
    if (value.kind === "call") {
      const { call } = value;
      const image = /^docker\.(?:build|image)$/.test(call.name) ? textIn(call.args, 0) : undefined;
      if (image !== undefined) this.#images.set(name, image);
      if (call.name === "load") this.#loaded.set(name, "file");
      if (call.name === "library") this.#loaded.set(name, "library");
    }
    // `def publish = { … }` is called like a method.
    if (value.kind === "block") this.#methods.set(name, value.body);
    if (value.kind !== "text") return around;
    this.#environment.set(
      name.replace(/^env\./, ""),
      value.filled ? filled(value.text, around.environment) : value.text,
    );
    return { ...around, environment: (key) => this.#environment.get(key) ?? around.environment(key) };
  }

  #call(call: GroovyCall, sequence: Sequence, around: Around): void {
    const { name, args, body } = call;
    this.#count += 1;
    switch (name) {
      case "stage": {
        this.#stage(call, sequence, around);
        return;
      }
      case "parallel": {
        this.#parallel(call, sequence, around);
        return;
      }
      case "sh":
      case "bat":
      case "powershell":
      case "pwsh": {
        this.#script(call, sequence, around);
        return;
      }
      case "input":
        // What comes after it waits for a person.
        this.close(sequence);
        sequence.approval = this.#at(call);
        return;
      case "dir": {
        this.#inside(call, sequence, {
          ...around,
          directory: join(around.directory, textIn(args, 0)?.text ?? "") ?? "",
        });
        return;
      }
      case "withEnv": {
        this.#inside(call, sequence, { ...around, environment: set(args, around.environment) });
        return;
      }
      case "catchError":
      case "warnError": {
        this.#inside(call, sequence, { ...around, tolerated: true });
        return;
      }
      case "docker.image":
      case "docker.build":
        sequence.image = textIn(args, 0);
        if (name === "docker.build") this.#docker("build -t", sequence.image, call, sequence, around);
        return;
      case ".inside":
      case ".withRun": {
        this.#inside(call, sequence, around);
        return;
      }
      case "podTemplate":
        for (const one of callsIn(args)) {
          const image =
            one.name === "containerTemplate" ? one.args.find(({ key }) => key === "image")?.value : undefined;
          if (image?.kind === "text") this.#image(image);
        }
        this.#inside(call, sequence, around);
        return;
      case "build": {
        this.#gap(call, "remote", textIn(args, 0)?.text ?? namedText(call, "job") ?? "build", around);
        return;
      }
      case "load": {
        this.#load(call, sequence, around);
        return;
      }
      case "library":
        for (const text of textsIn(args)) this.#library(text);
        return;
    }
    if (NOT_RUN.has(name)) return;
    if (name === ".push" || name.endsWith(".push")) {
      this.#push(call, sequence, around);
      return;
    }
    const method = this.#methods.get(name) ?? this.#methods.get(name.replace(/^.*\./, ""));
    if (method !== undefined && !this.#known(name)) this.#method(method, call, sequence, around);
    else this.#plugin(call, sequence, around);
    if (body !== undefined) this.steps(body, sequence, around);
    // Blocks among the arguments: `retry(3, { … })`, `stages.each { … }`.
    for (const { value } of args) if (value.kind === "block") this.steps(value.body, sequence, around);
  }

  #known(name: string): boolean {
    return PLAIN.test(name) || JENKINS_PLAIN.has(name) || name in JENKINS_COMMANDS || LANGUAGE.test(name);
  }

  #inside({ args, body }: GroovyCall, sequence: Sequence, around: Around): void {
    const block = body ?? args.flatMap(({ value }) => (value.kind === "block" ? value.body : []));
    this.steps(block, sequence, around);
  }

  #stage(call: GroovyCall, sequence: Sequence, around: Around): void {
    const body = call.body ?? call.args.flatMap(({ value }) => (value.kind === "block" ? value.body : []));
    if (
      body.some(
        (one) => one.kind === "call" && /^(?:steps|stages|parallel|matrix)$/.test(one.name) && one.body !== undefined,
      )
    ) {
      this.#readStages([call], this, sequence, around);
      return;
    }
    this.close(sequence);
    const name = firstText(call) ?? "stage";
    // A stage of other stages is no job itself.
    if (!body.some((one) => one.kind === "call" && one.name === "parallel")) this.open(sequence, name, call, around);
    this.steps(body, sequence, around);
    this.close(sequence);
  }

  #parallel(call: GroovyCall, sequence: Sequence, around: Around): void {
    const branches = call.args.flatMap(({ key, value }) => (value.kind === "block" ? [{ key, body: value.body }] : []));
    const rest = call.args.filter(({ value, key }) => value.kind !== "block" && key !== "failFast");
    if (rest.length > 0) this.#gap(call, "computed", "parallel", around);
    if (branches.length === 0) return;
    this.close(sequence);
    const ends: string[] = [];
    for (const { key, body } of branches) {
      const own: Sequence = { ...sequence, open: undefined };
      if (!body.some((one) => one.kind === "call" && one.name === "stage"))
        this.open(own, key ?? "branch", call, around);
      this.steps(body, own, around);
      this.close(own);
      ends.push(...own.needs);
    }
    sequence.needs = [...new Set(ends)];
  }

  #script(call: GroovyCall, sequence: Sequence, around: Around): void {
    const script = call.args.find(({ key }) => key === undefined || key === "script" || key === "command")?.value;
    const texts = script === undefined ? [] : textsOf(script);
    if (script?.kind === "other" && texts.length === 0) {
      this.#gap(call, "computed", script.text.slice(0, 60), around);
      return;
    }
    // The steps run `sh -xe`; on Windows a script goes on behind what fails.
    const options = { errexit: call.name === "sh", pipefail: false };
    const commands = texts.flatMap((text) => this.#commands(text, options, around));
    this.#add(call, commands, sequence, around);
  }

  #commands(
    text: GroovyText,
    options: { readonly errexit: boolean; readonly pipefail: boolean },
    around: Around,
  ): readonly PlacedCommand[] {
    const fill = (written: string) => filled(written, around.environment);
    return parseShell(text.text, options).map((it) => ({
      words: it.words.map(fill),
      text: fill(it.text),
      tolerated: it.tolerated,
      used: it.used,
      place: text.exact ? this.#at({ from: text.from + it.from, to: text.from + it.to }) : this.#at(text),
    }));
  }

  #add(call: GroovyCall, commands: readonly PlacedCommand[], sequence: Sequence, around: Around): void {
    const draft = sequence.open ?? this.open(sequence, "steps", call, around);
    const parts = {
      body: this.root,
      place: this.#at(call),
      disabled: around.disabled,
      tolerated: around.tolerated,
    };
    const { directory, environment } = around;
    draft.parts.push(commandStep(parts, commands, { files: this.files, gaps: this.gaps, environment, directory }));
  }

  /** A command that a step stands for, at the place of the step. */
  #stand(command: string, call: GroovyCall, sequence: Sequence, around: Around): void {
    const place = this.#at(call);
    const commands = parseShell(command).map(({ words, text, tolerated, used }) => ({
      words,
      text,
      tolerated,
      used,
      place,
    }));
    this.#add(call, commands, sequence, around);
  }

  #docker(verb: string, name: GroovyText | undefined, call: GroovyCall, sequence: Sequence, around: Around): void {
    const image = name === undefined ? "" : filled(name.text, around.environment);
    this.#stand(
      `docker ${verb} "${image.replaceAll('"', "")}"${verb.startsWith("build") ? " ." : ""}`,
      call,
      sequence,
      around,
    );
  }

  /** `image.push('tag')`, where `image` is one that was built or named here. */
  #push(call: GroovyCall, sequence: Sequence, around: Around): void {
    const variable = call.name.slice(0, -".push".length);
    const image = variable === "" ? sequence.image : this.#images.get(variable);
    if (image === undefined) return;
    const tag = textIn(call.args, 0);
    const bare = image.text.replace(/:[^:/]*$/, (end) => (end.includes("}") && !end.includes("{") ? end : ""));
    this.#docker("push", tag === undefined ? image : { ...image, text: `${bare}:${tag.text}` }, call, sequence, around);
  }

  #plugin(call: GroovyCall, sequence: Sequence, around: Around): void {
    const { name, args } = call;
    // `step([$class: 'Name', …])` is how steps of older plugins are called.
    const [only] = args;
    const map = name === "step" && only?.value.kind === "list" ? only.value.items : args;
    const own = map.find(({ key }) => key === "$class")?.value;
    const step = own?.kind === "text" ? own.text.replace(/^.*\./, "") : name;
    const command = Object.hasOwn(JENKINS_COMMANDS, step) ? JENKINS_COMMANDS[step] : undefined;
    if (command !== undefined) {
      const isIgnored = map.some(
        ({ key, value }) => key === "abortPipeline" && value.kind === "other" && value.text === "false",
      );
      const tolerated = around.tolerated || isIgnored;
      this.#stand(fillArguments(command, map, around.environment), call, sequence, { ...around, tolerated });
      const verified = map.find(({ key }) => key === "verifyDeployments")?.value;
      if (step === "KubernetesEngineBuilder" && verified?.kind === "other" && verified.text === "true")
        this.#stand("kubectl rollout status", call, sequence, around);
      return;
    }
    if (name === "step" || this.#known(name) || name.startsWith("@") || name.startsWith(".")) return;
    const [first = ""] = name.split(".");
    if (name.includes(".")) {
      const from = this.#loaded.get(first);
      if (from !== undefined) this.#gap(call, from === "file" ? "missing" : "remote", name, around);
      return;
    }
    // A plain name, with arguments or without: a step of a library that the server loads for all.
    if (/^[a-z]\w*$/.test(name) && (args.length > 0 || call.body !== undefined || call.to > call.from + name.length))
      this.#gap(call, "remote", name, around);
  }

  #load(call: GroovyCall, sequence: Sequence, around: Around): void {
    const path = textIn(call.args, 0)?.text;
    const text = path === undefined ? undefined : this.files.text(join(around.directory, path) ?? path);
    if (text === undefined) {
      this.#gap(call, path === undefined ? "computed" : "missing", path ?? "load", around);
      return;
    }
    const nodes = parseGroovy(text);
    this.learn(nodes);
    for (const one of nodes) if (one.kind === "method") this.#foreign.add(one.body);
    for (const [name, kind] of this.#loaded) if (kind === "file") this.#loaded.delete(name);
    const whole = nodes.filter((one) => one.kind !== "method");
    this.#foreign.add(whole);
    this.#method(whole, call, sequence, around);
  }

  #method(body: readonly GroovyNode[], call: GroovyCall, sequence: Sequence, around: Around): void {
    const before = this.#calling;
    if (this.#foreign.has(body)) this.#calling = this.#at(call);
    this.steps(body, sequence, around);
    this.#calling = before;
  }

  #gap(call: GroovyCall, reason: PipelineGap["reason"], name: string, around: Around): void {
    if (!around.disabled)
      this.gaps.push({ place: this.#at({ from: call.from, to: call.from + call.name.length }), reason, name });
  }
}

/** The script does not fail by itself: its status is answered. */
function asksForStatus({ args }: GroovyCall): boolean {
  return args.some(({ key, value }) => key === "returnStatus" && value.kind === "other" && value.text === "true");
}
