// Makes a workspace like those of companies: many small applications, some charts and pipelines, and much else.
// The same count and seed give the same bytes.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Writes about `count` files below the folder; answers how many. */
export function generate(folder, count, seed = 1) {
  let written = 0;
  for (const { path, text } of workspaceFiles(count, seed)) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    written++;
  }
  return written;
}

/** Files of a workspace, one folder after the other, until there are `count`. */
export function* workspaceFiles(count, seed = 1) {
  const random = randomFrom(seed);
  let left = count;
  for (const file of repositoryFiles()) {
    yield file;
    left--;
  }
  for (let index = 0; left > 0; index++) {
    for (const file of folderFiles(index, random)) {
      if (left-- <= 0) return;
      yield file;
    }
  }
}

/** Of 20 folders 13 are applications, 2 are charts, the others hold code, documents and what else is YAML. */
function* folderFiles(index, random) {
  const kind = index % 20;
  if (kind < 13) yield* applicationFiles(index, random);
  else if (kind < 15) yield* chartFiles(index, random);
  else if (kind < 18) yield* codeFiles(index, random);
  else yield* otherYamlFiles(index, random);
  if (index % 4 === 0) yield workflow(index, random);
}

/** Small, quick and the same everywhere (mulberry32). */
function randomFrom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return {
    chance: (share) => next() < share,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (list) => list[Math.floor(next() * list.length)],
    hex: (length) => Array.from({ length }, () => Math.floor(next() * 16).toString(16)).join(""),
  };
}

const PARTS = ["web", "api", "worker", "cart", "orders", "search", "mail", "auth", "catalogue", "billing", "reports"];
const TEAMS = ["shop", "payments", "logistics", "identity", "insight", "platform"];

function* applicationFiles(index, random) {
  const team = random.pick(TEAMS);
  const folder = `apps/${team}/${team}-${index}`;
  // Some applications share a namespace, most have one of their own.
  const namespace = random.chance(0.3) ? team : `${team}-${index}`;
  const from = random.between(0, PARTS.length - 1);
  const names = [];
  for (let number = 0; number < random.between(3, 6); number++) {
    const app = { name: `${PARTS[(from + number) % PARTS.length]}-${index}`, namespace, team, random };
    const objects = {
      deployment: deployment(app),
      service: service(app),
      serviceaccount: serviceAccount(app),
      configmap: configMap(app),
      ...(random.chance(0.7) ? { networkpolicy: networkPolicy(app) } : {}),
      ...(random.chance(0.6) ? { hpa: autoscaler(app) } : {}),
      ...(random.chance(0.6) ? { pdb: budget(app) } : {}),
      ...(random.chance(0.4) ? { ingress: ingress(app) } : {}),
      ...(random.chance(0.15) ? { cronjob: cronJob(app) } : {}),
    };
    // Some write one file per object, some all of it into one.
    if (random.chance(0.15)) {
      names.push(`${app.name}.yaml`);
      yield { path: `${folder}/${app.name}.yaml`, text: Object.values(objects).join("---\n") };
    } else {
      for (const [kind, text] of Object.entries(objects)) {
        names.push(`${app.name}-${kind}.yaml`);
        yield { path: `${folder}/${app.name}-${kind}.yaml`, text };
      }
    }
  }
  yield { path: `${folder}/namespace.yaml`, text: namespaceObject(namespace, team, random) };
  names.push("namespace.yaml");
  yield {
    path: `${folder}/kustomization.yaml`,
    text: `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: ${namespace}\nresources:\n${names.map((name) => `  - ${name}\n`).join("")}`,
  };
  if (random.chance(0.5)) yield { path: `${folder}/README.md`, text: readme(`${team}-${index}`, random) };
}

function namespaceObject(name, team, random) {
  const level = random.chance(0.4) ? "\n    pod-security.kubernetes.io/enforce: baseline" : "";
  return `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n  labels:\n    team: ${team}${level}\n`;
}

function head(apiVersion, kind, { name, namespace, team }, more = "") {
  return `apiVersion: ${apiVersion}
kind: ${kind}
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    app.kubernetes.io/name: ${name}
    app.kubernetes.io/part-of: ${namespace}
    team: ${team}
${more}`;
}

