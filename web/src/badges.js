// Where badges come from: files, text, addresses; and what of one can be shown and saved beside its verdict.

import { extract } from "accolade-verifier";

/** Most bytes that are read from an address: far more than a badge may have, so that the core is the one to say so. */
const MAX_BYTES = 32 * 1024 * 1024;

const PNG = [0x89, 0x50, 0x4e, 0x47];

/**
 * A badge's content, ready to be verified, or why it could not be had.
 *
 * @typedef {{input: string | Uint8Array, source?: () => Promise<Source> | Source} | {fault: string}} Opened
 */

/**
 * What is shown and offered beside the claims.
 *
 * @typedef {object} Source
 * @property {string} [picture] address of the picture that the credential came in
 * @property {{href: string, name: string, kind: "json" | "jwt" | "png"}[]} downloads
 * @property {() => void} [release] gives back what the addresses hold
 */

/** `text` as an address that a badge may be fetched from, if it is one and nothing else. */
export function badgeAddress(text) {
  if (!/^https?:\/\/\S+$/i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text);
}

/**
 * @param {File | Blob | Uint8Array | string} badge
 * @returns {Promise<Opened>}
 */
export async function openBadge(badge) {
  if (typeof badge === "string") return { input: badge, source: () => describe(badge) };
  try {
    const input = badge instanceof Blob ? new Uint8Array(await badge.arrayBuffer()) : badge;
    return { input, source: () => describe(input) };
  } catch {
    return { fault: "unreadable_file" };
  }
}

/**
 * @param {string | URL} address
 * @param {AbortSignal} [signal]
 * @returns {Promise<Opened>}
 */
export async function fetchBadge(address, signal) {
  let response;
  let input;
  try {
    response = await fetch(address, { headers: { accept: "application/vc+ld+json, application/json, image/*, */*;q=0.1" }, signal });
    if (response.ok) input = await readBytes(response);
  } catch {
    return { fault: "unreachable" };
  }
  if (!response.ok) return { fault: faultOf(response.status) };
  if (/^(text\/html|application\/xhtml)/i.test(response.headers.get("content-type") ?? "")) return { fault: "web_page" };
  return { input, source: () => describe(input) };
}

function faultOf(status) {
  if (status === 401 || status === 403) return "private";
  return [400, 404, 410].includes(status) ? "not_found" : "unreachable";
}

async function readBytes(response) {
  const chunks = [];
  let length = 0;
  const reader = response.body.getReader();
  while (length <= MAX_BYTES) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(chunks).arrayBuffer());
    chunks.push(value);
    length += value.length;
  }
  await reader.cancel();
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** @returns {Promise<Source>} */
async function describe(input) {
  const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
  const png = PNG.every((byte, index) => bytes[index] === byte);
  if (!png && !looksLikeSvg(bytes)) return { downloads: [] };

  const credential = await extract(bytes).catch(() => undefined);
  const urls = [];
  const keep = (blob) => {
    urls.push(URL.createObjectURL(blob));
    return urls.at(-1);
  };
  // A drawing goes by a `data:` address: opened by itself, a `blob:` one would run its scripts as this site's.
  const picture = png ? keep(new Blob([bytes], { type: "image/png" })) : await dataAddress(bytes, "image/svg+xml");
  const downloads = credential === undefined ? [] : [download(credential, keep)];
  return { picture, downloads, release: () => urls.forEach((url) => URL.revokeObjectURL(url)) };
}

function download(credential, keep) {
  const kind = credential.trimStart().startsWith("{") ? "json" : "jwt";
  const type = kind === "json" ? "application/vc+ld+json" : "application/vc+jwt";
  return { href: keep(new Blob([credential], { type })), name: `badge.${kind}`, kind };
}

// Only whether it may be a drawing: an image that is none shows nothing.
function looksLikeSvg(bytes) {
  return /^\s*<[^]*<svg[\s>]|^\s*<svg[\s>]/.test(new TextDecoder().decode(bytes.subarray(0, 4096)));
}

function dataAddress(bytes, type) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(new Blob([bytes], { type }));
  });
}
