// Turns codes and data into sentences. One language so far; a second one is a second file of the same shape.

import english from "./en.js";

export const words = english;

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Longest datum that is quoted inside a sentence; the details show all of it. */
const LONGEST_DATUM = 80;

/** `template` with its `{names}` replaced from `data`; a `[part]` whose names have no datum is left out. */
export function fill(template, data = {}) {
  const has = (name) => Object.hasOwn(data, name) && data[name] !== "";
  const replace = (text) => text.replace(/\{(\w+)\}/g, (_, name) => (has(name) ? isolated(data[name]) : ""));
  const optional = template.replace(/\[([^\]]*)\]/g, (_, part) => {
    return [...part.matchAll(/\{(\w+)\}/g)].every(([, name]) => has(name)) ? part : "";
  });
  return replace(optional);
}

/** The sentence of a finding. A code that this page does not know is shown as it is. */
export function sentence({ code, data }) {
  return Object.hasOwn(words.codes, code) ? fill(words.codes[code], data) : code;
}

// What an attacker wrote stands in our sentence: short, and unable to turn the direction of the words around it.
function isolated(value) {
  const text = INSTANT.test(value) ? date(value) : value;
  return `\u2068${text.length > LONGEST_DATUM ? `${text.slice(0, LONGEST_DATUM)}…` : text}\u2069`;
}

/** The name of one datum. */
export function datumName(name) {
  return Object.hasOwn(words.data, name) ? words.data[name] : name;
}

/** A value as people read it in a table: instants become dates with their time, anything else stays as it is. */
export function readable(value) {
  return INSTANT.test(value) ? dateAndTime(value) : value;
}

/** The day, in UTC, so that everybody who looks at a badge reads the same one. */
export function date(instant) {
  return format(instant, { dateStyle: "long" });
}

/** The day and the time, in UTC. */
export function dateAndTime(instant) {
  const text = format(instant, { dateStyle: "long", timeStyle: "short" });
  return text === instant ? text : `${text} UTC`;
}

function format(instant, style) {
  const time = new Date(instant);
  if (Number.isNaN(time.getTime())) return instant;
  return new Intl.DateTimeFormat(words.dateLocale, { ...style, timeZone: "UTC" }).format(time);
}