function deployment(app) {
  const { name, random } = app;
  const image = random.chance(0.2)
    ? `registry.example.com/${app.team}/${name}:latest`
    : `registry.example.com/${app.team}/${name}:1.${random.between(0, 40)}.${random.between(0, 9)}`;
  const note = random.chance(0.3) ? `# Owned by ${app.team}; ask there before you change it.\n` : "";
  const annotations = random.chance(0.4)
    ? `  annotations:\n    prometheus.io/scrape: "true"\n    prometheus.io/port: "8080"\n`
    : "";
  const replicas = random.chance(0.8) ? `  replicas: ${random.between(1, 5)}\n` : "";
  const container = [
    `        - name: ${name}`,
    `          image: ${image}`,
    ...(random.chance(0.6) ? ["          imagePullPolicy: IfNotPresent"] : []),
    "          ports:",
    "            - name: http",
    "              containerPort: 8080",
    "          env:",
    ...Array.from({ length: random.between(1, 8) }, (_, number) =>
      random.chance(0.3)
        ? `            - name: SECRET_${number}\n              valueFrom:\n                secretKeyRef:\n                  name: ${name}\n                  key: key-${number}`
        : `            - name: OPTION_${number}\n              value: "${random.hex(12)}"`,
    ),
    "          envFrom:",
    `            - configMapRef: { name: ${name} }`,
    ...(random.chance(0.7)
      ? [
          "          resources:",
          "            requests:",
          `              cpu: ${random.between(1, 9) * 50}m`,
          `              memory: ${random.between(1, 8) * 64}Mi`,
          ...(random.chance(0.7)
            ? ["            limits:", `              memory: ${random.between(8, 16) * 64}Mi`]
            : []),
        ]
      : []),
    ...(random.chance(0.7) ? probe("readinessProbe", "/ready") : []),
    ...(random.chance(0.6) ? probe("livenessProbe", "/alive") : []),
    ...(random.chance(0.5)
      ? [
          "          securityContext:",
          "            allowPrivilegeEscalation: false",
          "            readOnlyRootFilesystem: true",
          "            runAsNonRoot: true",
          "            capabilities:",
          '              drop: ["ALL"]',
        ]
      : []),
    "          volumeMounts:",
    "            - name: tmp",
    "              mountPath: /tmp",
  ].join("\n");
  const sidecar = random.chance(0.2)
    ? "\n        - name: proxy\n          image: docker.io/envoyproxy/envoy:v1.30.1\n          args: [--config-path, /etc/envoy.yaml]"
    : "";
  return `${note}${head("apps/v1", "Deployment", app, annotations)}spec:
${replicas}  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${name}
        team: ${app.team}
    spec:
      serviceAccountName: ${name}
      containers:
${container}${sidecar}
      volumes:
        - name: tmp
          emptyDir: {}
`;
}

function probe(name, path) {
  return [
    `          ${name}:`,
    "            httpGet:",
    `              path: ${path}`,
    "              port: http",
    "            periodSeconds: 10",
  ];
}

function service(app) {
  return `${head("v1", "Service", app)}spec:
  selector:
    app.kubernetes.io/name: ${app.name}
  ports:
    - name: http
      port: 80
      targetPort: http
`;
}

function serviceAccount(app) {
  return `${head("v1", "ServiceAccount", app)}${app.random.chance(0.5) ? "automountServiceAccountToken: false\n" : ""}`;
}

function configMap(app) {
  const values = Array.from(
    { length: app.random.between(2, 10) },
    (_, number) => `  option-${number}: "${app.random.hex(24)}"\n`,
  );
  const file = app.random.chance(0.3)
    ? `  application.properties: |\n${Array.from({ length: app.random.between(5, 30) }, (_, line) => `    key.${line}=${app.random.hex(16)}\n`).join("")}`
    : "";
  return `${head("v1", "ConfigMap", app)}data:\n${values.join("")}${file}`;
}

function networkPolicy(app) {
  return `${head("networking.k8s.io/v1", "NetworkPolicy", app)}spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: ${app.name}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - podSelector: {}
      ports:
        - protocol: TCP
          port: 8080
  egress:
    - to:
        - namespaceSelector: {}
`;
}

