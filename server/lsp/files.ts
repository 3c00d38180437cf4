/** The workspace as the server holds it: files from the disk below the folders, and those that are open. */
import type { TextDocument } from "vscode-languageserver-textdocument";
import { PRACTICES } from "../../model/practices.ts";
import { baseName, type Root, rootOf } from "../engine/layout.ts";
import { type Change, type Snapshot, Workspace } from "../engine/workspace.ts";
import { isLeftOut, MAX_ROUNDS, readOne, readWanted, rootAt, walk } from "../host/node-files.ts";
import { normalUri, pathOfUri } from "../host/uris.ts";
import { inSlices, SLICE_MS } from "./schedule.ts";
import type { ServerSettings } from "./settings.ts";

export interface Folder {
  readonly uri: string;
  readonly name: string;
}

export class Files {
  readonly roots: readonly Root[];
  readonly #workspace: Workspace;
  readonly #open = new Map<string, TextDocument>();
  /** The client's own spelling of what it opened. */
  readonly #spelling = new Map<string, string>();
  readonly #settings: ServerSettings;
  /** Open documents that settings or `.gitignore` leave out. */
  readonly #leftOut = new Set<string>();
  /** What changed on the disk while a walk goes on, which may have passed there already. */
  readonly #touched = new Set<string>();

