// Node and its kin: the module stands beside this file.

import { readFile } from "node:fs/promises";
import * as glue from "./accolade_verifier.js";
import { createApi } from "./host.js";
import { WEB_REQUEST } from "./documents.js";
import { createNodeFetch } from "./node-fetch.js";

export const { verify, extract, bake, canonicalize, codes, createVerifier } = createApi({
  glue,
  loadModule: async () => WebAssembly.compile(await readFile(new URL("./accolade_verifier_bg.wasm", import.meta.url))),
  requestInit: WEB_REQUEST,
  platformFetch: createNodeFetch(),
});
export { VerifierStoppedError } from "./instance.js";
