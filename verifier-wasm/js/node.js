// Node and its kin: the module stands beside this file.

import { readFile } from "node:fs/promises";
import * as glue from "./accolade_verifier.js";
import { createApi } from "./host.js";
import { WEB_REQUEST } from "./documents.js";
import { platformFetch } from "./platform-fetch.js";
import * as whole from "./whole.js";

export const { verify, extract, bake, canonicalize, codes, createVerifier } = createApi({
  ...whole,
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