function autoscaler(app) {
  return `${head("autoscaling/v2", "HorizontalPodAutoscaler", app)}spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: ${app.name}
  minReplicas: ${app.random.between(1, 3)}
  maxReplicas: ${app.random.between(4, 20)}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: 70
`;
}

function budget(app) {
  return `${head("policy/v1", "PodDisruptionBudget", app)}spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      app.kubernetes.io/name: ${app.name}
`;
}

function ingress(app) {
  return `${head("networking.k8s.io/v1", "Ingress", app)}spec:
  ingressClassName: nginx
  rules:
    - host: ${app.name}.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: ${app.name}
                port: { name: http }
`;
}

function cronJob(app) {
  return `${head("batch/v1", "CronJob", { ...app, name: `${app.name}-clean` })}spec:
  schedule: "*/30 * * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: OnFailure
          containers:
            - name: clean
              image: docker.io/library/alpine:3.20
              command: [sh, -c, "rm -rf /data/old && echo cleaned"]
`;
}

function* chartFiles(index, random) {
  const name = `${random.pick(PARTS)}-chart-${index}`;
  const folder = `charts/${name}`;
  const names = Array.from({ length: random.between(2, 4) }, (_, number) => PARTS[(index + number) % PARTS.length]);
  yield {
    path: `${folder}/Chart.yaml`,
    text: `apiVersion: v2\nname: ${name}\ndescription: Generated\ntype: application\nversion: 0.${random.between(1, 30)}.0\nappVersion: "1.0"\n`,
  };
  yield { path: `${folder}/values.yaml`, text: names.map((part) => chartValues(part, random)).join("") };
  yield { path: `${folder}/values-production.yaml`, text: names.map((part) => `${part}:\n  replicas: 3\n`).join("") };
  yield { path: `${folder}/.helmignore`, text: "*.md\n.git/\n" };
  yield {
    path: `${folder}/templates/_helpers.tpl`,
    text: `{{- define "${name}.labels" -}}\napp.kubernetes.io/name: {{ .Chart.Name }}\n{{- end }}\n`,
  };
  yield { path: `${folder}/templates/NOTES.txt`, text: "Thank you for installing {{ .Chart.Name }}.\n" };
  for (const part of names) {
    yield { path: `${folder}/templates/${part}-deployment.yaml`, text: chartDeployment(name, part) };
    yield {
      path: `${folder}/templates/${part}-service.yaml`,
      text: chartObject(
        name,
        part,
        "v1",
        "Service",
        "selector:\n    app: {{ .Release.Name }}\n  ports:\n    - port: 80",
      ),
    };
    yield {
      path: `${folder}/templates/${part}-hpa.yaml`,
      text: `{{- if .Values.${part}.autoscaling.enabled }}\n${chartObject(name, part, "autoscaling/v2", "HorizontalPodAutoscaler", `scaleTargetRef:\n    apiVersion: apps/v1\n    kind: Deployment\n    name: {{ .Release.Name }}-${part}\n  minReplicas: {{ .Values.${part}.autoscaling.min }}\n  maxReplicas: 10`)}{{- end }}\n`,
    };
    yield {
      path: `${folder}/templates/${part}-pdb.yaml`,
      text: chartObject(
        name,
        part,
        "policy/v1",
        "PodDisruptionBudget",
        "maxUnavailable: 1\n  selector:\n    matchLabels:\n      app: {{ .Release.Name }}",
      ),
    };
    yield {
      path: `${folder}/templates/${part}-configmap.yaml`,
      text: `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-${part}\ndata:\n{{- range $key, $value := .Values.${part}.config }}\n  {{ $key }}: {{ $value | quote }}\n{{- end }}\n`,
    };
  }
}

function chartValues(part, random) {
  return `${part}:
  replicas: ${random.between(1, 3)}
  image:
    repository: registry.example.com/${part}
    tag: 1.${random.between(0, 30)}.0
  autoscaling:
    enabled: ${random.chance(0.5)}
    min: 2
  resources: {}
  config:
    LOG_LEVEL: info
`;
}

