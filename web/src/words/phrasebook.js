// Turns codes and data into sentences of one language.

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Data that count something. Places in registers are names, not amounts, and stay as they are. */
const AMOUNTS = new Set(["bytes", "entries", "limit", "offset", "proofs"]);
const DIGITS = /^\d{1,15}$/;

/** Longest datum that is quoted inside a sentence; the details show all of it. */
const LONGEST_DATUM = 80;

/** One language: its words, and how it says dates, numbers and what was found. */
export class Phrasebook {
  /** @param {object} words the default export of a language's module */
  constructor(words) {
    this.words = words;
  }

  /** `template` with its `{names}` replaced from `data`; a `[part]` whose names have no datum is left out. */
  fill(template, data = {}) {
    const has = (name) => Object.hasOwn(data, name) && data[name] !== "";
    const replace = (text) => text.replace(/\{(\w+)\}/g, (_, name) => (has(name) ? this.#quoted(name, data[name]) : ""));
    const optional = template.replace(/\[([^\]]*)\]/g, (_, part) => {
      return [...part.matchAll(/\{(\w+)\}/g)].every(([, name]) => has(name)) ? part : "";
    });
    return replace(optional);
  }

  /** The sentence of a finding. A code without one is shown as it is. */
  sentence({ code, data }) {
    return Object.hasOwn(this.words.codes, code) ? this.fill(this.words.codes[code], data) : code;
  }

  /** The name of one datum. */
  datumName(name) {
    return Object.hasOwn(this.words.data, name) ? this.words.data[name] : name;
  }

  /** A datum as people read it in a table: instants become dates with their time, amounts are grouped. */
  readable(name, value) {
    if (AMOUNTS.has(name) && DIGITS.test(value)) return this.number(Number(value));
    return INSTANT.test(value) ? this.dateAndTime(value) : value;
  }

  /** A number, grouped as the language does. */
  number(value) {
    return new Intl.NumberFormat(this.words.locale).format(value);
  }

  /** The day, in UTC, so that everybody who looks at a badge reads the same one. */
  date(instant) {
    return this.#format(instant, { dateStyle: "long" });
  }

  /** The day and the time, in UTC. */
  dateAndTime(instant) {
    const text = this.#format(instant, { dateStyle: "long", timeStyle: "short" });
    return text === instant ? text : `${text} UTC`;
  }

  // What an attacker wrote stands in our sentence: short, and unable to turn the direction of the words around it.
  #quoted(name, value) {
    const text = INSTANT.test(value) ? this.date(value) : this.readable(name, value);
    return `\u2068${text.length > LONGEST_DATUM ? `${text.slice(0, LONGEST_DATUM)}…` : text}\u2069`;
  }

  #format(instant, style) {
    const time = new Date(instant);
    if (Number.isNaN(time.getTime())) return instant;
    return new Intl.DateTimeFormat(this.words.locale, { ...style, timeZone: "UTC" }).format(time);
  }
}
