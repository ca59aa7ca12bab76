// Node and its kin: the module stands beside this file.

import { readFile } from "node:fs/promises";
import * as glue from "./accolade_verifier.js";
import { createApi } from "./host.js";
import { WEB_REQUEST } from "./documents.js";

export const { verify, extract, bake, canonicalize, codes, createVerifier } = createApi({
  glue,
  load,
  requestInit: WEB_REQUEST,
  platformFetch,
});
export { VerifierStoppedError } from "./instance.js";

// The glue's own way looks at `Response`, which has Node load its whole fetch: longer than all the rest takes.
async function load() {
  const bytes = await readFile(new URL("./accolade_verifier_bg.wasm", import.meta.url));
  glue.initSync({ module: await WebAssembly.compile(bytes) });
}

let nodeFetch;

// Loaded with the first document: most badges bring their key along, and node:https takes longer to load than they to verify.
async function platformFetch(url, init) {
  nodeFetch ??= import("./node-fetch.js").then(({ createNodeFetch }) => createNodeFetch());
  return (await nodeFetch)(url, init);
}
