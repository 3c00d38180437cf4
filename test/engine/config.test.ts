import assert from "node:assert/strict";
import fc from "fast-check";
import english from "../../model/text/interface.en.json";
import swedish from "../../model/text/interface.sv.json";
import { fill } from "../../model/text/texts.ts";
import {
  answerFor,
  type Config,
  DEFAULT_CONFIG,
  isExcluded,
  type Known,
  readConfig,
  waiverFor,
} from "../../server/engine/config.ts";
import { matchesName, readGlob } from "../../server/engine/globs.ts";
import { toPlain } from "../../server/engine/plain.ts";
import { offsetsOf, SourceDocument } from "../../server/engine/source.ts";
import "../support/random.ts";

const PRACTICES = new Set([
  "security/run-as-non-root",
  "security/image-scan-in-ci",
  "culture/postmortems",
  "culture/codeowners",
  "scalability/resource-requests",
]);

const KNOWN: Known = {
  practices: PRACTICES,
  attestable: (practice) => {
    if (practice === "security/image-scan-in-ci") return "elsewhere";
    return practice.startsWith("culture/") ? "yes" : "no";
  },
  today: "2030-07-01",
};

function documentOf(text: string): SourceDocument {
  return new SourceDocument("file:///shop/.kmm.yaml", text, { yaml: true, yaml11: false, templated: "never" });
}

/** Each problem as `key @ the text it stands on`, and the configuration that holds. */
function read(text: string): { config: Config; problems: string[]; errors: number } {
  const document = documentOf(text);
  const { config, problems } = readConfig(document, KNOWN);
  for (const { key, args } of problems) {
    for (const texts of [english, swedish] as Readonly<Record<string, string>>[]) {
      assert.ok(texts[key] !== undefined, `${key} has no text`);
      assert.doesNotMatch(fill(texts[key], args), /\{\w+\}/, `${key} lacks an argument`);
    }
  }
  return {
    config,
    problems: problems.map(({ key, place }) => `${key} @ ${text.slice(...offsetsOf(document, place))}`),
    errors: problems.filter((problem) => problem.severity === "error").length,
  };
}

/** The configuration of a file that is in order. */
function good(text: string): Config {
  const { config, problems } = read(text);
  assert.deepEqual(problems, []);
  return config;
}

describe("the configuration file", () => {
  it("holds nothing but defaults while it is empty", () => {
    for (const text of ["", "# nothing yet\n", "{}\n", "target:\nwaivers:\n"])
      assert.deepEqual(good(text), DEFAULT_CONFIG);
    assert.equal(DEFAULT_CONFIG.target.security, 3);
  });

  it("reads one target for all dimensions, or one for each", () => {
    assert.deepEqual(Object.values(good("target: 4\n").target), [4, 4, 4, 4, 4]);
    const { target } = good("target: { security: 5, culture: 2 }\n");
    assert.deepEqual([target.security, target.culture, target.automation], [5, 2, 3]);
  });

  it("lets the file win over the host's settings, and keeps what it does not say", () => {
    const base: Config = {
      ...DEFAULT_CONFIG,
      target: { culture: 1, architecture: 1, automation: 1, security: 1, scalability: 1 },
    };
    const { config } = readConfig(documentOf("target: { security: 5 }\n"), KNOWN, base);
    assert.deepEqual([config.target.security, config.target.culture], [5, 1]);
  });

  it("reads the ladder by name or with bounds of its own", () => {
    assert.equal(good("ladder: strict\n").ladder, "strict");
    const config = good("ladder: { mode: strict, bounds: { fully: 0.9 } }\n");
    assert.equal(config.ladder, "strict");
    assert.deepEqual(config.bounds, { partially: 0.15, largely: 0.5, fully: 0.9 });
  });

  it("keeps the zero of 1.30, in quotes or not", () => {
    assert.equal(good('kubernetesVersion: "1.30"\n').kubernetesMinor, 30);
    assert.equal(good("kubernetesVersion: 1.30\n").kubernetesMinor, 30);
    assert.equal(good("{}\n").kubernetesMinor, 34);
  });

  it("turns practices off, and moves them", () => {
    const { practices } = good(
      "practices:\n  security/run-as-non-root: off\n  culture/codeowners: { level: 2, required: false }\n",
    );
    assert.equal(practices.get("security/run-as-non-root"), "off");
    assert.deepEqual(practices.get("culture/codeowners"), { level: 2, required: false });
  });

  it("reads environments as a list or as a map", () => {
    const expected = [{ name: "prod", paths: ["overlays/prod"] }];
    assert.deepEqual(good("environments: [{ name: prod, paths: [overlays/prod] }]\n").environments, expected);
    assert.deepEqual(good("environments: { prod: [overlays/prod] }\n").environments, expected);
  });

  it("reads the objects that exist elsewhere, and who reviewed", () => {
    const config = good(
      "external: [{ kind: ServiceAccount, name: deployer }]\nreviewers: [team-sre]\nreviewedAt: 2030-06-01\n",
    );
    assert.deepEqual(config.external, [{ kind: "ServiceAccount", name: "deployer", namespace: undefined }]);
    assert.deepEqual([config.reviewers, config.reviewedAt], [["team-sre"], "2030-06-01"]);
  });

  it("follows anchors and merge keys", () => {
    const config = good(
      "waivers:\n  - &legacy { practice: security/run-as-non-root, path: legacy, reason: old }\n  - { <<: *legacy, path: vendor }\n",
    );
    assert.deepEqual(
      config.waivers.map((waiver) => waiver.path),
      ["legacy", "vendor"],
    );
  });
});

