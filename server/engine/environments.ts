/** The environments of a workspace: what each applies, as facts, kept for as long as nothing it is made from changes. */
import type { Resource } from "../../model/facts.ts";
import { once } from "../../model/memo.ts";
import { readRendered } from "./dialects/kubernetes.ts";
import { equal, sameSet } from "./equal.ts";
import type { FileEntry } from "./files.ts";
import type { ReadonlyLayers } from "./layers.ts";
import { type Charts, concernsChart, type Root, rootOf } from "./layout.ts";
import { withAsked } from "./render/asked.ts";
import { concernsDiscovery } from "./render/discovery/concerns.ts";
import { type Discovery, discover } from "./render/discovery/discover.ts";
import { byGroup, groupsOf } from "./render/groups.ts";
import type { HelmOutput } from "./render/helm/said.ts";
import { type RenderInput, render } from "./render/render.ts";
import type { RenderedObject, Rendering } from "./render/rendered.ts";
import type { EnvironmentSpec } from "./render/specs.ts";
import type { SourceDocument, SourceFile } from "./source.ts";
import { WorldIndex } from "./world-index.ts";

/** What is judged together: what a file declares, or what an environment applies. */
export type Unit = Pick<FileEntry, "uri" | "path" | "root" | "role" | "resources" | "source" | "dialect"> & {
  readonly environment?: Environment;
};

export interface Environment {
  readonly spec: EnvironmentSpec;
  readonly rendering: Rendering;
  /** Environments of one group may meet in one cluster; "" meets everything. */
  readonly group: string;
  readonly nonProduction: boolean;
  /** Texts of its files in which somebody asked to ignore something: comments count in whatever file they stand. */
  readonly ignoring: readonly SourceFile[];
}

export interface EnvironmentUnit extends Unit {
  readonly environment: Environment;
}

export function isEnvironment(unit: Unit): unit is EnvironmentUnit {
  return unit.environment !== undefined;
}

const parts = once((_unit: EnvironmentUnit) => new Map<string, EnvironmentUnit>());

/** What of an environment is declared in one file. */
export function declaredIn(unit: EnvironmentUnit, uri: string): EnvironmentUnit {
  const known = parts(unit);
  let part = known.get(uri);
  if (part === undefined) {
    part = { ...unit, resources: unit.resources.filter(({ document }) => document.uri === uri) };
    known.set(uri, part);
  }
  return part;
}

/** What discovery and rendering read. */
export interface Surroundings extends RenderInput {
  readonly charts: Charts;
  readonly roots: readonly Root[];
  environment(root: Root | undefined, path: string): string | undefined;
  /** Folders whose own kustomization is an environment, whoever else draws on it. */
  readonly asked: readonly string[];
}

export class Environments {
  readonly units: readonly EnvironmentUnit[];
  /**
   * URIs of files that are judged as an environment applies them, and not as they stand. The same set for as long as
   * every environment, those that cannot be built included, is made from the same files.
   */
  readonly members: ReadonlySet<string>;
  /** What can be rendered, and what cannot. */
  readonly discovery: Discovery;
  /** Objects by group. */
  readonly groups: ReadonlyMap<string, WorldIndex>;
  readonly #renderings: ReadonlyMap<string, Rendering>;
  readonly #helm: ReadonlyMap<string, HelmOutput>;
  /** Where in the list of units those stand that are made with a file; shared for as long as that holds. */
  readonly #byFile: { places?: ReadonlyMap<string, readonly number[]> };

  private constructor(parts: {
    units: readonly EnvironmentUnit[];
    discovery: Discovery;
    groups: ReadonlyMap<string, WorldIndex>;
    renderings: ReadonlyMap<string, Rendering>;
    helm: ReadonlyMap<string, HelmOutput>;
    /** The state before, where every environment is made from the same files as there. */
    like?: Environments | undefined;
  }) {
    this.units = parts.units;
    this.discovery = parts.discovery;
    this.groups = parts.groups;
    this.#renderings = parts.renderings;
    this.#helm = parts.helm;
    this.members = parts.like?.members ?? membersOf(parts.units);
    this.#byFile = parts.like === undefined ? {} : parts.like.#byFile;
  }

