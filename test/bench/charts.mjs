// A key in a template of a chart: what is rendered from it is judged by the helm program, beside the typing.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Client } from "./client.mjs";

const ISSUE = "security/run-as-non-root";
const TEMPLATE = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: "example.org/web:{{ .Values.tag }}"
          securityContext:
            runAsNonRoot: {{ eq 1 1 }}
`;

/** How long it takes from a key until what is rendered from it is said, in milliseconds, of each of so many keys. */
export async function keysInTemplate(program, folder, helm, keys) {
  const files = {
    "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "web/values.yaml": "tag: v1.0.0\n",
    "web/values-prod.yaml": "tag: v1.0.1\n",
    "web/templates/web.yaml": TEMPLATE,
    ...Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [
        `web/templates/config-${index}.yaml`,
        `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-${index}\ndata:\n  tag: {{ .Values.tag }}\n`,
      ]),
    ),
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const client = await Client.start(program, {
    root: pathToFileURL(folder).toString(),
    options: { trusted: true, settings: { show: "all", helm: { path: helm } } },
  });
  await client.indexed();
  const uri = pathToFileURL(join(folder, "web/templates/web.yaml")).toString();
  await client.open(uri, TEMPLATE);
  const has = (diagnostics) => diagnostics.some(({ code }) => code === ISSUE);
  await client.said(uri, (diagnostics) => diagnostics.length > 0 && !has(diagnostics));
  const line = TEMPLATE.split("\n").findIndex((text) => text.includes("runAsNonRoot"));
  const start = { line, character: TEMPLATE.split("\n")[line].indexOf("1 }}") };
  const range = { start, end: { line, character: start.character + 1 } };
  const times = [];
  for (let key = 0; key < keys; key++) {
    const wrong = key % 2 === 0;
    const begun = performance.now();
    await client.change(uri, key + 2, [{ range, text: wrong ? "2" : "1" }]);
    await client.said(uri, (diagnostics) => has(diagnostics) === wrong);
    times.push(performance.now() - begun);
    await new Promise((done) => setTimeout(done, 400));
  }
  await client.stop();
  return times;
}
