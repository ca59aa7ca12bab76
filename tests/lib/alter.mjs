// One alteration at a time: what no verifier may let pass.

/** Every copy of `document` that differs in one scalar, as `{path, document}`. */
export function* alterations(document) {
  for (const path of scalarPaths(document)) {
    const altered = structuredClone(document);
    const holder = path.slice(0, -1).reduce((value, name) => value[name], altered);
    holder[path.at(-1)] = another(holder[path.at(-1)]);
    yield { path: path.join("."), document: altered };
  }
}

function* scalarPaths(value, path = []) {
  if (value === null || typeof value !== "object") {
    yield path;
    return;
  }
  for (const [name, member] of Object.entries(value)) yield* scalarPaths(member, [...path, name]);
}

function another(value) {
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value + 1;
  // A date stays a date, an identifier stays one: the first digit or letter from the end that has a neighbour.
  const at = value.search(/[0-8a-yA-Y][^0-8a-yA-Y]*$/);
  if (at < 0) return `${value}x`;
  return value.slice(0, at) + String.fromCharCode(value.charCodeAt(at) + 1) + value.slice(at + 1);
}
