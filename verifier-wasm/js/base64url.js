/** What base64url text (RFC 4648 §5) stands for, a character for each byte. */
export function fromBase64url(text) {
  return atob(text.replaceAll("-", "+").replaceAll("_", "/"));
}