  static readonly none = new Environments({
    units: [],
    discovery: { specs: [], members: new Map(), problems: [] },
    groups: new Map(),
    renderings: new Map(),
    helm: new Map(),
  });

  /** Environments that apply what stands in a file, or are made with it. */
  using(uri: string): readonly EnvironmentUnit[] {
    this.#byFile.places ??= placesByFile(this.units);
    return this.#byFile.places.get(uri)?.flatMap((place) => this.units[place] ?? []) ?? NONE;
  }

  /** Documents of a file that were typed since helm rendered it: they are judged as they stand as well. */
  typedSince(uri: string, files: ReadonlyLayers<FileEntry>): ReadonlySet<SourceDocument> {
    const source = files.get(uri)?.source;
    const typed = new Set<SourceDocument>();
    for (const { environment } of this.using(uri)) {
      const said = this.#helm.get(environment.spec.id);
      if (said === undefined || !("of" in said) || said.of.get(uri) === source) continue;
      const known = new Set(said.of.get(uri)?.documents);
      for (const document of source?.documents ?? []) if (!known.has(document)) typed.add(document);
    }
    return typed;
  }

  /** Everything that was rendered, failures included. */
  get renderings(): ReadonlyMap<string, Rendering> {
    return this.#renderings;
  }

  /** URIs of files that exist and whose text rendering would need: a host that can read them hands them over. */
  wanted(files: ReadonlyLayers<FileEntry>, roots: readonly Root[]): readonly string[] {
    const uris = new Set<string>();
    for (const { files: used } of this.#renderings.values())
      for (const uri of used) {
        const entry = files.get(uri);
        // What lies outside all folders was never walked, so that it may be there.
        const unread = entry === undefined ? rootOf(roots, uri) === undefined : entry.source === undefined;
        if (unread && entry?.notRead === undefined) uris.add(uri);
      }
    for (const { build } of this.discovery.specs) {
      if (build.tool !== "helm") continue;
      const { chart } = build;
      const inside = files.under(chart).filter((uri) => concernsChart(uri.slice(chart.length + 1)));
      for (const uri of [...inside, ...build.values]) {
        const entry = files.get(uri);
        if (entry !== undefined && entry.source === undefined && entry.notRead === undefined) uris.add(uri);
      }
    }
    return [...uris];
  }

  /**
   * Renders bit by bit what the next state is made of, or `only` these environments of it, by their ids. What was
   * rendered counts for as long as the files stay as they are.
   */
  *steps(around: Surroundings, only?: ReadonlySet<string>): Generator<undefined, void> {
    const discovery = only === undefined ? withAsked(discover(around, this.discovery), around) : undefined;
    const renderings = new Map<EnvironmentSpec, { readonly rendering: Rendering; readonly helm: unknown }>();
    this.#prepared = { files: around.files, discovery, renderings };
    const { specs } = discovery ?? this.discovery;
    const real = chartsWithProduction(specs);
    for (const spec of specs) {
      if (only !== undefined && !only.has(spec.id)) continue;
      yield undefined;
      const rendering = render(spec, around);
      if (rendering === undefined) continue;
      renderings.set(spec, { rendering, helm: around.helm.get(spec.id) });
      factsOf(spec, rendering, isNonProduction(spec, real), around);
    }
  }

  #prepared:
    | {
        readonly files: ReadonlyLayers<FileEntry>;
        /** Found anew as well. */
        readonly discovery: Discovery | undefined;
        readonly renderings: ReadonlyMap<EnvironmentSpec, { readonly rendering: Rendering; readonly helm: unknown }>;
      }
    | undefined;

  /** The next state, after these files changed. */
  next(around: Surroundings, touched: ReadonlySet<string>, before: ReadonlyLayers<FileEntry>): Environments {
    const prepared = this.#prepared?.files === around.files ? this.#prepared : undefined;
    this.#prepared = undefined;
    const concerned = concernsDiscovery(around.files, before, touched);
    const discovery = concerned
      ? (prepared?.discovery ?? withAsked(discover(around, this.discovery), around))
      : this.discovery;
    const renderings = new Map<string, Rendering>();
    const known = new Map(this.discovery.specs.map((spec) => [spec.id, spec]));
    let changed = discovery !== this.discovery;
    for (const spec of discovery.specs) {
      const last = this.#renderings.get(spec.id);
      const helm = around.helm.get(spec.id);
      const same =
        last !== undefined &&
        known.get(spec.id) === spec &&
        helm === this.#helm.get(spec.id) &&
        !meets(last.files, touched);
      const ready = prepared?.renderings.get(spec);
      const made = ready !== undefined && ready.helm === helm ? ready.rendering : undefined;
      const rendering = same ? last : (made ?? render(spec, around));
      if (rendering === undefined) {
        if (last !== undefined) changed = true;
        continue;
      }
      if (rendering !== last) changed = true;
      renderings.set(spec.id, rendering);
    }
    if (!changed) return this;
    const settled = discovery === this.discovery;
    const asBefore = settled && this.#isAppliedAsBefore(renderings);
    const units = this.#units(discovery.specs, renderings, around, settled, asBefore);
    return new Environments({
      units,
      discovery,
      groups: this.#groups(units),
      renderings,
      helm: new Map(around.helm),
      like: asBefore ? this : undefined,
    });
  }

  /** `settled`: there are the same environments as before; `asBefore`: they are made from the same files as well. */
  #units(
    specs: readonly EnvironmentSpec[],
    renderings: ReadonlyMap<string, Rendering>,
    around: Surroundings,
    settled: boolean,
    asBefore: boolean,
  ): readonly EnvironmentUnit[] {
    const before = new Map(this.units.map((unit) => [unit.uri, unit]));
    const rendered = specs.flatMap((spec) => {
      const rendering = renderings.get(spec.id);
      return rendering === undefined || rendering.failed ? [] : [{ spec, rendering }];
    });
    const groups = asBefore ? this.#groupOf : groupsOf(rendered);
    const real = chartsWithProduction(rendered.map(({ spec }) => spec));
    return rendered.map(({ spec, rendering }) => {
      const nonProduction = isNonProduction(spec, real);
      const known = before.get(unitUri(spec));
      // Of hundreds of environments a key concerns a few.
      const { environment: last } = known ?? {};
      const isKept = last?.rendering === rendering && last.nonProduction === nonProduction;
      if (settled && known !== undefined && isKept && last.group === groups.get(spec.id)) return known;
      const resources = factsOf(spec, rendering, nonProduction, around);
      const ignoring = [...rendering.files].flatMap((uri) => {
        const source = around.files.get(uri)?.source;
        return source?.text.includes("kmm-ignore") === true ? [source] : [];
      });
      const group = groups.get(spec.id) ?? "";
      const same =
        known !== undefined &&
        last?.spec === spec &&
        last.rendering.problems === rendering.problems &&
        last.group === group &&
        last.nonProduction === nonProduction &&
        equal(known.resources, resources) &&
        equal(last.ignoring, ignoring) &&
        sameSet(last.rendering.files, rendering.files);
      if (same) return known;
      return {
        uri: unitUri(spec),
        path: around.files.get(fileOf(spec))?.path ?? "",
        root: rootOf(around.roots, `${spec.root}/`),
        role: "kubernetes",
        dialect: undefined,
        resources,
        source: undefined,
        environment: { spec, rendering, group, nonProduction, ignoring },
      };
    });
  }

