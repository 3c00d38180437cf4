// A key in a base that twenty overlays build upon: all of them are rendered and judged anew before it is answered.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Client } from "./client.mjs";

const OVERLAYS = 20;
const SERVICES = 10;

/** Keys and how long each took until its findings came, in milliseconds. */
export async function keysInBase(program, folder, keys) {
  for (const [path, text] of files()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const client = await Client.start(program, { root: pathToFileURL(folder).toString() });
  await client.indexed();
  const uri = pathToFileURL(join(folder, "base/shop-0.yaml")).toString();
  const text = manifest("shop-0");
  await client.open(uri, text);
  const lines = text.split("\n");
  const times = [];
  let version = 1;
  for (let key = 0; key < keys; key++) {
    // A name that selectors look at, and a value that one object alone is judged by.
    const needle = key % 4 < 2 ? "tier: web" : "containerPort: 8080";
    const line = lines.findIndex((one) => one.includes(needle));
    const start = { line, character: lines[line].length };
    const range = { start, end: key % 2 === 0 ? start : { line, character: start.character + 1 } };
    times.push(await client.edit(uri, ++version, [{ range, text: key % 2 === 0 ? "1" : "" }]));
    await new Promise((done) => setTimeout(done, 60 + 37 * (key % 5)));
  }
  await client.stop();
  return times;
}

function* files() {
  const names = Array.from({ length: SERVICES }, (_, index) => `shop-${index}`);
  for (const name of names) yield [`base/${name}.yaml`, manifest(name)];
  yield ["base/kustomization.yaml", `resources:\n${names.map((name) => `  - ${name}.yaml\n`).join("")}`];
  for (let index = 0; index < OVERLAYS; index++)
    yield [
      `overlays/prod-${index}/kustomization.yaml`,
      `resources:
  - ../../base
namespace: shop-${index}
labels:
  - includeTemplates: true
    pairs:
      region: r${index}
images:
  - name: example.org/shop-0
    newTag: v1.${index}.0
replicas:
  - name: shop-1
    count: ${index + 2}
patches:
  - target:
      kind: Deployment
      name: shop-.*
    patch: |-
      - op: add
        path: /spec/minReadySeconds
        value: ${index}
  - patch: |-
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: shop-2
      spec:
        template:
          spec:
            containers:
              - name: web
                resources:
                  limits:
                    memory: ${128 + index}Mi
`,
    ];
}

function manifest(name) {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels:
    app: ${name}
spec:
  replicas: 2
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
        tier: web
    spec:
      containers:
        - name: web
          image: example.org/${name}:v1.0.0
          ports:
            - containerPort: 8080
          resources:
            requests:
              cpu: 100m
              memory: 64Mi
          readinessProbe:
            httpGet:
              path: /ready
              port: 8080
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector:
    app: ${name}
  ports:
    - port: 80
      targetPort: 8080
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: ${name}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      app: ${name}
`;
}
