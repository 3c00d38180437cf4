/** Which folder of the workspace is the repository that a GitOps object speaks of. */
import { resolve } from "../../dialects/kustomize.ts";
import type { Root } from "../../layout.ts";
import type { Listing } from "./listing.ts";

/** A path of a repository that some object delivers, or a pattern of paths. */
export interface Claim {
  /** What tells the repository apart: its URL as far as it is known. */
  readonly url: string;
  readonly path: string;
  /** The folder that was opened, of the file in which this is said. */
  readonly root: Root;
}

export interface Checkout {
  /** URI of the folder. */
  readonly base: string;
  /** It bears the repository's name; otherwise its paths are found here, which says less. */
  readonly sure: boolean;
}

/**
 * Nothing says from where a folder was cloned. It is the repository when it has its name, or else when paths that are
 * told of the repository, deep enough not to be had by chance, hold manifests here, and hardly any are missing.
 */
export class Repositories {
  readonly #listing: Listing;
  readonly #claims: readonly Claim[];
  readonly #known = new Map<string, Checkout | undefined>();

  constructor(listing: Listing, claims: readonly Claim[]) {
    this.#listing = listing;
    this.#claims = claims;
  }

  of(url: string, root: Root): Checkout | undefined {
    const key = `${root.uri} ${url}`;
    if (!this.#known.has(key)) this.#known.set(key, this.#find(url, root));
    return this.#known.get(key);
  }

  #find(url: string, root: Root): Checkout | undefined {
    const named = [...this.#listing.roots].find((one) => isNamed(one.name, url));
    if (named !== undefined) return { base: named.uri, sure: true };
    const { name } = partsOf(url);
    const inside = name === "" ? undefined : resolve(root.uri, name);
    const paths = new Set(this.#claims.filter((one) => one.url === url && one.root === root).map((one) => one.path));
    if (inside !== undefined && this.#listing.folders.has(inside) && this.#holdsMost(inside, paths, 1))
      return { base: inside, sure: false };
    return this.#holdsMost(root.uri, paths, 2) ? { base: root.uri, sure: false } : undefined;
  }

  #holdsMost(base: string, paths: ReadonlySet<string>, depth: number): boolean {
    let deep = 0;
    let shallow = 0;
    let missing = 0;
    for (const path of paths) {
      const folders = path.includes("*") ? this.#listing.foldersLike(base, path) : [resolve(base, path)];
      if (!folders.some((one) => holdsManifests(this.#listing, one))) missing++;
      else if (segmentsOf(path).length >= depth) deep++;
      else shallow++;
    }
    return deep > missing || (shallow > 1 && missing === 0);
  }
}

/** Is there anything in a folder that could be delivered. */
export function holdsManifests(listing: Listing, folder: string): boolean {
  if (!listing.folders.has(folder)) return false;
  if (listing.chartIn(folder) !== undefined || listing.kustomizationIn(folder) !== undefined) return true;
  return listing.below(folder).some((entry) => entry.role === "kubernetes" || entry.role === "kustomization");
}

function segmentsOf(path: string): readonly string[] {
  return path.split("/").filter((segment) => segment !== "" && segment !== ".");
}

function partsOf(url: string): { readonly owner: string; readonly name: string } {
  const segments = url
    .toLowerCase()
    .replace(/\/+$/, "")
    .replace(/\.git$/, "")
    .split(/[/:]/);
  return { owner: segments.at(-2) ?? "", name: segments.at(-1) ?? "" };
}

/** A clone has the name of its repository, an archive that of the branch behind it, a mirror that of the owner before. */
function isNamed(folder: string, url: string): boolean {
  const { owner, name } = partsOf(url);
  const here = folder.toLowerCase();
  if (!/^[\w.-]+$/.test(name) || !/[/:]/.test(url)) return false;
  if (here === name || here === `${name}-main` || here === `${name}-master`) return true;
  return (
    owner !== "" &&
    here.startsWith(owner) &&
    here.endsWith(name) &&
    /^[^a-z0-9]$/.test(here.slice(owner.length, -name.length))
  );
}