  /** Each environment that changed is still made from the same files, so that groups are what they were. */
  #isAppliedAsBefore(renderings: ReadonlyMap<string, Rendering>): boolean {
    if (renderings.size !== this.#renderings.size) return false;
    for (const [id, now] of renderings) {
      const last = this.#renderings.get(id);
      if (last === now) continue;
      if (last === undefined || last.failed !== now.failed || !sameSet(last.files, now.files)) return false;
      if (!equal(last.objects.map(declaringUri), now.objects.map(declaringUri))) return false;
    }
    return true;
  }

  /** The group of each environment, by its id. */
  get #groupOf(): ReadonlyMap<string, string> {
    return new Map(this.units.map(({ environment }) => [environment.spec.id, environment.group]));
  }

  #groups(units: readonly EnvironmentUnit[]): ReadonlyMap<string, WorldIndex> {
    const groups = new Map<string, WorldIndex>();
    const before = byGroup(this.units);
    for (const [name, members] of byGroup(units)) {
      const index = this.groups.get(name) ?? WorldIndex.empty;
      const old = before.get(name) ?? NONE;
      if (equal(old, members)) {
        groups.set(name, index);
        continue;
      }
      // Environments that are as they were bring nothing new.
      const now = new Set(members);
      const same = new Set(old.filter((unit) => now.has(unit)));
      const had = new Set(old.flatMap((unit) => (same.has(unit) ? NONE : unit.resources)));
      const has = new Set(members.flatMap((unit) => (same.has(unit) ? NONE : unit.resources)));
      const removed = [...had].filter((one) => !has.has(one));
      const added = [...has].filter((one) => !had.has(one));
      const places = new Map([...has].map((one, at) => [one, at]));
      groups.set(
        name,
        index.with(removed, added, (one) => places.get(one) ?? 0),
      );
    }
    return groups;
  }
}

