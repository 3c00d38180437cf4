/** A report by hand: every state once at least, a hostile name, and a list that is longer than what is shown at once. */
import type { PanelState } from "../../media/panel/messages.ts";
import type { Dimension, Level, PracticeId } from "../../model/kmm.ts";
import { DIMENSIONS, LEVELS } from "../../model/kmm.ts";
import type {
  FindingState,
  PracticeState,
  Rating,
  Report,
  ReportDimension,
  ReportEnvironment,
  ReportFinding,
  ReportPractice,
} from "../../server/features/report-contract.ts";

export const HOSTILE = "</script><img src=x onerror=alert(1)>${1}";

const ACHIEVED: Record<NonNullable<Rating>, number> = { N: 0, P: 0.4, L: 0.75, F: 1 };

interface Row {
  level: Level | null;
  strict?: Level;
  possible?: Level;
  reach?: Level;
  confidence?: number;
  blockedBy?: PracticeId[];
  cells: readonly [Rating, Rating, Rating, Rating, Rating];
}

const ROWS: Record<Dimension, Row> = {
  culture: { level: 3, strict: 2, blockedBy: ["culture/slo-defined"], cells: ["F", "L", "L", "P", "N"] },
  architecture: { level: 4, blockedBy: ["architecture/service-mesh"], cells: ["F", "F", "F", "L", "N"] },
  automation: {
    level: 2,
    reach: 5,
    blockedBy: ["automation/tests-gate-deploy"],
    cells: ["F", "F", "P", "N", "P"],
  },
  security: {
    level: 2,
    possible: 3,
    reach: 4,
    confidence: 0.8,
    blockedBy: ["security/run-as-non-root", "security/seccomp-profile", "security/image-scan-in-ci"],
    cells: ["F", "L", "P", "N", null],
  },
  scalability: { level: null, confidence: 0, cells: [null, null, null, null, null] },
};

function dimension(id: Dimension): ReportDimension {
  const { level, strict, possible, reach, confidence, blockedBy, cells } = ROWS[id];
  return {
    id,
    level,
    strictLevel: strict ?? level,
    possible: possible ?? level,
    reach: reach ?? level,
    progress: level === null ? 0 : 0.47,
    confidence: confidence ?? 1,
    blockedBy: blockedBy ?? [],
    cells: LEVELS.map((it, index) => {
      const rating = cells[index] ?? null;
      const achieved = rating === null ? 0 : ACHIEVED[rating];
      const required = rating === null ? 0 : 4;
      return { level: it, rating, achieved, possible: achieved, met: Math.round(achieved * required), required };
    }),
  };
}

function practice(
  id: PracticeId,
  level: Level,
  state: PracticeState,
  title: string,
  counts: Partial<ReportPractice> = {},
): ReportPractice {
  const dimensionId = DIMENSIONS.find((it) => id.startsWith(`${it}/`)) ?? "security";
  return {
    id,
    dimension: dimensionId,
    level,
    required: true,
    state,
    met: 0,
    unmet: 0,
    unknown: 0,
    title,
    attested: 0,
    waived: 0,
    asked: false,
    ...counts,
  };
}

function finding(
  id: PracticeId,
  state: FindingState,
  name: string,
  line: number,
  message: string,
  rest: Partial<ReportFinding> = {},
): ReportFinding {
  return {
    practice: id,
    state,
    message,
    subject: { kind: "Deployment", name, namespace: "shop", container: "app" },
    uri: `deploy/${/^[a-z-]+$/.test(name) ? name : "web"}.yaml`,
    range: { start: { line, character: 6 }, end: { line, character: 20 } },
    fix: null,
    ...rest,
  };
}

