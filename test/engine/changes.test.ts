import { all, append, changes, set } from "./changes/support.ts";

describe("changes: what is written", () => {
  changes(
    "a securityContext goes behind a container's last key, its comment included",
    `
     containers:
     - name: web
       image: nginx # pinned by CI
    +  securityContext:
    +    allowPrivilegeEscalation: false
    +    capabilities:
    +      drop:
    +      - ALL
       # The sidecar needs the volume.
     - name: log
       image: fluentd

     volumes: []
  `,
    set(["containers", 0, "securityContext"], { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } }),
  );

  changes(
    "a map that is there gains only what it lacks",
    `
     containers:
         - name: web
           resources:
               requests: # measured in May
    -              cpu: '50m'
    +              cpu: '100m'
    +              memory: 64Mi
               limits: {memory: 1Gi}
  `,
    set(["containers", 0, "resources"], { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "1Gi" } }),
  );

  for (const nothing of ["", " {}", " null", " ~"]) {
    changes(
      `resources:${nothing} is filled`,
      `
       - name: web
      -  resources:${nothing}${nothing === "" ? "" : "  # to do"}
      +  resources:${nothing === "" ? "" : "  # to do"}
      +    limits:
      +      memory: 64Mi
         image: nginx
    `,
      set([0, "resources", "limits", "memory"], "64Mi"),
    );
  }

  changes(
    "a trailing comment stays with an empty key that gets a scalar",
    `
     spec:
    -  replicas: # at least
    +  replicas: 2 # at least
       paused: true
  `,
    set(["spec", "replicas"], 2),
  );

  changes(
    "missing parents are made, and comments indented deeper stay with what they belong to",
    `
     spec:
       template:
         spec:
           containers: []
           # - name: later
    +    metadata:
    +      labels:
    +        app: web
     # The end.
  `,
    set(["spec", "template", "metadata", "labels", "app"], "web"),
  );

  changes(
    "labels join their siblings, and only what would be misread is quoted",
    `
     metadata:
       labels:
         app: web
    +    tier: front
    +    enabled: "yes"
    +    octal: "0400"
    +    float: "1e3"
    +    nothing: "null"
    +    colon: "a: b"
    +    hash: "a #b"
    +    quote: 'say "hi": x'
    +    time: "12:30:45"
    +    empty: ""
    +    path: /tmp
    +    ref: \${{ github.ref }}
     spec: {}
  `,
    set(["metadata", "labels"], {
      tier: "front",
      enabled: "yes",
      octal: "0400",
      float: "1e3",
      nothing: "null",
      colon: "a: b",
      hash: "a #b",
      quote: 'say "hi": x',
      time: "12:30:45",
      empty: "",
      path: "/tmp",
      ref: "${{ github.ref }}",
    }),
  );

  changes(
    "a file without a line break at its end stays without one",
    `
     kind: Service
    -spec: {}⏎
    +spec:
    +  type: ClusterIP⏎
  `,
    set(["spec", "type"], "ClusterIP"),
  );

  changes(
    "brackets stay brackets",
    `
    -securityContext: { runAsNonRoot: true } # all of it
    +securityContext: { runAsNonRoot: true, capabilities: {drop: [ALL]} } # all of it
  `,
    set(["securityContext", "capabilities", "drop"], ["ALL"]),
  );

  changes(
    "JSON stays JSON",
    `
     {
       "kind": "Pod",
       "spec": {
    -    "containers": [{"name": "web"}]
    -  }
    +    "containers": [{"name": "web", "resources": {"limits": {"memory": "64Mi"}}}],
    +    "hostNetwork": false
    +  }
     }
  `,
    all(set(["spec", "containers", 0, "resources", "limits", "memory"], "64Mi"), set(["spec", "hostNetwork"], false)),
  );

  changes(
    "dense JSON stays dense",
    `
    -{"spec":{"a":1},"list":[1,2]}
    +{"spec":{"a":1,"b":["x"]},"list":[1,2,3]}
  `,
    all(set(["spec", "b"], ["x"]), append(["list"], 3)),
  );

  changes(
    "a comment in spread brackets stays on its line",
    `
     [
       one,
    -  two # the second
    +  two, # the second
    +  three
     ]
  `,
    append([], "three"),
  );

  changes(
    "a resource joins a kustomization in its style",
    `
     resources:
         - web.yaml

         # Data
         - "db.yaml"
    +    - pdb.yaml
     # End
     images: []
  `,
    append(["resources"], "pdb.yaml"),
  );

  changes(
    "an item takes the quotes of its neighbours",
    `
     args:
       - "--port"
       - "80"
    +  - "--tls"
  `,
    append(["args"], "--tls"),
  );

  changes(
    "items set apart by empty lines stay so",
    `
     steps:
       - uses: actions/checkout@v4

       - run: make
    +
    +  - name: Scan
    +    run: |
    +      trivy fs .
    +      trivy image web
     env: {}
  `,
    append(["steps"], { name: "Scan", run: "trivy fs .\ntrivy image web\n" }),
  );

  changes(
    "permissions of a workflow",
    `
     on: push
     jobs:
       build:
         runs-on: ubuntu-latest
    +permissions:
    +  contents: read
  `,
    set(["permissions"], { contents: "read" }),
  );

  changes(
    "a job that needs one other comes to need two",
    `
     jobs:
       deploy:
    -    needs: build # first
    +    needs: [build, scan] # first
  `,
    append(["jobs", "deploy", "needs"], "scan"),
  );
});