  constructor(folders: readonly Folder[], settings: ServerSettings) {
    this.roots = folders.map((folder) => rootOfFolder(folder));
    this.#settings = settings;
    this.#workspace = new Workspace({
      practices: PRACTICES,
      roots: this.roots,
      today: new Date().toISOString().slice(0, 10),
      ...(settings.target === undefined ? {} : { target: settings.target }),
    });
  }

  get snapshot(): Snapshot {
    return this.#workspace.snapshot;
  }

  get open(): readonly TextDocument[] {
    return [...this.#open.values()];
  }

  document(uri: string): TextDocument | undefined {
    return this.#open.get(normalUri(uri));
  }

  /** Texts of what is open, by URI: what is on the disk may be older. */
  unsaved(): ReadonlyMap<string, string> {
    return new Map([...this.#open].map(([uri, document]) => [uri, document.getText()]));
  }

  /** What a program made of environments, in slices. */
  async take(changes: readonly Change[], cancelled: () => boolean): Promise<void> {
    this.#workspace.apply(changes, "more-follows");
    const renderings = this.#workspace.steps(
      new Set(changes.flatMap((change) => ("environment" in change ? change.environment : []))),
    );
    await inSlices(() => renderings.next().done === true, cancelled);
    if (cancelled()) return;
    this.#workspace.apply([]);
    this.#fetch();
  }

  clientUri(uri: string): string {
    return this.#spelling.get(uri) ?? uri;
  }

  /** The text of an open document is what counts, whatever is on the disk. */
  edit(document: TextDocument): void {
    const uri = normalUri(document.uri);
    if (!this.#open.has(uri)) this.#look(uri);
    this.#open.set(uri, document);
    this.#spelling.set(uri, document.uri);
    if (this.#leftOut.has(uri)) return;
    this.#workspace.apply([this.#opened(uri, document)]);
    // A key asks for nothing new unless it changes what something is made from.
    if (this.snapshot.environments.members !== this.#fetched) this.#fetch();
  }

  /** Where the name does not say what a document is, its language does. */
  #opened(uri: string, document: TextDocument): Change {
    const yaml = /^(file|untitled):/.test(uri) && YAML_LANGUAGES.has(document.languageId);
    return { uri, text: document.getText(), version: document.version, open: true, yaml };
  }

  /** Is a document never to be looked at. Asked when it is opened, and after each walk. */
  #look(uri: string): void {
    const root = rootOf(this.roots, uri);
    if (root !== undefined && isLeftOut(root, uri, this.#disk())) this.#leftOut.add(uri);
    else this.#leftOut.delete(uri);
  }

  close(document: TextDocument): void {
    const uri = normalUri(document.uri);
    this.#open.delete(uri);
    this.#spelling.delete(uri);
    this.#leftOut.delete(uri);
    const root = rootOf(this.roots, uri);
    this.#workspace.apply([(root === undefined ? undefined : readOne(root, uri, this.#disk())) ?? { uri, text: null }]);
  }

  /** Reads the folders in slices. Answers whether it came to its end. */
  async scan(progress: (count: number) => void, cancelled: () => boolean): Promise<boolean> {
    let count = 0;
    const seen = new Set<string>();
    this.#touched.clear();
    for (const root of this.roots) {
      const path = pathOfUri(root.uri);
      if (path === undefined) continue;
      const changes = walk(path, this.#disk());
      const batch: Change[] = [];
      let size = 0;
      // What changed on the disk meanwhile is known already, and newer than what the walk met.
      const isOurs = ({ uri }: Change) => !this.#open.has(uri) && !this.#touched.has(uri);
      let most = LEAST_TEXT;
      const flush = () => {
        const begun = performance.now();
        if (batch.length > 0) this.#workspace.apply(batch.splice(0).filter(isOurs), "more-follows");
        // Little at a time while the program is cold; more where taking in a batch costs more than its files do.
        const took = performance.now() - begun;
        if (took > SLICE_MS) most = Math.max(LEAST_TEXT, most / 2);
        else if (took < SLICE_MS / 2) most = Math.min(MOST_TEXT, most * 2);
        size = 0;
      };
      const finished = await inSlices(() => {
        const next = changes.next();
        if (next.value !== undefined) {
          batch.push(next.value);
          seen.add(next.value.uri);
          size += FILE_COST + ("text" in next.value ? (next.value.text?.length ?? 0) : 0);
          count++;
          if (count % 250 === 0) progress(count);
        }
        if (next.done === true || size > most) flush();
        return next.done === true;
      }, cancelled);
      if (!finished) return false;
    }
    progress(count);
    const renderings = this.#workspace.steps();
    if (!(await inSlices(() => renderings.next().done === true, cancelled))) return false;
    this.#forget(seen);
    this.#fetch();
    const pipelines = this.snapshot.stepsOfPipelines();
    return inSlices(() => pipelines.next().done === true, cancelled);
  }

  /** What the walk did not meet went, or is left out now. What is open may be left out now, or no more. */
  #forget(seen: ReadonlySet<string>): void {
    const changes: Change[] = [];
    for (const [uri, { root }] of this.snapshot.files) {
      const walked = root !== undefined && pathOfUri(root.uri) !== undefined;
      if (walked && !seen.has(uri) && !this.#touched.has(uri) && !this.#open.has(uri))
        changes.push({ uri, text: null });
    }
    for (const [uri, document] of this.#open) {
      const before = this.#leftOut.has(uri);
      this.#look(uri);
      const now = this.#leftOut.has(uri);
      if (before !== now) changes.push(now ? { uri, text: null } : this.#opened(uri, document));
    }
    // The last of a walk, whatever it met: now what was read is rendered.
    this.#workspace.apply(changes);
  }

  /** Hands over what something is rendered from: an overlay may name files of any kind. */
  #fetch(): void {
    // What is handed over may name more.
    for (let round = 0; round < MAX_ROUNDS; round++) {
      // Outside the folders that were opened nothing is read.
      const wanted = this.snapshot.wanted.filter(
        (uri) => rootOf(this.roots, uri) !== undefined && !this.#open.has(uri),
      );
      const changes = readWanted(wanted, this.#disk());
      if (changes.length === 0) break;
      this.#workspace.apply(changes);
    }
    this.#fetched = this.snapshot.environments.members;
  }

  /** What environments were made from when everything for it was handed over last. */
  #fetched: ReadonlySet<string> | undefined;

  /** Judges what is not judged yet, in slices, so that whoever asks for all of it next is answered at once. */
  async warm(cancelled: () => boolean): Promise<boolean> {
    for (;;) {
      const { snapshot } = this;
      const steps = snapshot.outcomes.steps();
      // What changes meanwhile is judged instead: what did not change is judged already.
      if (
        await inSlices(
          () => steps.next().done === true,
          () => cancelled() || snapshot !== this.snapshot,
        )
      )
        return true;
      if (cancelled()) return false;
    }
  }

  /** Takes in what changed on the disk. Answers whether a folder was touched, so that only a new walk can tell. */
  changed(uris: readonly string[]): "taken" | "walk" {
    const changes: Change[] = [];
    let folders = false;
    for (const raw of uris) {
      const uri = normalUri(raw);
      // A rule may hold for what has not changed.
      if (baseName(uri) === ".gitignore") folders = true;
      if (this.#open.has(uri)) continue;
      const root = rootOf(this.roots, uri);
      if (root === undefined) continue;
      this.#touched.add(uri);
      const change = readOne(root, uri, this.#disk());
      if (change !== undefined) changes.push(change);
      else folders = true;
      // A folder that went takes its files with it.
      if (change !== undefined && "text" in change && change.text === null && !this.snapshot.files.has(uri)) {
        for (const known of this.snapshot.files.keys())
          if (known.startsWith(`${uri}/`)) changes.push({ uri: known, text: null });
      }
    }
    if (changes.length > 0) this.#workspace.apply(changes.filter((change) => !this.#open.has(change.uri)));
    this.#fetch();
    return folders ? "walk" : "taken";
  }

  #disk() {
    return { exclude: this.#settings.exclude, maxFileSizeKb: this.#settings.maxFileSizeKb };
  }
}

/** Languages that extensions give to YAML files. */
const YAML_LANGUAGES = new Set([
  "yaml",
  "helm",
  "dockercompose",
  "github-actions-workflow",
  "azure-pipelines",
  "jinja-yaml",
  "gitlab-ci",
]);

/** Between so much and so much text (UTF-16 units) is taken in at once: what fits into a slice. */
const LEAST_TEXT = 8_000;
const MOST_TEXT = 256_000;

/** What a file costs beside its text, as text. */
const FILE_COST = 500;

function rootOfFolder(folder: Folder): Root {
  const uri = normalUri(folder.uri);
  const path = pathOfUri(uri);
  if (path === undefined) return { uri, name: folder.name, versionControl: "unknown" };
  return { ...rootAt(path), uri, name: folder.name };
}
