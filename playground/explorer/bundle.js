// Bundles the explorer into dist: assets/*.gz, all that a browser loads, and head.html, the tags that name them.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const dist = "dist";
const served = "/explorer/assets/";
const packages = new Set();

// The name of a built file carries its content's hash, so that browsers may keep it for good.
async function bundle(options) {
  const { metafile, outputFiles } = await build({
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    outdir: dist,
    format: "esm",
    target: "es2022",
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    publicPath: served,
    legalComments: "none",
    // GraphiQL asks for these by names that lead to CommonJS, whose parts a dynamic import does not find.
    alias: { "prettier/parser-graphql": "prettier/plugins/graphql", "prettier/parser-babel": "prettier/plugins/babel" },
    loader: { ".ttf": "file", ".svg": "copy" },
    ...options,
    define: { "process.env.NODE_ENV": '"production"', ...options.define },
  });
  for (const input of Object.keys(metafile.inputs)) {
    const owner = input.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/);
    if (owner) packages.add(owner[1]);
  }
  const entries = Object.entries(metafile.outputs).filter(([, { entryPoint }]) => options.entryPoints.includes(entryPoint?.replace("node_modules/", "")));
  const built = Object.fromEntries(entries.map(([path, output]) => [basename(output.entryPoint), { path, css: output.cssBundle }]));
  // Chunks that are loaded later repeat the styles that the page's sheet already holds.
  const sheets = new Set(Object.values(built).map(({ css }) => basename(css ?? "")));
  for (const { path, contents } of outputFiles) {
    if (!path.endsWith(".css") || sheets.has(basename(path))) write(basename(path), contents);
  }
  return built;
}

function write(name, contents) {
  writeFileSync(join(dist, "assets", `${name}.gz`), gzipSync(contents, { level: 9 }));
}

const url = (path) => served + basename(path);

function licences() {
  const texts = [...packages].sort().map((name) => {
    const folder = join("node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), "utf8").trim() : ""}\n`;
  });
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

if (existsSync(dist)) rmSync(dist, { recursive: true });
mkdirSync(join(dist, "assets"), { recursive: true });

const workers = await bundle({
  entryPoints: [
    "monaco-editor/esm/vs/editor/editor.worker.js",
    "monaco-editor/esm/vs/language/json/json.worker.js",
    "monaco-graphql/esm/graphql.worker.js",
  ],
  format: "iife",
});
const page = await bundle({
  entryPoints: ["src/explorer.jsx", "src/icon.svg"],
  splitting: true,
  jsx: "automatic",
  define: {
    EDITOR_WORKER: JSON.stringify(url(workers["editor.worker.js"].path)),
    JSON_WORKER: JSON.stringify(url(workers["json.worker.js"].path)),
    GRAPHQL_WORKER: JSON.stringify(url(workers["graphql.worker.js"].path)),
  },
});

write("licences.txt", licences());
writeFileSync(
  join(dist, "head.html"),
  `<link rel="icon" href="${url(page["icon.svg"].path)}" type="image/svg+xml">
<link rel="stylesheet" href="${url(page["explorer.jsx"].css)}">
<script type="module" src="${url(page["explorer.jsx"].path)}"></script>
`,
);
