// Unpacks the headless Chromium of the package @sparticuz/chromium together with its own libraries and fonts, so that
// nothing has to be installed on the machine. CHROMIUM_PATH names another one.
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createBrotliDecompress } from "node:zlib";
import { chromium } from "playwright-core";
import { extract } from "tar-fs";

const HERE = dirname(fileURLToPath(import.meta.url));
const PACKED = join(HERE, "node_modules/@sparticuz/chromium");
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-sync",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-renderer-backgrounding",
  "--disable-backgrounding-occluded-windows",
  "--disable-background-timer-throttling",
  "--font-render-hinting=none",
];

export async function startBrowser() {
  const { executablePath, env } = await ensureChromium();
  return chromium.launch({ executablePath, env, args: ARGUMENTS, headless: true });
}

async function ensureChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named) return { executablePath: named, env: process.env };
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error("The packed Chromium is for Linux on x64: set CHROMIUM_PATH to a Chrome or Chromium.");
  }
  const { version } = JSON.parse(readFileSync(join(PACKED, "package.json"), "utf8"));
  const folder = join(HERE, "node_modules/.cache", `chromium-${version}`);
  if (!existsSync(folder)) await unpack(folder);
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: join(folder, "lib"),
    FONTCONFIG_FILE: join(folder, "fonts.conf"),
  };
  return { executablePath: join(folder, "chromium"), env };
}

/** Into a folder of its own first: half a Chromium is never found under the final name. */
async function unpack(folder) {
  const part = `${folder}.${process.pid}`;
  mkdirSync(part, { recursive: true });
  await Promise.all([
    pipeline(open("chromium.br"), createWriteStream(join(part, "chromium"), { mode: 0o755 })),
    pipeline(open("al2023.tar.br"), extract(part)),
    pipeline(open("fonts.tar.br"), extract(join(part, "fonts"))),
  ]);
  writeFileSync(join(part, "fonts.conf"), fontConfiguration(folder));
  try {
    renameSync(part, folder);
  } catch (error) {
    // Another run may have been faster.
    rmSync(part, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

function open(name) {
  const decompress = createBrotliDecompress({ chunkSize: 1 << 21 });
  return createReadStream(join(PACKED, "bin", name)).pipe(decompress);
}

/** A bare machine has no fonts; the editor needs one of fixed width. */
function fontConfiguration(folder) {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}/fonts</dir>
  <dir>${join(HERE, "node_modules/dejavu-fonts-ttf/ttf")}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${folder}/cache</cachedir>
  <alias binding="strong">
    <family>monospace</family>
    <prefer><family>DejaVu Sans Mono</family></prefer>
  </alias>
</fontconfig>
`;
}
