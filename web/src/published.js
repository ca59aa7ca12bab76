// Badges that this site publishes, at /verify/{id}.

/** The identifier in the page's path, or `undefined` on any other page. */
export function publishedId(pathname) {
  const id = /^\/verify\/([A-Za-z0-9-]{1,64})\/?$/.exec(pathname)?.[1];
  return id;
}

/** The addresses of a published badge. */
export function publishedAddresses(id) {
  return { credential: `/credentials/${id}/ob3`, image: `/api/credentials/${id}/baked` };
}

/**
 * The credential's text, as published.
 *
 * @returns {Promise<{text: string} | {fault: "not_found" | "private" | "unreachable"}>}
 */
export async function loadPublished(id) {
  let response;
  try {
    response = await fetch(publishedAddresses(id).credential, { headers: { accept: "application/vc+ld+json, application/json" } });
    if (response.ok) return { text: await response.text() };
  } catch {
    return { fault: "unreachable" };
  }
  if (response.status === 403) return { fault: "private" };
  return { fault: response.status === 404 || response.status === 400 ? "not_found" : "unreachable" };
}