function chartObject(chart, part, apiVersion, kind, spec) {
  return `apiVersion: ${apiVersion}
kind: ${kind}
metadata:
  name: {{ .Release.Name }}-${part}
  labels:
    {{- include "${chart}.labels" . | nindent 4 }}
spec:
  ${spec}
`;
}

function chartDeployment(chart, part) {
  return chartObject(
    chart,
    part,
    "apps/v1",
    "Deployment",
    `replicas: {{ .Values.${part}.replicas }}
  selector:
    matchLabels:
      app: {{ .Release.Name }}
  template:
    metadata:
      labels:
        app: {{ .Release.Name }}
        {{- include "${chart}.labels" . | nindent 8 }}
    spec:
      containers:
        - name: ${part}
          image: "{{ .Values.${part}.image.repository }}:{{ .Values.${part}.image.tag }}"
          ports:
            - containerPort: 8080
          {{- with .Values.${part}.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          readinessProbe:
            httpGet: { path: /ready, port: 8080 }`,
  );
}

function workflow(index, random) {
  const scan = random.chance(0.5)
    ? "      - uses: aquasecurity/trivy-action@0.24.0\n        with:\n          image-ref: registry.example.com/app\n"
    : "";
  return {
    path: `.github/workflows/build-${index}.yml`,
    text: `name: build ${index}
on:
  push:
    branches: [main]
  pull_request:
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 20
      - run: npm ci
      - run: |
          npm test
          npm run lint
  image:
    needs: test
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Build
        run: docker build -t registry.example.com/app-${index}:\${{ github.sha }} .
${scan}      - name: Push
        run: docker push registry.example.com/app-${index}:\${{ github.sha }}
  deploy:
    needs: image
    if: github.ref == 'refs/heads/main'
    runs-on: ubuntu-latest
    environment: production
    steps:
      - uses: actions/checkout@v4
      - run: kubectl apply -k apps/shop/shop-${index}
`,
  };
}

function* codeFiles(index, random) {
  const folder = `services/service-${index}`;
  for (let number = 0; number < random.between(15, 30); number++) {
    const extension = random.pick(["go", "ts", "py", "css", "svg"]);
    yield {
      path: `${folder}/src/part-${number}.${extension}`,
      text: `// ${random.hex(40)}\n`.repeat(random.between(5, 60)),
    };
  }
  yield {
    path: `${folder}/Dockerfile`,
    text: 'FROM docker.io/library/node:20-alpine\nCOPY . /app\nUSER 1000\nCMD ["node", "/app"]\n',
  };
  yield {
    path: `${folder}/package.json`,
    text: `{ "name": "service-${index}", "scripts": { "test": "node --test" } }\n`,
  };
  yield { path: `${folder}/Makefile`, text: "test:\n\tgo test ./...\n\nimage:\n\tdocker build -t app .\n" };
  yield { path: `${folder}/README.md`, text: readme(`service-${index}`, random) };
}

function* otherYamlFiles(index, random) {
  const folder = `config/settings-${index}`;
  for (let number = 0; number < random.between(15, 35); number++) {
    const keys = Array.from(
      { length: random.between(5, 60) },
      (_, line) => `  message.${line}: "${random.hex(20)} ${random.hex(10)}"\n`,
    );
    yield { path: `${folder}/messages.${number}.yaml`, text: `en:\n${keys.join("")}` };
  }
  yield {
    path: `${folder}/docker-compose.yml`,
    text: `services:\n  app:\n    image: registry.example.com/app:1\n    ports: ["8080:8080"]\n`,
  };
}

function readme(name, random) {
  return `# ${name}\n\nDeployed to Kubernetes with kustomize.\n\n${`${random.hex(30)} ${random.hex(20)}\n`.repeat(random.between(3, 30))}`;
}

function* repositoryFiles() {
  yield {
    path: "README.md",
    text: "# Platform\n\nEverything that runs in our clusters. Apply with `kubectl apply -k`.\n",
  };
  yield { path: "CODEOWNERS", text: "* @example/platform\n" };
  yield { path: ".gitignore", text: "*.log\ndist/\n" };
  yield { path: "renovate.json", text: '{ "extends": ["config:recommended"] }\n' };
}
