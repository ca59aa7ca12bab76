// Browsers, with or without a bundler: `new URL(…, import.meta.url)` is the form that bundlers know as an asset.

import * as glue from "./accolade_verifier.js";
import { createApi } from "./host.js";
import { WEB_REQUEST } from "./documents.js";

export const { verify, extract, bake, canonicalize, codes, createVerifier } = createApi({
  glue,
  load,
  requestInit: WEB_REQUEST,
});
export { VerifierStoppedError } from "./instance.js";

async function load() {
  const response = await fetch(new URL("./accolade_verifier_bg.wasm", import.meta.url));
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  // Streaming refuses any other type, and not every static server knows this one.
  const streams = response.headers.get("content-type") === "application/wasm";
  const module = streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
  await glue.default({ module_or_path: await module });
}
