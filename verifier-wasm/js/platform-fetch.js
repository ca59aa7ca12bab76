// The fetch of Node's entries.

let nodeFetch;

// Loaded with the first document: most badges bring their key along, and node:https takes longer to load than they to verify.
export async function platformFetch(url, init) {
  nodeFetch ??= import("./node-fetch.js").then(({ createNodeFetch }) => createNodeFetch());
  return (await nodeFetch)(url, init);
}
