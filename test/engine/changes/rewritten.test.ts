import assert from "node:assert/strict";
import { addDocument, all, append, applied, changes, PDB, remove, replace, set, write } from "./support.ts";

describe("changes: what is rewritten, removed and joined", () => {
  changes(
    "the tag of an image, and no more",
    `
     spec:
    -  image: "registry:5000/web:latest" # why
    +  image: "registry:5000/web:1.2.3" # why
  `,
    replace(["spec", "image"], "1.2.3", [18, 24]),
  );

  changes(
    "one command of a script",
    `
     run: |
       set -e
    -  npm install
    +  npm ci
    +  npm test
       make
  `,
    replace(["run"], "npm ci\nnpm test", [7, 18]),
  );

  changes(
    "a whole line of a script goes",
    `
     run: |-
       set -e
    -  curl example.org | sh
       make
  `,
    replace(["run"], "", [7, 29]),
  );

  changes(
    "replacing keeps a string a string",
    `
    -tag: latest
    +tag: "1.20"
  `,
    replace(["tag"], "1.20"),
  );

  changes(
    "replacing keeps a number a number",
    `
    -replicas: 1
    +replicas: 2
  `,
    replace(["replicas"], "2"),
  );

  changes(
    "a value of another shape takes the place of what was there",
    `
    -permissions: write-all # for now
    +permissions: # for now
    +  contents: read
     on:
    -  push:
    -    branches: [main]
    +  - push
     jobs: {}
  `,
    all(set(["permissions"], { contents: "read" }), set(["on"], ["push"])),
  );

  changes(
    "a list that is set keeps the lines of the items that stay",
    `
     drop:
       - NET_RAW # spoofing
    -  - CHOWN
    +  - ALL
    +  - KILL
  `,
    set(["drop"], ["NET_RAW", "ALL", "KILL"]),
  );

  changes(
    "a removed key goes with its lines and comments, and what it leaves empty with it",
    `
     spec:
       replicas: 2
    -  template:
    -    spec:
    -      hostNetwork: true # why?
    -        # Nobody knows.
       # Kept.
       paused: false
  `,
    remove("spec", "template", "spec", "hostNetwork"),
  );

  changes(
    "a removed first key leaves the dash to the next one",
    `
    -- hostPort: 80
    -  name: web
    +- name: web
     - name: log
  `,
    remove(0, "hostPort"),
  );

  changes(
    "removing from brackets",
    `
    -drop: [A, B, C]
    -keep: {a: 1, b: 2}
    +drop: [A, C]
    +keep: {a: 1}
  `,
    all(remove("drop", 1), remove("keep", "b")),
  );

  changes(
    "the last key goes, and no line break comes",
    `
     a: 1
    -b: 2
  `,
    remove("b"),
  );

  it("JSON with tabs stays JSON with tabs", () => {
    const before = '{\n\t"spec": {\n\t\t"name": "web"\n\t}\n}\n';
    const after =
      '{\n\t"spec": {\n\t\t"name": "web",\n\t\t"drop": {\n\t\t\t"all": [\n\t\t\t\t"ALL"\n\t\t\t]\n\t\t}\n\t}\n}\n';
    assert.equal(applied(before, write(before, set(["spec", "drop"], { all: ["ALL"] }))), after);
  });

  it("the last key of a file without a line break at its end", () => {
    assert.equal(applied("a: 1\nb: 2", write("a: 1\nb: 2", remove("b"))), "a: 1");
    assert.equal(applied("a: 1", write("a: 1", remove("a"))), "{}");
  });

  changes(
    "what is not there is not taken away",
    `
     a: 1
  `,
    remove("b", "c"),
  );

  changes(
    "a disruption budget goes behind its workload, before the next document",
    `
     # Shop
     ---
     apiVersion: apps/v1
     kind: Deployment
     metadata:
       name: web

    +---
    +# Keeps one pod up.
    +apiVersion: policy/v1
    +kind: PodDisruptionBudget
    +metadata:
    +  name: web
    +spec:
    +  minAvailable: 1
    +
     ---
     kind: Service
  `,
    addDocument(PDB, "Keeps one pod up."),
  );

  changes(
    "a new document at the end of a file without a line break there",
    `
     # Shop
    -kind: Namespace⏎
    +kind: Namespace
    +---
    +kind: A
    +list:
    +  - b⏎
  `,
    addDocument({ kind: "A", list: ["b"] }),
  );

  changes(
    "an own key goes beside a merge key and overrides it",
    `
     base: &base
       image: nginx
     web:
       <<: *base
    +  image: httpd
    +  name: web
  `,
    all(set(["web", "image"], "httpd"), set(["web", "name"], "web")),
  );

  changes(
    "edits compose: new parents are shared, and each container and document gets its own",
    `
     spec:
       containers:
       - name: a
    +    securityContext:
    +      privileged: false
    +      runAsUser: 1000
       - name: b
    +    tty: false
    +  volumes:
    +  - name: x
    +  - name: z
     ---
     kind: B
    +spec:
    +  a: 1
  `,
    all(
      set(["spec", "containers", 0, "securityContext", "privileged"], false),
      set(["spec", "containers", 1, "tty"], false),
      set(["spec"], { a: 1 }, 1),
      set(["spec", "containers", 0, "securityContext", "runAsUser"], 1000),
      append(["spec", "volumes"], { name: "x" }),
      append(["spec", "volumes"], { name: "z" }),
      append(["spec", "volumes"], { name: "x" }),
    ),
  );

  changes(
    "a Helm template where nothing but its own text decides",
    `
     {{- if .Values.enabled }}
     metadata:
       labels:
         {{- include "labels" . | nindent 4 }}
     spec:
       {{- with .Values.pullSecrets }}
       imagePullSecrets:
         {{- toYaml . | nindent 8 }}
       {{- end }}
       containers:
         - name: {{ .Chart.Name }}
           image: "nginx:{{ .Values.tag }}"
           resources:
             {{- toYaml .Values.resources | nindent 12 }}
    +      tty: false
           {{- if .Values.probe }}
           livenessProbe: {}
           {{- end }}
     {{- end }}
  `,
    set(["spec", "containers", 0, "tty"], false),
  );
});
