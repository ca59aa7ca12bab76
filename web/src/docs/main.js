// The page of the API: what /openapi.json says, for people. In English, as the API itself.

import { el } from "../view/dom.js";
import { engraving } from "../view/engraving.js";

const place = document.querySelector("#operations");
document.querySelector("#head").prepend(engraving());

try {
  const response = await fetch("/openapi.json");
  if (!response.ok) throw new Error(`${response.status}`);
  show(await response.json());
} catch {
  place.replaceChildren(el("p", { class: "notice", role: "alert" }, "The description could not be loaded. Please try again."));
}

function show({ paths, components: { schemas } }) {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  );
  const tags = [...new Set(operations.flatMap(({ tags }) => tags))];
  const sections = tags.map((tag) => {
    const title = `tag-${tag}`;
    const items = operations.filter(({ tags }) => tags.includes(tag)).map((operation) => el("li", {}, described(operation)));
    return el("section", { class: "intake", "aria-labelledby": title }, el("h2", { id: title }, tag), el("ol", { class: "operations" }, items));
  });
  const names = Object.keys(schemas).toSorted();
  const shapes = names.map((name) => el("details", { id: `schema-${name}` }, el("summary", {}, el("code", {}, name)), source(schemas[name])));
  place.replaceChildren(...sections, el("section", { class: "intake", "aria-labelledby": "schemas" }, el("h2", { id: "schemas" }, "schemas"), shapes));
}

function described({ path, method, operationId, summary, description, security, parameters = [], requestBody, responses }) {
  const who = security === undefined ? "everybody" : Object.keys(security[0])[0] === "apiKey" ? `an API key. ${description}` : "a session";
  return el(
    "details",
    { id: operationId },
    el("summary", {}, el("code", { class: "method" }, method.toUpperCase()), " ", el("code", {}, path), el("span", {}, summary)),
    el("p", {}, `For ${who}`),
    parameters.length === 0 ? null : el("ul", {}, parameters.map(({ name, in: where, schema }) => el("li", {}, el("code", {}, name), ` (${where}): `, kind(schema)))),
    requestBody && el("ul", {}, Object.entries(requestBody.content).map(([media, { schema }]) => el("li", {}, `sends ${media}: `, kind(schema)))),
    el("ul", {}, Object.entries(responses).map(([status, { description, content = {} }]) => answer(status, description, content))),
  );
}

function answer(status, description, content) {
  const bodies = Object.entries(content).flatMap(([media, { schema }]) => [`, ${media}: `, kind(schema)]);
  return el("li", {}, el("code", {}, status), ` ${description}`, bodies);
}

/** A type, with a link to its schema where it has one. */
function kind(schema) {
  if (schema.$ref) {
    const name = schema.$ref.split("/").at(-1);
    return el("a", { href: `#schema-${name}` }, name);
  }
  return el("code", {}, schema.format ?? schema.type);
}

function source(schema) {
  return el("pre", { tabindex: "0" }, el("code", {}, JSON.stringify(schema, null, 2)));
}
