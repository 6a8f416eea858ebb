// Rebuilds every file of this folder from exact package versions, and manifest.json with it.
//
//   npm install --no-save --ignore-scripts @tabler/core@1.4.0 @tabler/icons@3.51.0 htmx.org@2.0.11 \
//     echarts@6.1.0 esbuild@0.28.2      (in an empty folder)
//   node build.mjs <that folder>/node_modules
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = resolve(process.argv[2] ?? "node_modules");
const EXPECTED = {
  "@tabler/core": "1.4.0",
  "@tabler/icons": "3.51.0",
  "htmx.org": "2.0.11",
  echarts: "6.1.0",
  zrender: "6.1.0",
  esbuild: "0.28.2",
};
const LICENCES = { "@tabler/core": "MIT", "@tabler/icons": "MIT", "htmx.org": "0BSD", echarts: "Apache-2.0" };

// Icons of the sprite: the names under which pages ask for them.
const ICONS = `
  alert-circle alert-triangle arrow-down-right arrow-right arrow-up-right ban bell building-community calendar
  calendar-event certificate chart-histogram check checklist chevron-down chevron-left chevron-right chevron-up
  circle-check circle-dashed clipboard-check clock download edit external-link eye-check file-check file-text filter
  help-circle history home info-circle language lock login-2 logout mail map-2 menu-2 mood-empty plus printer report
  rosette-discount-check search selector settings star target-arrow trending-down trending-up upload user-circle
  users x
`.trim().split(/\s+/);

const ECHARTS = `
  import { dispose, getInstanceByDom, getMap, init, registerMap, use } from "echarts/core";
  import { BarChart, LineChart, MapChart, ScatterChart } from "echarts/charts";
  import {
    AriaComponent, GeoComponent, GridComponent, LegendPlainComponent, TooltipComponent, VisualMapPiecewiseComponent,
  } from "echarts/components";
  import { LabelLayout } from "echarts/features";
  import { SVGRenderer } from "echarts/renderers";
  use([
    BarChart, LineChart, MapChart, ScatterChart, AriaComponent, GeoComponent, GridComponent, LabelLayout,
    LegendPlainComponent, TooltipComponent, VisualMapPiecewiseComponent, SVGRenderer,
  ]);
  export { dispose, getInstanceByDom, getMap, init, registerMap };
`;

const read = (path) => readFileSync(join(modules, path), "utf8");
const withoutSourceMap = (text) =>
  text.replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, "\n").replace(/\n?\/\*# sourceMappingURL=\S+ \*\/\s*$/, "\n");

function sprite() {
  const symbols = ICONS.map((name) => {
    const shapes = read(`@tabler/icons/icons/outline/${name}.svg`)
      .replace(/^[\s\S]*?<svg[^>]*>/, "")
      .replace("</svg>", "")
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
      .replace(/\s*\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}

function echarts() {
  const { buildSync } = createRequire(join(modules, "esbuild/package.json"))("esbuild");
  const result = buildSync({
    stdin: { contents: ECHARTS, resolveDir: dirname(modules) },
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    globalName: "echarts",
    target: "es2018",
    legalComments: "none",
    define: { "process.env.NODE_ENV": '"production"' },
    banner: { js: "/*! Apache ECharts 6.1.0 (Apache-2.0) with zrender 6.1.0 (BSD-3-Clause) and tslib (0BSD), custom build */" },
  });
  return result.outputFiles[0].text;
}

const FILES = [
  ["@tabler/core", "tabler/tabler.min.css", () => withoutSourceMap(read("@tabler/core/dist/css/tabler.min.css"))],
  ["@tabler/core", "tabler/tabler.min.js", () => withoutSourceMap(read("@tabler/core/dist/js/tabler.min.js"))],
  ["@tabler/core", "tabler/LICENSE-bootstrap", () => read("bootstrap/LICENSE")],
  ["@tabler/core", "tabler/LICENSE-popper", () => read("@popperjs/core/LICENSE.md")],
  ["@tabler/icons", "tabler-icons/sprite.svg", sprite],
  ["@tabler/icons", "tabler-icons/LICENSE", () => read("@tabler/icons/LICENSE")],
  ["htmx.org", "htmx/htmx.min.js", () => withoutSourceMap(read("htmx.org/dist/htmx.min.js"))],
  ["htmx.org", "htmx/LICENSE", () => read("htmx.org/LICENSE")],
  ["echarts", "echarts/echarts.custom.min.js", echarts],
  ["echarts", "echarts/LICENSE", () => read("echarts/LICENSE")],
  ["echarts", "echarts/NOTICE", () => read("echarts/NOTICE")],
  ["echarts", "echarts/LICENSE-d3", () => read("echarts/licenses/LICENSE-d3")],
  ["echarts", "echarts/LICENSE-zrender", () => read("zrender/LICENSE")],
  ["echarts", "echarts/LICENSE-tslib", () => read("tslib/LICENSE.txt")],
];

for (const [name, version] of Object.entries(EXPECTED)) {
  const found = JSON.parse(read(`${name}/package.json`)).version;
  if (found !== version) throw new Error(`${name} is ${found}, not ${version}`);
}
const manifest = { files: [] };
for (const folder of ["tabler-icons", "htmx", "echarts"]) rmSync(join(here, folder), { recursive: true, force: true });
for (const [name, path, make] of FILES) {
  const content = Buffer.from(make());
  mkdirSync(dirname(join(here, path)), { recursive: true });
  writeFileSync(join(here, path), content);
  const sha256 = createHash("sha256").update(content).digest("hex");
  manifest.files.push({ path, package: name, version: EXPECTED[name], licence: LICENCES[name], sha256 });
}
// The package has no licence file of its own; this one is kept by hand, from the project's repository.
const licence = "tabler/LICENSE";
const sha256 = createHash("sha256").update(readFileSync(join(here, licence))).digest("hex");
manifest.files.push({ path: licence, package: "@tabler/core", version: "1.4.0", licence: "MIT", sha256 });
writeFileSync(join(here, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
