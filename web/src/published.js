// Badges that this site publishes, at /verify/{id}, /badges/{id} and /credentials/v1/{id}.

import { fetchBadge } from "./badges.js";

/**
 * The identifier in the page's path, or `undefined` on any other page. Of `<tenant>:<UUID>` it is the UUID: the worker has looked
 * at the tenant before it served the page.
 */
export function publishedId(pathname) {
  return /^\/(?:verify|badges|credentials\/v1)\/(?:[\w-]{1,64}(?::|%3A))?([A-Za-z0-9-]{1,64})\/?$/i.exec(pathname)?.[1];
}

/** The address of this site's badge with a code, where text is a code; else the text as it is. */
export function addressOfCode(text) {
  return /^\s*CRD-[0-9A-Z]{8}\s*$/i.test(text) ? `${location.origin}/verify/${text.trim().toUpperCase()}` : text;
}

/** A published badge: its credential to verify, its image to show, both to keep. */
export async function openPublished(id, signal) {
  const credential = `/credentials/${id}/ob3`;
  const image = `/api/credentials/${id}/baked`;
  const opened = await fetchBadge(credential, signal);
  if (opened.fault !== undefined) return opened;
  const downloads = [
    { href: credential, name: `${id}.json`, kind: "json" },
    { href: image, name: `${id}.png`, kind: "png" },
  ];
  return { input: opened.input, source: () => ({ picture: image, downloads }) };
}
