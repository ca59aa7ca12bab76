// Browsers, with or without a bundler: `new URL(…, import.meta.url)` is the form that bundlers know as an asset.

import * as glue from "./accolade_verifier.js";
import { createApi } from "./host.js";
import { WEB_REQUEST } from "./documents.js";
import { fetchModule } from "./fetch-module.js";
import * as whole from "./whole.js";

export const { verify, extract, bake, canonicalize, codes, createVerifier } = createApi({
  ...whole,
  glue,
  load,
  requestInit: WEB_REQUEST,
});
export { VerifierStoppedError } from "./instance.js";

async function load() {
  await glue.default({ module_or_path: await fetchModule(new URL("./accolade_verifier_bg.wasm", import.meta.url)) });
}
