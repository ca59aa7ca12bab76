// The head: what it is about, and the verdict once there is one.

import { el, heading } from "./dom.js";
import { seal } from "./emblem.js";

/** The head for a report. The verdict is `report.outcome`, and nothing else has a say in it. */
export function verdictHead(report, { phrases, level }) {
  const { title, lead, advice } = phrases.words.outcomes[report.outcome];
  return [
    seal(report.outcome),
    heading(level, { class: "verdict__title" }, title),
    el("p", { class: "lead" }, lead ?? phrases.sentence(deciding(report))),
    el("p", { class: "advice" }, advice),
    el("p", { class: "provenance" }, phrases.fill(phrases.words.provenance, { date: phrases.dateAndTime(report.checkedAt) })),
  ];
}

/** The head for anything that is not a verdict. */
export function plainHead({ title, lead }, { level }) {
  return [heading(level, { class: "verdict__title" }, title), el("p", { class: "lead" }, lead)];
}

/** The check whose code became the report's, for its data. */
export function deciding(report) {
  return report.checks.find((check) => check.code === report.code) ?? { code: report.code, data: {} };
}
