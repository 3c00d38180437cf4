/** Texts that are broken, hostile or huge, and what is to be said of each. The first number of a path is that of the fault. */
import { deployment } from "./support.ts";

const HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: hostile\n  namespace: shop\n";

/** Nine times nine to the ninth, in a few hundred bytes. */
function bomb(merge: boolean): string {
  const names = "abcdefghi".split("");
  return names
    .map((name, index) => {
      const before = names[index - 1];
      if (before === undefined)
        return merge ? `  ${name}: &${name} { x: 1 }\n` : `  ${name}: &${name} [x, x, x, x, x, x, x, x, x]\n`;
      const many = `[${Array.from({ length: 9 }, () => `*${before}`).join(", ")}]`;
      return merge ? `  ${name}: &${name} { <<: ${many}, ${name}: 1 }\n` : `  ${name}: &${name} ${many}\n`;
    })
    .join("");
}

const keys = (count: number) =>
  `${HEAD}data:\n${Array.from({ length: count }, (_, index) => `  key-${index}: v\n`).join("")}`;
const blocks = (depth: number) => Array.from({ length: depth }, (_, level) => `${" ".repeat(level)}k:`).join("\n");

export interface Fault {
  readonly path: string;
  readonly text: string | Uint8Array;
  /** Why it is listed as not read. */
  readonly notRead?: RegExp;
  /** The notice that says what was not read of it. */
  readonly notice?: RegExp;
  /** Objects that are found in it all the same. */
  readonly objects?: readonly string[];
  /** So large that an editor would not open it as text. */
  readonly closed?: true;
}

const MANIFEST_BEHIND = `---\n${deployment("behind")}`;

