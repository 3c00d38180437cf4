/** Google Cloud Build. Each step is a container over one workspace. Whatever is written there, reading it never throws. */
import type { Field, Job, Pipeline, PipelineGap, PipelineReference, Step } from "../../../model/facts.ts";
import type { Environment, Sighting } from "../capabilities.ts";
import { join } from "../indirection.ts";
import { containerWords } from "../shell/launchers.ts";
import { type PlacedCommand, readCommands } from "../shell.ts";
import { SHELL, shebangShell, shellText } from "./container-commands.ts";
import { expanded, type Filled } from "./expanded.ts";
import { makeSteps, type StepParts } from "./pipeline.ts";
import type { PipelineDialect, PipelineFiles, PipelineSource } from "./pipelines.ts";
import { distinctGaps, distinctReferences, imageReference } from "./references.ts";
import { waitsOf } from "./step-order.ts";
import { commandStep, isTrue, isWritten, keyOf, oneOrMore, textOf, textsOf } from "./written.ts";

const PATH = /(?:^|\/)[^/]*cloud-?build[^/]*\.(?:ya?ml|json)$/i;
const REGISTRY = /^(?:[a-z.]*gcr\.io|[\w-]+-docker\.pkg\.dev)\//;

export const cloudBuild: PipelineDialect = {
  provider: "cloud-build",
  recognises(path, body) {
    if (["apiVersion", "kind", "jobs", "on"].some((key) => isWritten(body, key))) return false;
    const steps = body.at("steps").writtenItems();
    if (PATH.test(path)) return body.writtenEntries().length === 0 || isWritten(body, "steps");
    if (!/\.(?:ya?ml|json)$/i.test(path)) return false;
    // Under any other name: steps that are all named by the image they run.
    return (
      steps.length > 0 &&
      steps.every((it) => isWritten(it, "name") && !["uses", "run", "image"].some((key) => isWritten(it, key))) &&
      steps.some((it) => REGISTRY.test(textOf(it.at("name")) ?? ""))
    );
  },
  read: (source, files) => [readBuild(source, files)],
};

interface Reading {
  readonly files: PipelineFiles;
  readonly gaps: PipelineGap[];
  readonly references: PipelineReference[];
  /** Substitutions with their defaults. */
  readonly values: ReadonlyMap<string, string>;
  /** Of all steps. */
  readonly options: Field;
}

function readBuild(source: PipelineSource, files: PipelineFiles): Pipeline {
  const [{ body: written, document }] = source.documents;
  const values = new Map(
    written
      .at("substitutions")
      .writtenEntries()
      .flatMap(([name, value]) => (value.source === undefined ? [] : [[name, value.source] as const])),
  );
  const body = expanded(written, { fill: (text) => substituted(text, values), whole: () => undefined });
  const reading: Reading = { files, gaps: [], references: [], values, options: body.at("options") };
  const list = body.at("steps");
  const stepFields = list.writtenItems();
  const parts = stepFields.map((it, index) => stepParts(it, written.at("steps", index), reading));
  const published = publishedParts(body);
  const steps: Step[] = [];
  const place = isWritten(written, "steps") ? keyOf(list) : body.place;
  const job: Job = {
    id: "build",
    body: written,
    place,
    needs: [],
    steps,
    disabled: false,
    tolerated: false,
    environment: written.at("environment"),
    image: written.at("image"),
    uses: written.at("uses"),
    opaque: false,
    approval: undefined,
  };
  steps.push(...makeSteps(job, [...parts, ...published]));
  // A step that says nothing waits for all before it, and so does what is published in the end.
  const waits = waitsOf([...stepFields.map(waited), ...published.map(() => undefined)]);
  return {
    provider: "cloud-build",
    displayName: source.path.split("/").at(-1) ?? source.path,
    body: written,
    document,
    place,
    // What starts a build is set beside it, and mostly a change.
    triggers: new Set(["push"]),
    jobs: [job],
    capabilities: steps.flatMap((step) => step.capabilities),
    reusable: false,
    opaque: reading.gaps.length > 0,
    gaps: distinctGaps(reading.gaps),
    references: distinctReferences(reading.references),
    precedes: (earlier, later) => waits(steps.indexOf(later)).has(steps.indexOf(earlier)),
    system: source.system,
    nonProduction: source.nonProduction,
    foreign: source.foreign,
  };
}

function waited(step: Field): { readonly id: string | undefined; readonly needs: readonly string[] | undefined } {
  const needs = textsOf(step.at("waitFor"));
  return { id: textOf(step.at("id")), needs: needs.length === 0 ? undefined : needs };
}

/** Fills in `$_NAME` and `${_NAME}`; two dollars are one for the shell. */
function substituted(text: string, values: ReadonlyMap<string, string>): Filled | undefined {
  if (!text.includes("$")) return undefined;
  const pieces: (readonly [number, number, number, number])[] = [];
  let filled = "";
  let from = 0;
  for (const found of text.matchAll(/\$\$|\$\{(\w+)\}|\$(\w+)/g)) {
    const value = found[0] === "$$" ? "$" : values.get(found[1] ?? found[2] ?? "");
    if (value === undefined) continue;
    const to = found.index + found[0].length;
    filled += text.slice(from, found.index);
    pieces.push([filled.length, filled.length + value.length, found.index, to]);
    filled += value;
    from = to;
  }
  return pieces.length === 0 ? undefined : { text: filled + text.slice(from), pieces };
}

