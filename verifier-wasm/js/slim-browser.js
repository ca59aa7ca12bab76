// Browsers, as in browser.js, with the smaller module.

import * as glue from "./accolade_verifier_slim.js";
import { createApi } from "./host.js";
import { WEB_REQUEST } from "./documents.js";
import { fetchModule } from "./fetch-module.js";

export const { verify, extract, codes, createVerifier } = createApi({
  glue,
  load: async () => {
    const url = new URL("./accolade_verifier_slim_bg.wasm", import.meta.url);
    await glue.default({ module_or_path: await fetchModule(url) });
  },
  requestInit: WEB_REQUEST,
});
export { VerifierStoppedError } from "./instance.js";