export const TEXTS: readonly Fault[] = [
  {
    path: "1-alias-bomb/manifest.yaml",
    notice: /aliases/,
    text: `${HEAD}data:\n${bomb(false)}${MANIFEST_BEHIND}`,
    objects: ["behind"],
  },
  {
    path: ".github/workflows/alias-bomb.yml",
    notice: /aliases/,
    text: `on: push\nenv:\n${bomb(false)}jobs:\n  build:\n    runs-on: x\n    steps:\n      - run: make\n`,
  },
  { path: "1-alias-bomb/values.yaml", text: `values:\n${bomb(false)}` },
  {
    path: "2-merge-bomb/manifest.yaml",
    notice: /Merge keys/,
    text: `${HEAD}data:\n${bomb(true)}${MANIFEST_BEHIND}`,
    objects: ["behind"],
  },
  {
    path: "2-merge-chain/manifest.yaml",
    notice: /Merge keys/,
    text: `${HEAD}data:\n  a0: &a0 { k: 1 }\n${Array.from({ length: 4_000 }, (_, at) => `  a${at + 1}: &a${at + 1} { <<: *a${at}, k${at}: 1 }\n`).join("")}`,
    objects: ["hostile"],
  },
  {
    path: "3-cycle/cycle.yaml",
    notice: /alias/i,
    text: `${HEAD}data: &m\n  self: *m\n${MANIFEST_BEHIND}`,
    objects: ["behind"],
  },
  {
    path: "3-cycle/missing.yaml",
    text: `${HEAD}data:\n  later: *later\n  there: &later x\n`,
    notice: /alias/i,
    objects: ["hostile"],
  },
  { path: "4-keys/20k.yaml", text: keys(20_000), objects: ["hostile"] },
  { path: "4-keys/100k.yaml", text: keys(100_000), objects: ["hostile"] },
  {
    path: "5-deep/flow-10k.yaml",
    notice: /deep/i,
    text: `${HEAD}data:\n  deep: ${"[".repeat(10_000)}${"]".repeat(10_000)}\n`,
  },
  { path: "5-deep/flow-100k.yaml", notice: /./, text: `${HEAD}data:\n  deep: ${"[".repeat(100_000)}\n` },
  { path: "5-deep/block-1k.yaml", notice: /deep/i, text: `${HEAD}data:\n${blocks(1_000)}\n` },
  { path: "5-deep/block-4k.yaml", notice: /deep/i, text: `${HEAD}data:\n${blocks(2_000)}\n` },
  {
    path: "6-documents/10k.yaml",
    text: Array.from(
      { length: 10_000 },
      (_, at) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c${at}, namespace: shop }\n`,
    ).join("---\n"),
    notRead: /first 5000/,
    objects: ["c0", "c4999"],
  },
  { path: "7-long/line.yaml", text: `${HEAD}data:\n  line: "${"x".repeat(3_900_000)}"\n`, objects: ["hostile"] },
  { path: "7-long/5MB.yaml", text: `${HEAD}data:\n  line: "${"x".repeat(5_000_000)}"\n`, notRead: /size limit/ },
  {
    path: "7-long/secret.yaml",
    text: `apiVersion: v1\nkind: Secret\nmetadata: { name: hostile, namespace: shop }\ndata:\n  blob: ${"QUJD".repeat(250_000)}\n`,
    objects: ["hostile"],
  },
  {
    path: "8-large/20MB.yaml",
    text: `${deployment("large")}---\n`.repeat(55_000),
    notRead: /size limit/,
    closed: true,
  },
  {
    path: "8-large/crds.yaml",
    text: Array.from(
      { length: 10 },
      (_, at) =>
        `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: things${at}.example.com\nspec:\n  group: example.com\n  versions:\n    - name: v1\n      schema:\n        openAPIV3Schema:\n          properties:\n${Array.from({ length: 2_000 }, (_, property) => `            property${property}:\n              description: One of very many properties of a thing.\n              type: string\n`).join("")}`,
    ).join("---\n"),
    objects: ["things0.example.com", "things9.example.com"],
  },
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "__defineGetter__"].map((name, index) => ({
    path: `9-names/${index}.yaml`,
    text: `${deployment(name).replace("labels: {", `labels: { ${name}: x, `)}---\napiVersion: ${name}/v1\nkind: ${name}\nmetadata:\n  name: ${name}\n  ${name}: { polluted: true }\n  annotations: { ${name}: polluted }\n`,
    objects: [name],
  })),
  { path: "10-bytes/nul.yaml", text: `${HEAD}data:\n  nul: a\0b\n`, notRead: /UTF-8/ },
  {
    path: "10-bytes/utf-16.yaml",
    text: Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(deployment("wide"), "utf16le")]),
    notRead: /UTF-8/,
  },
  {
    path: "10-bytes/invalid.yaml",
    text: Buffer.concat([Buffer.from(HEAD), Buffer.from([0xc3, 0x28, 0xff, 0x0a])]),
    notRead: /UTF-8/,
  },
  {
    path: "10-bytes/bom-crlf.yaml",
    text: `\uFEFF${deployment("marked").replaceAll("\n", "\r\n")}`,
    objects: ["marked"],
  },
  {
    path: "12-half/tabs.yaml",
    text: `${HEAD}data:\n\tkey: x\n${MANIFEST_BEHIND}`,
    notice: /YAML/,
    objects: ["behind"],
  },
  { path: "12-half/quote.yaml", text: `${HEAD}data:\n  key: "never closed\n${MANIFEST_BEHIND}`, notice: /YAML/ },
  { path: "12-half/bracket.yaml", text: `${HEAD}data:\n  key: [1, 2\n${MANIFEST_BEHIND}`, notice: /YAML/ },
  {
    path: "12-half/key.yaml",
    text: `${MANIFEST_BEHIND}---\napiVersion: v1\nkind: Service\nmetadata:\n  na`,
    objects: ["behind"],
  },
  {
    path: "13-other/conflict.yaml",
    text: deployment("conflict").replace(
      "  replicas: 2\n",
      "<<<<<<< HEAD\n  replicas: 2\n=======\n  replicas: 3\n>>>>>>> theirs\n",
    ),
    notice: /YAML/,
  },
  {
    path: "13-other/helm.yaml",
    text: `{{- if .Values.on }}\n${deployment("helm").replace("  replicas: 2\n", "  {{- with .Values.more }}\n  {{- toYaml . | nindent 2 }}\n  {{- end }}\n")}{{- end }}\n`,
    objects: ["helm"],
  },
  { path: "13-other/jinja.yaml", text: `{% if on %}\n${deployment("jinja")}{% endif %}\n`, objects: ["jinja"] },
  {
    path: "13-other/tags.yaml",
    text: `${HEAD}data:\n  a: !reference [x, y]\n  b: !Sub "\${AWS::Region}"\n  c: !include /etc/passwd\n  d: !!binary QUJD\n`,
    objects: ["hostile"],
  },
  ...[
    "kind: [Deployment]\napiVersion: apps/v1\nmetadata: {name: odd}\n",
    deployment("odd").replace(/spec:[\s\S]*/, "spec:\n"),
    deployment("odd").replace(/containers:[\s\S]*/, 'containers: "x"\n'),
    deployment("odd").replace(
      /containers:[\s\S]*/,
      "containers: [1, null, [], { name: 3, image: 4, ports: x, env: y, resources: 5 }]\n",
    ),
    deployment("odd")
      .replace("replicas: 2", "replicas: { a: b }")
      .replace("name: odd", "name: [1]")
      .replace("labels: { app: odd }", "labels: [ { app: odd } ]"),
    "apiVersion: 1\nkind: 2\nmetadata: 3\nspec: 4\n",
    "- apiVersion: v1\n- kind: List\n",
    "apiVersion: v1\nkind: List\nitems: { a: b }\n",
    "apiVersion: v1\nkind: Service\nmetadata: null\nspec: { selector: [], ports: 3 }\n",
    "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: 1e999 }\nspec: { scaleTargetRef: x, minReplicas: [], maxReplicas: .nan, metrics: { a: 1 } }\n",
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: x }\nspec: { podSelector: 3, ingress: x, policyTypes: { a: b } }\n",
  ].map((text, index) => ({ path: `14-odd/${index}.yaml`, text })),
  {
    path: "14-odd/sops.yaml",
    text: 'apiVersion: v1\nkind: Secret\nmetadata: { name: hostile }\ndata: { a: "ENC[AES256_GCM,data:x]" }\nsops: { mac: "ENC[x]" }\n',
    objects: ["hostile"],
  },
  { path: "14-odd/empty.yaml", text: "" },
  { path: "14-odd/comments.yaml", text: "# nothing\n" },
  {
    path: ".github/workflows/odd.yml",
    text: "on: true\njobs:\n  a: 3\n  b: { steps: x, needs: { c: d } }\n  c: { steps: [1, null, { run: [x], uses: { a: b } }] }\n",
  },
  { path: ".github/workflows/odder.yml", text: "on: [push, 3, { a: b }]\njobs: [x]\npermissions: 5\n" },
];
