// Cloudflare Workers, as in workerd.js, with the smaller module.

import module from "./accolade_verifier_slim_bg.wasm";
import * as glue from "./accolade_verifier_slim.js";
import { createApi } from "./host.js";
import { EDGE_REQUEST } from "./documents.js";

export const { verify, extract, codes, createVerifier } = createApi({
  glue,
  load: async () => void glue.initSync({ module }),
  requestInit: EDGE_REQUEST,
});
export { VerifierStoppedError } from "./instance.js";
