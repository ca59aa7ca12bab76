// The documents that a verification asks for, as this page gets them.

/**
 * Fetches over https only, and from this page's own origin whatever that is: a deployment that is tried out locally
 * publishes its status lists without a certificate.
 *
 * @type {typeof fetch}
 */
export function fetchDocument(url, init) {
  const { origin, protocol, username, password } = new URL(url);
  const isOwn = origin === location.origin;
  if (!isOwn && protocol !== "https:") throw new TypeError("only https URLs are fetched from elsewhere");
  if (username !== "" || password !== "") throw new TypeError("only plain URLs are fetched");
  return fetch(url, init);
}
