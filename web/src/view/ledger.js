// The ten checks, one row each: question, answer, and the particulars for those who want them.

import { el, heading } from "./dom.js";
import { glyph } from "./emblem.js";

/** The rows of a report; folded away behind their title where the setting says so. */
export function ledger(report, setting) {
  const { words } = setting.phrases;
  const title = heading(setting.level + 1, { class: "ledger__title", id: "ledger-title" }, words.ledger.title);
  const rows = [
    el("p", { class: "ledger__hint" }, words.ledger.hint),
    el("ol", {}, report.checks.map((check) => row(check, setting))),
  ];
  const content = setting.folded ? el("details", { class: "ledger__fold" }, el("summary", {}, title), rows) : [title, rows];
  // A group and no landmark: a page may hold many badges, and landmarks should be few.
  return el("section", { class: "ledger", role: "group", "aria-labelledby": "ledger-title" }, content);
}

/** The questions alone, for a page without a report. */
export function questions({ words }) {
  return el("ol", {}, Object.values(words.checks).map((question) => el("li", {}, question)));
}

/** One check. */
export function row(check, setting) {
  const { phrases } = setting;
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
        el("span", { class: "check__question" }, phrases.words.checks[check.name]),
        el("span", { class: "check__result" }, phrases.words.results[check.result]),
        el("span", { class: "check__answer" }, phrases.sentence(check)),
      ),
      particulars(check, setting),
    ),
  );
}

function particulars(check, setting) {
  const { words } = setting.phrases;
  const required = { required: check.required ? words.yes : words.no };
  const items = check.items ?? [];
  // A single part that says what the whole says is not worth a heading: its data join the check's.
  if (items.length === 1 && items[0].code === check.code) {
    return [table({ code: check.code, ...required, ...check.data, ...items[0].data }, setting)];
  }
  return [table({ code: check.code, ...required, ...check.data }, setting), items.map((item, index) => part(item, index, setting))];
}

function part(finding, index, setting) {
  const { phrases, level } = setting;
  const title = phrases.fill(phrases.words.ledger.part, { number: String(index + 1) });
  return el(
    "section",
    { class: "part", "data-result": finding.result },
    heading(level + 2, { class: "part__title" }, `${title} – ${phrases.words.results[finding.result]}`),
    el("p", {}, phrases.sentence(finding)),
    table({ code: finding.code, ...finding.data }, setting),
  );
}

function table(data, { phrases }) {
  const rows = Object.entries(data).map(([name, value]) => {
    return el("div", {}, el("dt", {}, phrases.datumName(name)), el("dd", { dir: "auto" }, phrases.readable(name, value)));
  });
  return el("dl", { class: "particulars" }, rows);
}
