// Node, as in node.js, with the smaller module.

import { readFile } from "node:fs/promises";
import * as glue from "./accolade_verifier_slim.js";
import { createApi } from "./host.js";
import { WEB_REQUEST } from "./documents.js";
import { platformFetch } from "./platform-fetch.js";

export const { verify, extract, codes, createVerifier } = createApi({
  glue,
  load: async () => {
    const bytes = await readFile(new URL("./accolade_verifier_slim_bg.wasm", import.meta.url));
    glue.initSync({ module: await WebAssembly.compile(bytes) });
  },
  requestInit: WEB_REQUEST,
  platformFetch,
});
export { VerifierStoppedError } from "./instance.js";
