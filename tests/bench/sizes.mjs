// What a browser downloads to verify: ours with its wasm and contexts, the peers with the two contexts that a badge needs.

import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));

const digitalBazaar = `
  import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
  import { driver } from "@digitalbazaar/did-method-key";
  import * as Ed25519Multikey from "@digitalbazaar/ed25519-multikey";
  import { cryptosuite } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
  import * as vc from "@digitalbazaar/vc";
  import v2 from "../../ob3-core/contexts/credentials-v2.json";
  import ob from "../../ob3-core/contexts/ob-v3p0-3.0.3.json";
  const keys = driver();
  keys.use({ multibaseMultikeyHeader: "z6Mk", fromMultibase: Ed25519Multikey.from });
  const document = async (url) => (url.startsWith("did:") ? keys.get({ url }) : url.includes("/ob/") ? ob : v2);
  const documentLoader = async (url) => ({ documentUrl: url, document: await document(url) });
  export const verify = (credential) => vc.verifyCredential({ credential, suite: new DataIntegrityProof({ cryptosuite }), documentLoader });
`;

/** Rows of `{name, raw, gzip, brotli}` in bytes; `folder` is where our package is installed. */
export async function sizes(folder) {
  const wasm = readFileSync(path.join(folder, "accolade_verifier_bg.wasm"));
  const script = await bundle({ entryPoints: [path.join(folder, "browser.js")] });
  const ours = [weigh("accolade-verifier: wasm", wasm), weigh("accolade-verifier: JavaScript", script)];
  return [
    ...ours,
    together("accolade-verifier, all", ours),
    weigh("@digitalbazaar/vc with its suite and two contexts", await bundle(entry(digitalBazaar))),
    weigh("jose (VC-JWT)", await bundle(entry('export { compactVerify, decodeProtectedHeader, importJWK } from "jose";'))),
  ];
}

const entry = (contents) => ({ stdin: { contents, resolveDir: here, loader: "js" } });

/** Modules of Node that a browser build leaves out become empty. */
const withoutNode = {
  name: "without-node",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:.*|crypto|util|url|fs|path|http|https|stream|zlib|os|buffer|events)$/ }, ({ path }) => ({ path, namespace: "without-node" }));
    onLoad({ filter: /.*/, namespace: "without-node" }, () => ({ contents: "module.exports = {};" }));
  },
};

async function bundle(from) {
  const { outputFiles } = await build({
    ...from,
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    legalComments: "none",
    logLevel: "error",
    plugins: [withoutNode],
  });
  return outputFiles[0].contents;
}

function weigh(name, bytes) {
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  return { name, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotli.length };
}

function together(name, rows) {
  const sum = (column) => rows.reduce((total, row) => total + row[column], 0);
  return { name, raw: sum("raw"), gzip: sum("gzip"), brotli: sum("brotli") };
}