const NONE: readonly never[] = [];

function unitUri({ id }: EnvironmentSpec): string {
  return `kmm-environment:${id}`;
}

function isDefault({ build, kind }: EnvironmentSpec): boolean {
  return kind === "helm" && build.tool === "helm" && build.values.length === 0;
}

/** The file that an environment is described by. */
export function fileOf({ build, declaredBy, root }: EnvironmentSpec): string {
  if (build.tool === "kustomize") return build.kustomization;
  if (build.tool === "helm") return build.values.at(-1) ?? `${build.chart}/Chart.yaml`;
  return declaredBy?.uri ?? root;
}

/** Charts that are rendered with the values of an environment that counts: their defaults alone are applied nowhere. */
function chartsWithProduction(specs: readonly EnvironmentSpec[]): ReadonlySet<string> {
  return new Set(
    specs.flatMap((spec) =>
      spec.build.tool === "helm" && !isDefault(spec) && !spec.nonProduction ? [spec.build.chart] : [],
    ),
  );
}

/** `real`: charts with an environment that counts. */
function isNonProduction(spec: EnvironmentSpec, real: ReadonlySet<string>): boolean {
  return spec.nonProduction || (isDefault(spec) && spec.build.tool === "helm" && real.has(spec.build.chart));
}

function meets(files: ReadonlySet<string>, touched: ReadonlySet<string>): boolean {
  const [few, many] = files.size < touched.size ? [files, touched] : [touched, files];
  for (const uri of few) if (many.has(uri)) return true;
  return false;
}

/** What helm takes for the namespace of a release where nobody names one. */
const HELM_DEFAULT = "default";

const facts = new WeakMap<RenderedObject, Map<string, readonly Resource[]>>();

/** The facts of each object, made anew for every environment: what is asked about them differs. */
function factsOf(
  spec: EnvironmentSpec,
  rendering: Rendering,
  nonProduction: boolean,
  { files, charts }: Surroundings,
): readonly Resource[] {
  const chart = spec.build.tool === "helm" ? charts.releaseOf(spec.build.chart) : undefined;
  return rendering.objects.flatMap((object) => {
    const foreign = object.vendored === true || files.get(object.document.uri)?.standing.foreign === true;
    const key = [spec.id, nonProduction, foreign, chart, spec.namespace].join("\n");
    let known = facts.get(object);
    if (known === undefined) {
      known = new Map();
      facts.set(object, known);
    }
    let made = known.get(key);
    if (made === undefined) {
      const standing = { system: false, nonProduction, foreign };
      const assumedNamespace = spec.namespace === undefined ? HELM_DEFAULT : undefined;
      made = readRendered(object, { standing, chart, namespace: spec.namespace, assumedNamespace });
      known.set(key, made);
    }
    return made;
  });
}

function membersOf(units: readonly EnvironmentUnit[]): ReadonlySet<string> {
  const members = new Set<string>();
  for (const { environment } of units) for (const uri of environment.rendering.files) members.add(uri);
  return members;
}

function placesByFile(units: readonly EnvironmentUnit[]): ReadonlyMap<string, readonly number[]> {
  const byFile = new Map<string, number[]>();
  for (const [place, { environment }] of units.entries())
    for (const uri of environment.rendering.files) {
      const here = byFile.get(uri);
      if (here === undefined) byFile.set(uri, [place]);
      else here.push(place);
    }
  return byFile;
}

function declaringUri({ document }: RenderedObject): string {
  return document.uri;
}
