// Makes elements. Text enters as text nodes only, so nothing that a badge says can become markup.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element with attributes and children; strings become text, `null` and `undefined` are left out. */
export function el(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, tag), attributes, children);
}

/** A heading of a level: 1 the page's own, 6 the last. */
export function heading(level, attributes, ...children) {
  return el(`h${Math.min(level, 6)}`, attributes, ...children);
}

/** A link to a place that a badge names: only over https, and the place learns nothing about this page. */
export function outsideLink(address, text) {
  const url = httpsUrl(address);
  if (url === undefined) return el("bdi", {}, text);
  return el("a", { href: url.href, rel: "noopener noreferrer nofollow", target: "_blank" }, el("bdi", {}, text));
}

/** `text` as a URL, if it is one over https. */
export function httpsUrl(text) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === "https:" ? url : undefined;
}

function furnish(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(Number.POSITIVE_INFINITY).filter((child) => child !== null && child !== undefined));
  return element;
}
