// A WebAssembly module over the network.

/** @returns {Promise<WebAssembly.Module>} */
export async function fetchModule(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  // Streaming refuses any other type, and not every static server knows this one.
  const streams = response.headers.get("content-type") === "application/wasm";
  return streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}
