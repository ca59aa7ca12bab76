// The ten checks, one row each: question, answer, and the particulars for those who want them.

import { datumName, readable, sentence, words } from "../words/index.js";
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
      particulars(check, [["required", check.required ? words.yes : words.no]]),
      (check.items ?? []).map((item, index) => part(item, index + 1)),
    ),
  );
}

function part(finding, number) {
  return el(
    "section",
    { class: "part", "data-result": finding.result },
    el("h3", {}, words.ledger.part.replace("{number}", number), " – ", words.results[finding.result]),
    el("p", {}, sentence(finding)),
    particulars(finding),
  );
}

function particulars({ code, data }, more = []) {
  const rows = [["code", code], ...more, ...Object.entries(data).map(([name, value]) => [name, readable(value)])];
  return el(
    "dl",
    { class: "particulars" },
    rows.map(([name, value]) => el("div", {}, el("dt", {}, datumName(name)), el("dd", { dir: "auto" }, value))),
  );
}