describe("a configuration that is wrong", () => {
  const CASES: readonly (readonly [string, string, readonly string[]])[] = [
    ["an unknown setting", "targt: 3\n", ["config.unknownKeyNear @ targt"]],
    ["a setting like nothing we know", "zzzzzz: 3\n", ["config.unknownKey @ zzzzzz"]],
    [
      "a key from a prototype",
      "__proto__: 3\nconstructor: 1\n",
      ["config.unknownKey @ __proto__", "config.unknownKey @ constructor"],
    ],
    ["a level that does not exist", "target: 7\n", ["config.value.target @ 7"]],
    ["a level in quotes", 'target: "3"\n', ['config.value.target @ "3"']],
    ["a level of one dimension that does not exist", "target: { security: 0 }\n", ["config.value.level @ 0"]],
    ["an unknown dimension", "target: { securty: 4 }\n", ["config.unknownKeyNear @ securty"]],
    ["a ladder that does not exist", "ladder: steep\n", ["config.value.ladder @ steep"]],
    ["a bound that is no share", "ladder: { bounds: { fully: 85 } }\n", ["config.value.bound @ 85"]],
    ["bounds that do not rise", "ladder: { bounds: { largely: 0.9 } }\n", ["config.bounds @ bounds"]],
    ["one pattern instead of a list", "exclude: vendor\n", ["config.value.globs @ vendor"]],
    ["a pattern that is a number", "exclude: [vendor, 3]\n", ["config.value.glob @ 3"]],
    ["a version of something else", "kubernetesVersion: v1.34\n", ["config.value.kubernetesVersion @ v1.34"]],
    [
      "a practice that is neither off nor a map",
      "practices: { culture/codeowners: on }\n",
      ["config.value.practice @ on"],
    ],
    ["a practice with a wrong level", "practices: { culture/codeowners: { level: 9 } }\n", ["config.value.level @ 9"]],
    [
      "a practice with a wrong key",
      "practices: { culture/codeowners: { levl: 2 } }\n",
      ["config.unknownKeyNear @ levl"],
    ],
    ["a waiver without a reason", "waivers:\n  - practice: culture/codeowners\n", ["config.missing @ practice"]],
    [
      "a waiver with an empty reason",
      'waivers: [{ practice: culture/codeowners, reason: "" }]\n',
      ['config.value.text @ ""'],
    ],
    [
      "a name that is a number",
      "waivers: [{ practice: culture/codeowners, reason: r, name: 123 }]\n",
      ["config.value.text @ 123"],
    ],
    ["a waiver that is a text", "waivers: [culture/codeowners]\n", ["config.value.entry @ culture/codeowners"]],
    ["waivers that are a map", "waivers: { practice: culture/codeowners }\n", ["config.value.list @ waivers"]],
    [
      "a day that does not exist",
      "waivers: [{ practice: culture/codeowners, reason: r, expires: 2030-02-30 }]\n",
      ["config.value.date @ 2030-02-30"],
    ],
    [
      "an answer that does not exist",
      "answers: [{ practice: culture/codeowners, answer: yes }]\n",
      ["config.value.answer @ yes"],
    ],
    [
      "an environment with a wrong key",
      "environments: [{ name: prod, path: [x] }]\n",
      ["config.missing @ name", "config.unknownKeyNear @ path"],
    ],
    ["an environment whose paths are a text", "environments: { prod: overlays }\n", ["config.value.globs @ overlays"]],
    ["a list instead of settings", "- target\n", ["config.value.root @ target"]],
    [
      "two wrongs in one waiver",
      "waivers: [{ practice: culture/codeowners, because: x }]\n",
      ["config.missing @ practice", "config.unknownKey @ because"],
    ],
    ["a key that says a thing twice", "target: 3\ntarget: 4\n", ["config.duplicateKey @ target"]],
    [
      "a pattern with a thousand alternatives",
      `exclude: ["${"{a,b}".repeat(10)}"]\n`,
      [`config.globComplex @ "${"{a,b}".repeat(10)}"`],
    ],
  ];

  for (const [name, text, expected] of CASES) {
    it(`tells of ${name}, once, on its own token`, () => {
      const { config, problems, errors } = read(text);
      assert.deepEqual([...problems].sort(), [...expected].sort());
      assert.ok(errors > 0);
      assert.deepEqual(config, DEFAULT_CONFIG);
    });
  }

  it("tells of the first place that is no YAML, and of nothing that follows from it", () => {
    const { problems } = read("target: [3\nwaivers: nonsense\n");
    assert.equal(problems.length, 1);
    assert.match(problems[0]!, /^config\.syntax/);
  });

  it("is not read as a template", () => {
    const document = new SourceDocument("file:///shop/.kmm.yaml", "target: {{ .Values.level }}\n", {
      yaml: true,
      yaml11: true,
      templated: "auto",
    });
    assert.deepEqual(
      readConfig(document, KNOWN).problems.map((problem) => problem.key),
      ["config.template"],
    );
  });

  it("survives aliases that stand for millions of values", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 12; level++) lines.push(`a${level}: &a${level} [${`*a${level - 1}, `.repeat(10)}]`);
    const plain = toPlain(documentOf(lines.join("\n")).tree());
    assert.equal(plain.complete, false);
    assert.ok(read(`${lines.join("\n")}\n`).errors > 0);
  });

  it("never throws, whatever is typed", () => {
    const keys = [
      "target",
      "ladder",
      "exclude",
      "practices",
      "waivers",
      "answers",
      "environments",
      "external",
      "kubernetesVersion",
      "__proto__",
      "\ud800",
    ];
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("any"), { maxLength: 4 }),
        fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), tie("any"), { maxKeys: 4 }),
      ),
    })).any;
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), value), (data) => {
        const { problems } = readConfig(documentOf(JSON.stringify(data)), KNOWN);
        for (const problem of problems) assert.ok(problem.key in english);
      }),
      { numRuns: 300 },
    );
  });

  it("stays quick with ten thousand entries of nonsense", () => {
    const started = performance.now();
    read(`waivers: [${"{ practise: 1, reasn: 2 }, ".repeat(5_000)}]\n`);
    read(`exclude: [${'"(a+)+$", '.repeat(10_000)}]\n`);
    assert.ok(performance.now() - started < 2_000);
  });
});

