// Cloudflare Workers: code may not compile there, so the module comes as an import.

import module from "./accolade_verifier_bg.wasm";
import * as glue from "./accolade_verifier.js";
import { createApi } from "./host.js";
import { EDGE_REQUEST } from "./documents.js";
import * as whole from "./whole.js";

export const { verify, extract, bake, canonicalize, codes, createVerifier } = createApi({
  ...whole,
  glue,
  load: async () => void glue.initSync({ module }),
  requestInit: EDGE_REQUEST,
});
export { VerifierStoppedError } from "./instance.js";