/** `written` is the step before anything is filled in: a `script` is handed over as it stands. */
function stepParts(step: Field, written: Field, reading: Reading): StepParts {
  const name = step.at("name");
  const reference = imageReference(name);
  if (reference !== undefined) reading.references.push({ ...reference, own: OWN.test(reference.name) });
  const variables = new Map([...reading.values, ...assigned(reading.options), ...assigned(step)]);
  const environment: Environment = (key) => variables.get(key);
  const commands = commandsOf(step, written);
  const label = textOf(step.at("id"));
  const directory = join("", textOf(step.at("dir")) ?? "") ?? "";
  return commandStep(
    {
      body: written,
      place: label === undefined ? name.place : step.at("id").place,
      displayName: label ?? commands[0]?.text.split("\n", 1)[0] ?? textOf(name) ?? "",
      disabled: false,
      tolerated: isTrue(step.at("allowFailure")) || step.at("allowExitCodes").writtenItems().length > 0,
    },
    commands,
    { files: reading.files, gaps: reading.gaps, environment, directory },
  );
}

/** Variables written as `NAME=value`. */
function assigned(map: Field): readonly (readonly [string, string])[] {
  return textsOf(map.at("env")).flatMap((it) => {
    const at = it.indexOf("=");
    return at < 1 ? [] : [[it.slice(0, at), it.slice(at + 1)] as const];
  });
}

const OWN = /^gcr\.io\/(?:cloud-builders|google\.com\/cloudsdktool)\//;
/** Images that are named after the program they start: Google's own, the community's, and one's own copies of those. */
const BUILDERS =
  /(?:^|\/)cloud-builders(?:-community)?\/([a-z][\w-]*)|(?:gcr\.io|docker\.pkg\.dev)\/.*\/(argocd|cosign|docker-compose|gke-deploy|helm|helmfile|kubectl|kustomize|make|packer|pulumi|terraform)(?:[:@]|$)/;
/** Images of that kind that start what their arguments name first. */
const PLAIN = /^(?:cloud-sdk|skaffold|ubuntu|alpine|debian|busybox|bash|node|python|golang)/;
/** Images of one program that are known only here. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "hashicorp/terraform": "terraform",
  "hashicorp/packer": "packer",
  "buildpacksio/pack": "pack",
};

function commandsOf(step: Field, written: Field): readonly PlacedCommand[] {
  const script = written.at("script");
  if (isWritten(written, "script")) {
    const shell = shebangShell(script.source ?? "", { errexit: false });
    return shell === undefined ? [] : readCommands(script, shell);
  }
  const args = oneOrMore(step.at("args"));
  const entrypoint = textOf(step.at("entrypoint"));
  const texts = args.map((it) => it.source ?? "");
  const image = textOf(step.at("name")) ?? "";
  const words = entrypoint === undefined ? startedBy(image, texts) : [entrypoint, ...texts];
  const own = words.length - texts.length;
  const at = shellText(words);
  const text = at === undefined ? undefined : args[at - own];
  if (at !== undefined && text !== undefined)
    return readCommands(text, { errexit: words.slice(1, at).some((it) => /^-[a-z]*e/.test(it)) });
  if ((words[0] ?? "") === "") return [];
  const field = args.length > 0 ? step.at("args") : entrypoint === undefined ? step.at("name") : step.at("entrypoint");
  return [{ words, text: words.join(" "), place: keyOf(field), tolerated: false, used: false }];
}

/** What an image does with its arguments. */
function startedBy(image: string, args: readonly string[]): readonly string[] {
  const known = containerWords(image, args);
  if (known.length > args.length) return known;
  const [, own, copy] = BUILDERS.exec(image) ?? [];
  const builder = own ?? copy ?? PROGRAMS[image.replace(/:[^/]*$/, "")];
  if (builder === undefined || PLAIN.test(builder) || args[0] === builder || SHELL.test(args[0] ?? "")) return args;
  return [builder, ...args];
}

/** Images are published when all steps have passed; that is also when it is said how they came to be. */
function publishedParts(body: Field): readonly StepParts[] {
  const images = body.at("images");
  const fields = oneOrMore(images).filter((it) => textOf(it) !== undefined);
  if (fields.length === 0) return [];
  const called = fields.map(
    (it): Sighting => ({
      name: "push",
      tool: "cloud-build",
      place: it.place,
      text: `push ${it.source ?? ""}`,
      gating: true,
      half: undefined,
    }),
  );
  const verified = body.at("options", "requestedVerifyOption");
  if (textOf(verified) === "VERIFIED")
    called.push({
      name: "provenance",
      tool: "cloud-build",
      place: verified.place,
      text: "VERIFIED",
      gating: true,
      half: undefined,
    });
  const none = images.at("uses");
  return [
    {
      body: images,
      place: keyOf(images),
      displayName: "images",
      commands: [],
      uses: none,
      kind: "action",
      inputs: none,
      environment: () => undefined,
      disabled: false,
      tolerated: false,
      called,
    },
  ];
}
