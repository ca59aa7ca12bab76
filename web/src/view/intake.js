// Where a badge is handed in: a place to drop one, a file to choose, a field for text.

import { el, heading } from "./dom.js";

/** For the file dialogue only: what a file is, its content tells. */
const ACCEPT =
  ".png,.svg,.json,.jsonld,.jws,.jwt,.txt,image/png,image/svg+xml,application/json,application/ld+json,application/vc+ld+json,application/jwt,application/vc+jwt,text/plain";

/**
 * The section with its two controls; `listen` in ../intake.js makes them work. With `codes`, a badge may be named by its code, too.
 */
export function intake({ phrases: { words }, level, codes = false }) {
  const text = words.intake;
  const file = el("input", { type: "file", id: "file", class: "visually-hidden", accept: ACCEPT, "aria-describedby": "drop-hint" });
  const form = el(
    "form",
    { id: "text-form" },
    el("label", { for: "text" }, text.label),
    el("textarea", {
      ...{ id: "text", name: "badge", rows: "7", spellcheck: "false", autocomplete: "off", autocapitalize: "off", dir: "ltr" },
      ...(codes && { "aria-describedby": "code-hint" }),
    }),
    codes ? el("p", { id: "code-hint" }, text.code) : "",
    el("button", { type: "submit", class: "button" }, text.submit),
  );
  const section = el(
    "section",
    { class: "intake", id: "intake", tabindex: "-1", role: "group", "aria-labelledby": "intake-title" },
    heading(level + 1, { class: "intake__title", id: "intake-title" }, text.title),
    el(
      "div",
      { class: "drop" },
      file,
      el("label", { for: "file", class: "button button--main" }, text.choose),
      el("p", { id: "drop-hint" }, text.hint),
    ),
    el("details", {}, el("summary", {}, text.enter), form),
  );
  return { section, file, form };
}
