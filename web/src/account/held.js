// What a person holds beside what was awarded here: badges from elsewhere, and the programs that were let in.

import { el } from "../view/dom.js";
import { asked, download, upload } from "./api.js";

const ENDS = { "image/png": "png", "image/svg+xml": "svg", "text/plain": "jwt" };

/** What is to be shown: `{imports, programs}`. */
export async function readHeld() {
  const [imports, programs] = await Promise.all([asked("GET", "/api/me/imports?limit=100"), asked("GET", "/api/me/authorizations")]);
  return { imports: imports.data, programs: programs.data };
}

/** The badges from elsewhere, and a form that brings another one. `refresh` shows the page anew, and says a sentence. */
export function importsSection(imports, { words, form, field, refresh }) {
  const text = words.imports;
  const file = field("badge", text.file, { type: "file", accept: ".png,.svg,.json,.jsonld,.jwt,.jws,.txt" });
  const url = field("url", text.url, { type: "url", inputmode: "url", placeholder: "https://", maxlength: "2048" });
  for (const input of [file[1], url[1]]) input.removeAttribute("required");
  const bring = form([file, url], text.add, async (data) => {
    const chosen = data.get("badge");
    const answer = chosen?.size > 0 ? await upload("/api/me/imports", chosen) : await asked("POST", "/api/me/imports", { url: data.get("url").trim() });
    await refresh(answer.credentialId ? text.own : text.added);
  });
  const list = imports.map((one) => item(one, { words, refresh }));
  return el("section", { class: "held", "aria-labelledby": "imports" }, el("h2", { id: "imports" }, text.title), list.length > 0 ? el("ol", { class: "collection" }, list) : null, bring);
}

function item({ id, name, issuerName, outcome, mediaType }, { words, refresh }) {
  const text = words.imports;
  const said = el("p", { class: `outcome outcome--${outcome}`, role: "status" }, text.outcomes[outcome]);
  const act = (label, work) => {
    const button = el("button", { type: "button", class: "button" }, label);
    button.addEventListener("click", () => {
      work().catch(({ code }) => {
        said.textContent = words.codes[code] ?? words.codes.INTERNAL_ERROR;
      });
    });
    return button;
  };
  const path = `/api/me/imports/${id}`;
  const check = async () => {
    const now = await asked("GET", path);
    said.className = `outcome outcome--${now.outcome}`;
    said.textContent = text.outcomes[now.outcome];
  };
  const remove = async () => {
    await asked("DELETE", path);
    await refresh();
  };
  return el(
    "li",
    {},
    el("h3", {}, el("bdi", {}, name)),
    el("p", {}, text.by.replace("{issuer}", `\u2068${issuerName}\u2069`)),
    said,
    el("div", { class: "keep" }, act(text.check, check), act(text.save, () => download(`${path}/file`, `badge.${ENDS[mediaType] ?? "json"}`)), act(text.remove, remove)),
  );
}

/** The programs that were let in; nothing where there are none. */
export function programsSection(programs, { words, refresh }) {
  if (programs.length === 0) return null;
  const item = ({ id, client, scopes }) => {
    const button = el("button", { type: "button", class: "button" }, words.programs.withdraw);
    button.addEventListener("click", async () => {
      await asked("DELETE", `/api/me/authorizations/${id}`).catch(() => {});
      await refresh();
    });
    const wishes = scopes.map((scope) => el("li", {}, words.consent.scopes[scope]));
    return el("li", {}, el("h3", {}, el("bdi", {}, client.name)), el("p", {}, el("bdi", {}, client.host)), el("ul", { class: "wishes" }, wishes), button);
  };
  const title = el("h2", { id: "programs" }, words.programs.title);
  return el("section", { class: "held", "aria-labelledby": "programs" }, title, el("ol", { class: "collection" }, programs.map(item)));
}