describe("environments", () => {
  it("are told of when two have one name, and when their paths match nothing", () => {
    const text = "environments: [{ name: prod, paths: [a] }, { name: prod, paths: [/b] }]\n";
    assert.deepEqual(read(text).problems, ["config.globOutside @ /b", "config.environmentTwice @ prod"]);
    assert.deepEqual(read("environments: { prod: [../b] }\n").problems, ["config.globOutside @ ../b"]);
  });
});

describe("practices that do not exist", () => {
  it("are told of with the one that was meant, and the rest of the file holds", () => {
    const { config, problems, errors } = read("target: 4\npractices: { security/run-as-nonroot: off }\n");
    assert.deepEqual(problems, ["config.unknownPracticeNear @ security/run-as-nonroot"]);
    assert.equal(errors, 0);
    assert.equal(config.target.security, 4);
  });

  it("are found by their name when the dimension was left out", () => {
    const { problems } = readConfig(documentOf("waivers: [{ practice: postmortems, reason: r }]\n"), KNOWN);
    assert.equal(problems[0]?.args["near"], "culture/postmortems");
  });

  it("are told of without a guess when nothing is near", () => {
    assert.deepEqual(read("practices: { security/quantum-safe: off }\n").problems, [
      "config.unknownPractice @ security/quantum-safe",
    ]);
  });
});

