/** One environment at a time: whose levels are looked at, and what of the workspace is known to be of others. */
import type { Report, ReportEnvironment, ReportFinding } from "../../server/features/report-contract.ts";

/** What tells an environment from the others, also in the next report: names alone repeat. */
export type Lens = Pick<ReportEnvironment, "kind" | "root" | "file" | "name">;

export function lensOf({ kind, root, file, name }: Lens): Lens {
  return { kind, root, file, name };
}

export function lensKey({ kind, root, file, name }: Lens): string {
  return JSON.stringify([kind, root, file, name]);
}

/** The environment that was chosen, or `null` for all of them: nothing is chosen, or it is not there (any more). */
export function environmentIn(report: Report, lens: Lens | null): ReportEnvironment | null {
  if (lens === null) return null;
  const key = lensKey(lens);
  return report.environments.find((one) => lensKey(one) === key) ?? null;
}

/** The report with the levels of one environment. All lists stay as they are, for places in them go by their index. */
export function seenThrough(report: Report, lens: Lens | null): Report {
  const environment = environmentIn(report, lens);
  return environment === null ? report : { ...report, dimensions: environment.dimensions };
}

export function asLens(value: unknown): Lens | null {
  if (typeof value !== "object" || value === null) return null;
  const { kind, root, file, name } = value as Record<string, unknown>;
  if (kind !== "kustomize" && kind !== "helm" && kind !== "argo-cd" && kind !== "flux") return null;
  if (typeof root !== "string" || typeof file !== "string" || typeof name !== "string") return null;
  return { kind, root, file, name };
}

/**
 * Which findings may be of an environment: all but those that are known to be of others alone. `null` when the report
 * does not tell which objects each environment applies, so that nobody claims to have looked.
 */
export function findingsOf(report: Report, environment: ReportEnvironment): ((one: ReportFinding) => boolean) | null {
  const { subjects, environments } = report;
  if (!subjects.some((one) => one.environment !== undefined)) return null;
  const own = subjects.filter((one) => one.environment === environment.name);
  const ownUris = [...new Set(own.map(({ uri }) => uri))];
  const ownNamespaces = new Set(own.map(({ namespace }) => namespace));
  const namespaces = new Set(subjects.map(({ namespace }) => namespace));
  const ownPlaces = new Set(
    own.flatMap(({ kind, name, namespace, uri }) => [key(kind, name, "in", namespace), key(kind, name, "at", uri)]),
  );
  const urisOf = new Map<string, string[]>();
  for (const { kind, name, namespace, uri } of subjects) {
    // Pipelines serve every environment, so that what they lack is of each.
    if (kind === "Pipeline") continue;
    const id = key(kind, name, "in", namespace);
    urisOf.set(id, [...(urisOf.get(id) ?? []), uri]);
  }
  const foreign = environments
    .map(({ root }) => root)
    .filter((root) => apart(root, environment.root) && !ownUris.some((uri) => isBelow(uri, root)));
  return ({ uri, subject: { kind, name, namespace } }) => {
    if (foreign.some((root) => isBelow(uri, root))) return false;
    const id = key(kind, name, "in", namespace);
    if (kind === "Namespace" && (ownNamespaces.has(name) || namespaces.has(name))) {
      return ownNamespaces.has(name) || ownPlaces.has(id);
    }
    const uris = urisOf.get(id);
    if (uris === undefined || ownPlaces.has(id)) return true;
    // What environments share is said once, with the namespace of one of them: the file tells that it is shared.
    return uris.some((one) => ownPlaces.has(key(kind, name, "at", one)));
  };
}

function key(...parts: readonly (string | undefined)[]): string {
  return parts.join("\n");
}

function isBelow(path: string, folder: string): boolean {
  return folder === "." || path === folder || path.startsWith(`${folder}/`);
}

function apart(one: string, other: string): boolean {
  return !isBelow(one, other) && !isBelow(other, one);
}
