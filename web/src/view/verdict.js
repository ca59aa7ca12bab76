// The head of the page: what it is about, and the verdict once there is one.

import { dateAndTime, fill, sentence, words } from "../words/index.js";
import { el } from "./dom.js";
import { seal } from "./emblem.js";

/** The head for a report. The verdict is `report.outcome`, and nothing else has a say in it. */
export function verdictHead(report) {
  const { title, lead, advice } = words.outcomes[report.outcome];
  return [
    seal(report.outcome),
    el("h1", {}, title),
    el("p", { class: "lead" }, lead ?? sentence(deciding(report))),
    el("p", { class: "advice" }, advice),
    el("p", { class: "provenance" }, fill(words.page.provenance, { date: dateAndTime(report.checkedAt) })),
  ];
}

/** The head for anything that is not a verdict. */
export function plainHead({ title, lead }) {
  return [el("h1", {}, title), el("p", { class: "lead" }, lead)];
}

// The check whose code became the report's, for its data.
function deciding(report) {
  return report.checks.find((check) => check.code === report.code) ?? { code: report.code, data: {} };
}
