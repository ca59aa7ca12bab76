// Ours, in the form that an outside benchmark of verifiers takes: a module with verify, and bake and extract for PNGs.
// It reads verifier-wasm/pkg, so `make wasm` goes before it.

import { bake, extract, verify as check } from "../../verifier-wasm/pkg/node.js";

export const name = "accolade";
export const formats = ["ldp"];

let options = {};

/** Documents by URL; without them the status of a credential is not looked at. */
export function configure({ statusDocuments } = {}) {
  const serve = async (url) => {
    const document = statusDocuments?.get(url);
    return document === undefined ? new Response(null, { status: 404 }) : Response.json(document);
  };
  options = { fetch: serve, policy: { status: statusDocuments ? "required" : "ignore" } };
}

export async function verify(credential) {
  const { outcome, code } = await check(credential, options);
  return { verified: outcome === "verified", ...(outcome !== "verified" && { error: new Error(code) }) };
}

export const bakePng = (image, credential) => bake(image, credential);
export const unbakePng = (image) => extract(image);
