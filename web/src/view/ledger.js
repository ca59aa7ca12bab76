// The ten checks, one row each: question, answer, and the particulars for those who want them.

import { datumName, fill, readable, sentence, words } from "../words/index.js";
import { el } from "./dom.js";
import { glyph } from "./emblem.js";

/** The rows of a report. */
export function ledger(report) {
  return el(
    "section",
    { class: "ledger", "aria-labelledby": "ledger-title" },
    el("h2", { id: "ledger-title" }, words.ledger.title),
    el("p", { class: "ledger__hint" }, words.ledger.hint),
    el("ol", {}, report.checks.map(row)),
  );
}

/** The questions alone, for a page without a report. */
export function questions() {
  return el("ol", {}, Object.values(words.checks).map((question) => el("li", {}, question)));
}

function row(check) {
  return el(
    "li",
    { class: "check", "data-check": check.name, "data-result": check.result, "data-code": check.code },
    el(
      "details",
      {},
      el(
        "summary",
        {},
        glyph(check.result),
        el("span", { class: "check__question" }, words.checks[check.name]),
        el("span", { class: "check__result" }, words.results[check.result]),
        el("span", { class: "check__answer" }, sentence(check)),
      ),
      particulars(check),
    ),
  );
}

function particulars(check) {
  const required = { required: check.required ? words.yes : words.no };
  const items = check.items ?? [];
  // A single part that says what the whole says is not worth a heading: its data join the check's.
  if (items.length === 1 && items[0].code === check.code) {
    return [table({ code: check.code, ...required, ...check.data, ...items[0].data })];
  }
  return [table({ code: check.code, ...required, ...check.data }), items.map(part)];
}

function part(finding, index) {
  const title = fill(words.ledger.part, { number: String(index + 1) });
  return el(
    "section",
    { class: "part", "data-result": finding.result },
    el("h3", {}, `${title} – ${words.results[finding.result]}`),
    el("p", {}, sentence(finding)),
    table({ code: finding.code, ...finding.data }),
  );
}

function table(data) {
  const rows = Object.entries(data).map(([name, value]) => {
    return el("div", {}, el("dt", {}, datumName(name)), el("dd", { dir: "auto" }, readable(value)));
  });
  return el("dl", { class: "particulars" }, rows);
}