describe("a waiver", () => {
  const waive = (fields: string): Config =>
    read(`waivers: [{ practice: security/run-as-non-root, reason: old, ${fields} }]\n`).config;
  const web = {
    practice: "security/run-as-non-root",
    path: "charts/web/templates/web.yaml",
    kind: "Deployment",
    name: "web-7",
    namespace: "shop",
  };

  it("excuses everything that fits all it names", () => {
    for (const fields of [
      "",
      "path: charts/web",
      "path: 'charts/*/templates/*.yaml'",
      "path: '**/web.yaml'",
      "kind: Deployment",
      "name: 'web-*'",
      "namespace: shop, name: web-7",
      "path: ./charts/",
    ]) {
      assert.equal(waiverFor(waive(fields), web)?.reason, "old", fields);
    }
  });

  it("excuses nothing that differs in one of them", () => {
    for (const fields of [
      "path: charts/web2",
      "path: '*.yaml'",
      "kind: deployment",
      "name: web",
      "namespace: shop, name: api",
    ]) {
      assert.equal(waiverFor(waive(fields), web), undefined, fields);
    }
    assert.equal(waiverFor(waive(""), { ...web, practice: "culture/codeowners" }), undefined);
  });

  it("that names a kind does not excuse a subject without one", () => {
    assert.equal(waiverFor(waive("kind: Deployment"), { practice: web.practice, path: web.path }), undefined);
  });

  it("without a path excuses what is in no file", () => {
    assert.ok(waiverFor(waive(""), { practice: web.practice, path: "" }));
    assert.equal(waiverFor(waive("path: charts"), { practice: web.practice, path: "" }), undefined);
  });

  it("holds on its last day and not on the next", () => {
    assert.ok(waiverFor(waive("expires: 2030-07-01"), web));
    const { config, problems } = read(
      "waivers:\n  - practice: security/run-as-non-root\n    reason: old\n    expires: 2030-06-30\n",
    );
    assert.deepEqual(problems, ["config.waiverExpired @ 2030-06-30"]);
    assert.equal(waiverFor(config, web), undefined);
  });

  it("is told of when an earlier one says the same, unless that one expired", () => {
    const one = "{ practice: security/run-as-non-root, path: a, reason: r }";
    assert.deepEqual(read(`waivers: [${one}, ${one}]\n`).problems, ["config.waiverTwice @ security/run-as-non-root"]);
    const expired = "{ practice: security/run-as-non-root, path: a, reason: r, expires: 2020-01-01 }";
    assert.deepEqual(read(`waivers: [${expired}, ${one}]\n`).problems, ["config.waiverExpired @ 2020-01-01"]);
  });

  it("is known by its place, so that it can be told of when it excuses nothing", () => {
    const text = "waivers:\n  - reason: old\n    practice: culture/codeowners\n";
    const document = documentOf(text);
    const [waiver] = readConfig(document, KNOWN).config.waivers;
    assert.equal(text.slice(...offsetsOf(document, waiver!.place)), "culture/codeowners");
  });
});

describe("an answer", () => {
  const FULL = "evidence: https://wiki/postmortems, owner: team-sre, answeredAt: 2030-06-01";
  const answers = (...all: string[]) => read(`answers: [${all.map((one) => `{ ${one} }`).join(", ")}]\n`);

  it("counts with evidence, an owner and a fresh date", () => {
    const { config, problems } = answers(`practice: culture/postmortems, answer: partial, ${FULL}`);
    assert.deepEqual(problems, []);
    assert.equal(answerFor(config, "culture/postmortems")?.state, "partial");
    assert.equal(answerFor(config, "culture/codeowners"), undefined);
  });

  const SILENT: readonly (readonly [string, string, string])[] = [
    [
      "without evidence",
      "practice: culture/postmortems, answer: met, owner: me, answeredAt: 2030-06-01",
      "config.answerIncomplete @ culture/postmortems",
    ],
    [
      "without an owner",
      "practice: culture/postmortems, answer: met, evidence: x, answeredAt: 2030-06-01",
      "config.answerIncomplete @ culture/postmortems",
    ],
    [
      "without a date",
      "practice: culture/postmortems, answer: met, evidence: x, owner: me",
      "config.answerIncomplete @ culture/postmortems",
    ],
    [
      "older than 180 days",
      "practice: culture/postmortems, answer: met, evidence: x, owner: me, answeredAt: 2030-01-01",
      "config.answerOld @ 2030-01-01",
    ],
    [
      "of a day to come",
      "practice: culture/postmortems, answer: met, evidence: x, owner: me, answeredAt: 2031-01-01",
      "config.answerFuture @ 2031-01-01",
    ],
    [
      "whose review is due",
      `practice: culture/postmortems, answer: met, ${FULL}, reviewBy: 2030-06-30`,
      "config.answerReview @ 2030-06-30",
    ],
    [
      "for what files show",
      `practice: security/run-as-non-root, answer: met, ${FULL}`,
      "config.answerNotAsked @ security/run-as-non-root",
    ],
    [
      "for another repository that it does not point to",
      `practice: security/image-scan-in-ci, answer: met, ${FULL}`,
      "config.answerElsewhere @ security/image-scan-in-ci",
    ],
  ];
  for (const [name, fields, problem] of SILENT) {
    it(`${name} does not count, and says so`, () => {
      const { config, problems, errors } = answers(fields);
      assert.deepEqual(problems, [problem]);
      assert.equal(errors, 0);
      assert.equal(
        config.answers.some((answer) => answer.counts),
        false,
      );
    });
  }

  it("counts on its 180th day", () => {
    const { problems } = answers(
      "practice: culture/postmortems, answer: met, evidence: x, owner: me, answeredAt: 2030-01-02",
    );
    assert.deepEqual(problems, []);
  });

  it("that points to another repository has its evidence there", () => {
    const { config } = answers(
      "practice: security/image-scan-in-ci, answer: met, owner: me, answeredAt: 2030-06-01, externalUrl: https://git/ci",
    );
    assert.equal(answerFor(config, "security/image-scan-in-ci")?.state, "met");
  });

  it("counts once for each practice: the first that can", () => {
    const old = "practice: culture/postmortems, answer: not-met, evidence: x, owner: me, answeredAt: 2020-01-01";
    const fresh = `practice: culture/postmortems, answer: met, ${FULL}`;
    const { config, problems } = answers(old, fresh, fresh);
    assert.deepEqual(
      problems.map((problem) => problem.split(" ")[0]),
      ["config.answerOld", "config.answerTwice"],
    );
    assert.equal(answerFor(config, "culture/postmortems")?.state, "met");
  });
});

