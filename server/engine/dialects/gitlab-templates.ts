/** What is known of GitLab's own templates and components beyond what the lexicon says they give. */

export interface TemplateJob {
  /** The job that a pipeline changes where it wants the template otherwise. */
  readonly job: string;
  readonly stage: string;
  /** A variable that switches it off. */
  readonly off?: string;
  /** On branches only; tags as well where left out. */
  readonly branches?: true;
}

/** By the lexicon's name. */
const JOBS: Readonly<Record<string, TemplateJob>> = {
  build: { job: "build", stage: "build", off: "BUILD_DISABLED" },
  docker: { job: "docker-build", stage: "build" },
  kaniko: { job: "kaniko-build", stage: "build" },
  cosign: { job: "docker-build", stage: "build" },
  test: { job: "test", stage: "test", off: "TEST_DISABLED" },
  deploy: { job: "production", stage: "production" },
  "container-scanning": {
    job: "container_scanning",
    stage: "test",
    off: "CONTAINER_SCANNING_DISABLED",
    branches: true,
  },
  "sast-iac": { job: "kics-iac-sast", stage: "test", off: "SAST_DISABLED", branches: true },
  sast: { job: "sast", stage: "test", off: "SAST_DISABLED", branches: true },
  "secret-detection": { job: "secret_detection", stage: "test", off: "SECRET_DETECTION_DISABLED", branches: true },
  "dependency-scanning": {
    job: "dependency_scanning",
    stage: "test",
    off: "DEPENDENCY_SCANNING_DISABLED",
    branches: true,
  },
  "load-performance-testing": {
    job: "load_performance",
    stage: "performance",
    off: "LOAD_PERFORMANCE_DISABLED",
    branches: true,
  },
};

/** The job of a template or component, by its name without folder and ending. */
export function templateJob(name: string): TemplateJob {
  const known = Object.hasOwn(JOBS, name) ? JOBS[name] : undefined;
  return known ?? { job: name, stage: "test" };
}

/** Templates of GitLab that give nothing that is looked for here, so that nothing is missed by not reading them. */
const IDLE =
  /^(?:pages\/.*|workflows\/.*|(?:jobs\/)?(?:code-quality|code-intelligence|license-scanning|browser-performance-testing|helm-2to3|cf-provision)|security\/(?:dast.*|api-.*|coverage-fuzzing|license-.*|secure-binaries|bas)|verify\/(?:accessibility|browser-performance|failfast)|getting-started|hello-world|bash|latex|chef|packer)$/;

export function isIdleTemplate(path: string): boolean {
  return IDLE.test(
    path
      .trim()
      .toLowerCase()
      .replace(/(?:\.latest|\.v\d+)?(?:\.gitlab-ci)?\.ya?ml$/, ""),
  );
}

/** Rules for the whole pipeline that come with a template. */
export function workflowOf(path: string): readonly string[] {
  if (/^Workflows\/MergeRequest-Pipelines\b/i.test(path))
    return ["$CI_MERGE_REQUEST_IID", "$CI_COMMIT_TAG", "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"];
  if (/^Workflows\/Branch-Pipelines\b/i.test(path)) return ["$CI_COMMIT_TAG", "$CI_COMMIT_BRANCH"];
  return [];
}