export function fixture(): Report {
  return {
    schema: "kmm-report/1",
    tool: { name: "kmm", version: "0.1.0" },
    language: "en",
    overall: 2,
    mean: 2.8,
    scanned: {
      files: 34,
      kubernetes: 20,
      pipelines: 3,
      repository: 11,
      notRead: [{ uri: "deploy/crds.yaml", reason: "larger than 1024 kB" }],
    },
    dimensions: DIMENSIONS.map(dimension),
    practices: [
      practice("security/run-as-non-root", 3, "partial", "Run containers as a user that is not root", {
        met: 3,
        unmet: 250,
      }),
      practice("security/seccomp-profile", 3, "unmet", "Set a seccomp profile", { unmet: 2, waived: 1 }),
      practice("security/image-scan-in-ci", 3, "unmet", "Scan images in the pipeline", { unmet: 1 }),
      practice("security/drop-all-capabilities", 3, "unknown", "Drop all capabilities", { unknown: 4, met: 1 }),
      practice("security/no-host-path", 3, "met", "Keep the node's file system out of pods", { met: 6 }),
      practice("security/secrets-encrypted", 3, "attested", "Encrypt secrets at rest", { attested: 1, asked: true }),
      practice("security/read-only-root", 3, "waived", "Make the root file system read-only", {
        waived: 2,
        required: false,
      }),
      practice("security/windows-host-process", 3, "not-applicable", "No Windows host processes", { required: false }),
      practice("security/network-policy-selects-workload", 2, "met", "Cover workloads by a network policy", { met: 3 }),
      practice("automation/tests-gate-deploy", 3, "unmet", "Let tests gate the deployment", { unmet: 1 }),
      practice("culture/slo-defined", 4, "unmet", "Define service level objectives", { unmet: 1 }),
      practice("culture/postmortems", 4, "unknown", "Write postmortems without blame", { asked: true }),
      practice("architecture/service-mesh", 5, "unmet", "Use a service mesh where it pays", { unmet: 1 }),
    ],
    findings: [
      finding("security/run-as-non-root", "met", "api", 11, "Container “app” runs as user 1000."),
      ...Array.from({ length: 250 }, (_, index) =>
        finding(
          "security/run-as-non-root",
          "unmet",
          index === 0 ? HOSTILE : "web",
          19 + index,
          index === 0 ? `Container “${HOSTILE}” may run as root.` : "Container “app” may run as root.",
          { fix: "review" },
        ),
      ),
      finding("security/seccomp-profile", "unmet", "web", 7, "No seccomp profile is set.", { fix: "safe" }),
      finding("security/seccomp-profile", "unmet", "cart", 7, "No seccomp profile is set.", { fix: "safe" }),
      finding("security/seccomp-profile", "waived", "node-agent", 7, "No seccomp profile is set.", {
        reason: "needs raw sockets until the agent is replaced",
      }),
      finding("security/image-scan-in-ci", "unmet", "release", 0, "No pipeline scans the images it builds.", {
        subject: { kind: "Workspace", name: "" },
        uri: "",
      }),
      finding("security/drop-all-capabilities", "unknown", "web", 22, "The value comes from a template."),
      finding("security/no-host-path", "met", "web", 30, "No hostPath volume."),
      finding("automation/tests-gate-deploy", "unmet", "release", 14, "The job “deploy” does not wait for tests.", {
        subject: { kind: "Job", name: "deploy" },
        uri: ".github/workflows/release.yml",
      }),
    ],
    subjects: [],
    environments: [],
    notices: [{ uri: "chart/templates/web.yaml", message: "Read without rendering: a template decides some values." }],
  };
}

/** An environment in a folder of its name, at the same level in every dimension but security. */
export function environment(name: string, security: Level | null, rest: Partial<ReportEnvironment> = {}) {
  const root = `overlays/${name}`;
  const dimensions = DIMENSIONS.map((id) => {
    const level = id === "security" ? security : 2;
    const one = { ...dimension(id), level, strictLevel: level, possible: level, reach: level, confidence: 1 };
    return { ...one, blockedBy: id === "security" ? (["security/seccomp-profile"] as PracticeId[]) : [] };
  });
  const file = `${root}/kustomization.yaml`;
  return { name, root, file, kind: "kustomize" as const, nonProduction: false, dimensions, ...rest };
}

/** The fixture with three environments, two of one name, and what is known of who applies what. */
export function inEnvironments(): Report {
  const subject = (name: string, namespace: string, uri: string, applied?: string) => {
    const levels = { culture: null, architecture: null, automation: null, security: 1 as const, scalability: null };
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    const known = { kind: "Deployment", name, namespace, uri, range, levels };
    return applied === undefined ? known : { ...known, environment: applied };
  };
  return {
    ...fixture(),
    environments: [
      environment("prod", 3),
      environment("staging", 1),
      environment("staging", null, {
        root: "charts/shop",
        kind: "helm",
        nonProduction: true,
        file: "charts/shop/s.yaml",
      }),
    ],
    subjects: [
      subject("web", "prod", "deploy/web.yaml", "prod"),
      subject("web", "shop", "deploy/web.yaml", "staging"),
      subject("cart", "shop", "deploy/cart.yaml", "staging"),
    ],
  };
}

/** Nothing to judge: what a folder of other files gives. */
export function emptyReport(files = 0): Report {
  return {
    ...fixture(),
    overall: null,
    mean: null,
    scanned: { files, kubernetes: 0, pipelines: 0, repository: files, notRead: [] },
    dimensions: DIMENSIONS.map((id) => ({
      ...dimension("scalability"),
      id,
    })),
    practices: [],
    findings: [],
    notices: [],
  };
}

/** What the host would send with the fixture. */
export function state(changes: Partial<PanelState> = {}): PanelState {
  return {
    language: "en",
    server: "running",
    scanning: false,
    report: fixture(),
    sequence: 1,
    folders: ["shop"],
    folder: null,
    ...changes,
  };
}
