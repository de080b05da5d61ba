// Builds the console into src/warpwatch/web/static, the same bytes each time: names carry the hash of
// what is in them, manifest.json says which they are. With --check nothing is written: it is compared.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "src", "warpwatch", "web", "static");
const MOST = 60_000;
const LIBRARIES = ["preact", "@preact/signals", "@preact/signals-core", "uplot"];

// Its maker's own minified file packs better than what would be made of its source here: it stands
// before our script, and gives it a name.
const chart = readFileSync(join(here, "node_modules", "uplot", "dist", "uPlot.iife.min.js"), "utf8");
const uplot = {
  name: "uplot",
  setup(bundle) {
    bundle.onResolve({ filter: /^uplot$/ }, () => ({ path: "uplot", namespace: "named" }));
    bundle.onLoad({ filter: /.*/, namespace: "named" }, () => ({ contents: "export default uPlot;", loader: "js" }));
  },
};
const shared = { bundle: true, minify: true, write: false, logLevel: "warning", legalComments: "none", absWorkingDir: here };
const script = await build({
  ...shared,
  entryPoints: ["src/main.tsx"],
  format: "iife",
  target: ["es2022"],
  jsx: "transform",
  jsxFactory: "h",
  jsxFragment: "Fragment",
  inject: ["src/jsx.ts"],
  plugins: [uplot],
  charset: "utf8",
});
const style = await build({ ...shared, entryPoints: ["src/all.css"], target: ["chrome111", "firefox113", "safari16.4"] });

const hash = (content) => createHash("sha256").update(content).digest("hex").slice(0, 12);
const files = new Map();
const add = (name, ending, content) => {
  const full = `${name}-${hash(content)}.${ending}`;
  files.set(full, Buffer.from(content));
  return full;
};

const licences = LIBRARIES.map((name) => {
  const folder = join(here, "node_modules", name);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return `${name} ${version}\n\n${readFileSync(join(folder, "LICENSE"), "utf8").trim()}\n`;
});

// A second look, slower than the bundler's own, takes off one byte in fifty.
const small = await minify(chart + script.outputFiles[0].text, {
  compress: { ecma: 2020, passes: 3, keep_fargs: false, pure_getters: true, unsafe_arrows: true },
  mangle: { toplevel: true },
  format: { ecma: 2020 },
});
const code = Buffer.from(small.code);
const packed = gzipSync(code, { level: 9 }).length;
if (packed > MOST) {
  console.error(`the script has ${packed} bytes when packed, and may have ${MOST}`);
  process.exit(1);
}
const manifest = {
  script: add("console", "js", code),
  style: add("console", "css", style.outputFiles[0].contents),
  icon: add("icon", "svg", readFileSync(join(here, "src", "icon.svg"))),
  licences: add("licences", "txt", `The console is built with these.\n\n${licences.join(`\n${"-".repeat(72)}\n\n`)}`),
};
files.set("manifest.json", Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));

const there = existsSync(out) ? readdirSync(out).sort() : [];
if (process.argv.includes("--check")) {
  const wanted = [...files.keys()].sort();
  const same = wanted.join() === there.join() && wanted.every((name) => files.get(name).equals(readFileSync(join(out, name))));
  if (!same) {
    console.error("src/warpwatch/web/static is not what console/ builds; next: ./run fmt");
    process.exit(1);
  }
} else {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const [name, content] of files) writeFileSync(join(out, name), content);
  console.log(`console: script ${packed} bytes packed, of ${MOST}`);
}
