// The badges that a presentation or a learner record holds, one row each: its name, its own verdict, and its own ten checks.

import { el, heading } from "./dom.js";
import { glyph } from "./emblem.js";
import { row } from "./ledger.js";
import { deciding } from "./verdict.js";

const RESULTS = { verified: "valid", rejected: "invalid", indeterminate: "unknown" };

/** The section, where there is more to tell than the certificate above it does. */
export function held(report, setting) {
  const { credentials = [], claims } = report;
  const [only] = credentials;
  // The one badge that is presented is what the certificate shows; what that one holds is still to be told.
  if (credentials.length === 1 && JSON.stringify(only.claims) === JSON.stringify(claims)) return held(only, setting);
  if (credentials.length === 0) return null;
  const title = heading(setting.level + 1, { class: "ledger__title", id: "held-title" }, setting.phrases.words.held.title);
  return el("section", { class: "ledger held", role: "group", "aria-labelledby": "held-title" }, title, list(credentials, setting));
}

function list(credentials, setting) {
  return el("ol", {}, credentials.map((report) => item(report, setting)));
}

function item(report, setting) {
  const { phrases } = setting;
  const { words } = phrases;
  const result = RESULTS[report.outcome];
  const { claims } = report;
  const name = claims?.achievement.name ?? claims?.name ?? words.claims.unnamed;
  const isConfirmed = report.outcome === "verified";
  const issuer = claims?.issuer.name ?? claims?.issuer.id;
  const label = words.claims.issuer[isConfirmed ? "confirmed" : "unconfirmed"];
  const answer = [
    isConfirmed ? null : `${phrases.sentence(deciding(report))} `,
    issuer === undefined ? null : [`${label}: `, el("bdi", {}, issuer)],
  ];
  return el(
    "li",
    { class: "check", "data-result": result, "data-code": report.code },
    el(
      "details",
      {},
      el(
        "summary",
        {},
        glyph(result),
        el("span", { class: "check__question", dir: "auto" }, name),
        el("span", { class: "check__result" }, words.outcomes[report.outcome].title),
        el("span", { class: "check__answer" }, answer),
      ),
      el("ol", {}, report.checks.map((check) => row(check, setting))),
      report.credentials === undefined ? null : list(report.credentials, setting),
    ),
  );
}
