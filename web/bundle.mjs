// How the scripts and styles of the page and of the element are bundled.

import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const WEB = fileURLToPath(new URL(".", import.meta.url));
// esbuild is a tool of the build and not of the page, so it stands with the other tools.
const { build } = createRequire(new URL("../tools/package.json", import.meta.url))("esbuild");

const COMMON = {
  absWorkingDir: WEB,
  bundle: true,
  minify: true,
  write: false,
  target: ["chrome111", "firefox113", "safari16.4"],
  legalComments: "none",
  logLevel: "warning",
};

/**
 * Modules that share what they have in common; languages become modules of their own.
 *
 * @param {Record<string, string>} entries name without ending → source
 * @param {object} options for esbuild
 * @returns {Promise<{files: {name: string, bytes: Uint8Array}[], imports: (name: string) => string[]}>}
 */
export async function bundleModules(entries, { extraPlugins = [], ...options }) {
  const { outputFiles, metafile } = await build({
    ...COMMON,
    entryPoints: entries,
    outdir: join(WEB, "out"),
    format: "esm",
    splitting: true,
    chunkNames: "[name]-[hash]",
    metafile: true,
    plugins: [styleText, ...extraPlugins],
    ...options,
  });
  const files = outputFiles.map(({ path, contents }) => ({ name: path.slice(join(WEB, "out").length + 1), bytes: contents }));
  const imports = (name) => {
    const { imports } = metafile.outputs[`out/${name}`];
    return imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => path.replace(/^out\//, ""));
  };
  return { files, imports };
}

/** One style sheet, with what it imports. */
export async function bundleStyle(entry) {
  const { outputFiles } = await build({ ...COMMON, entryPoints: [entry] });
  return outputFiles[0].contents;
}

// A style sheet that a script imports is its text.
const styleText = {
  name: "style-text",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const style = new TextDecoder().decode(await bundleStyle(path));
      return { contents: inOwnSize(style.trim()), loader: "text" };
    });
  },
};

// In somebody else's page `rem` is what that page has made of it, so the element measures by a property that can be set.
// Conditions of at-rules take no properties, and keep theirs.
function inOwnSize(style) {
  return style.replace(/@[^{;]*[{;]|(\d*\.?\d+)rem\b/g, (found, size) => {
    return size === undefined ? found : `calc(${size}*var(--open-badge-size,1rem))`;
  });
}