describe("path patterns", () => {
  const covers = (pattern: string, path: string): boolean => {
    const glob = readGlob(pattern);
    assert.ok(typeof glob !== "string", `${pattern} is ${String(glob)}`);
    return glob.covers(path);
  };

  it("leave out files, and folders with everything in them", () => {
    const config = good("exclude: [vendor, '**/testdata/**', '*.gen.yaml']\n");
    for (const path of ["vendor/a.yaml", "vendor", "a/testdata/b/c.yaml", "x.gen.yaml"])
      assert.ok(isExcluded(config, path), path);
    for (const path of ["vendors/a.yaml", "a/vendor/b.yaml", "a/x.gen.yaml", ""])
      assert.ok(!isExcluded(config, path), path);
  });

  it("know wildcards, sets, alternatives and any depth", () => {
    const MATCHES = [
      ["**", "a/b"],
      ["**/*.yaml", "a.yaml"],
      ["a/**/b", "a/b"],
      ["a/**/b/**/c", "a/x/b/y/b/z/c"],
      ["overlays/{dev,prod}/*.yaml", "overlays/prod/a.yaml"],
      ["{a,b/{c,d}}", "b/d/e"],
      ["file-[0-9a].yaml", "file-a.yaml"],
      ["file-[!0-9].yaml", "file-x.yaml"],
      [".github/**", ".github/workflows/ci.yml"],
      ["a?c", "abc"],
      ["a{b", "a{b"],
      ["[x", "[x"],
    ] as const;
    const OTHERS = [
      ["a*c", "a/c"],
      ["file-[0-9].yaml", "file-a.yaml"],
      ["a?c", "ac"],
      ["**/x/*.yaml", "x/y/z.yml"],
      ["A/*", "a/b"],
    ] as const;
    for (const [pattern, path] of MATCHES) assert.ok(covers(pattern, path), `${pattern} ${path}`);
    for (const [pattern, path] of OTHERS) assert.ok(!covers(pattern, path), `${pattern} ${path}`);
  });

  it("say so when they can match nothing in the workspace", () => {
    for (const pattern of ["/etc/passwd", "../other", "a/../../b", "C:/x", "file:///x"])
      assert.equal(readGlob(pattern), "outside", pattern);
    assert.equal(readGlob("charts\\web"), "backslash");
    assert.deepEqual(read("exclude: [../other]\n").problems, ["config.globOutside @ ../other"]);
  });

  it("take time in proportion, however hostile they are", () => {
    const started = performance.now();
    const long = "a".repeat(250);
    covers("(a+)+$", `${long}!`);
    covers(`${"*a".repeat(200)}b`, long);
    covers(`${"**/a/".repeat(90)}b`, "a/".repeat(2_000));
    covers(`${"*a*/".repeat(60)}c`, `${long}/`.repeat(60));
    readGlob("{,a}".repeat(120));
    readGlob(`${"{a,".repeat(120)}`);
    matchesName(`${"*a".repeat(200)}b`, long);
    assert.ok(performance.now() - started < 500, `${performance.now() - started} ms`);
  });
});
