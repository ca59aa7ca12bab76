// The verification page.

import { fetchBadge } from "./badges.js";
import { Desk } from "./desk.js";
import { fetchDocument } from "./documents.js";
import { listenToControls, listenToTransfers } from "./intake.js";
import { addressOfCode, openPublished, publishedId } from "./published.js";
import { el } from "./view/dom.js";
import { engraving } from "./view/engraving.js";
import { intake } from "./view/intake.js";
import { questions } from "./view/ledger.js";
import { LANGUAGES, bestLanguage, loadPhrases } from "./words/index.js";

const part = (id) => document.querySelector(`#${id}`);

const desk = new Desk({
  root: document.body,
  head: part("verdict"),
  result: part("result"),
  level: 1,
  options: () => ({ fetch: fetchDocument }),
  openAddress: openHere,
  onChange: changed,
});

const take = (badge) => desk.take(typeof badge === "string" ? addressOfCode(badge) : badge);
listenToTransfers({ scope: document, root: document.body }, take);
part("head").prepend(engraving());
const id = publishedId(location.pathname);
if (id !== undefined) desk.answer((signal) => openPublished(id, signal));
speak(bestLanguage([new URLSearchParams(location.search).get("lang") ?? "", ...navigator.languages]));

// A link to this site's page of a badge leads to the badge, and not to the page.
function openHere(url, signal) {
  const id = url.origin === location.origin ? publishedId(url.pathname) : undefined;
  return id === undefined ? fetchBadge(url, signal) : openPublished(id, signal);
}

async function speak(language) {
  const phrases = await loadPhrases(language);
  const { words } = phrases;
  document.documentElement.lang = words.language;
  part("skip").textContent = words.intake.title;
  part("another").textContent = words.page.another;
  part("about").textContent = words.page.footer;
  part("account").textContent = words.page.account;
  part("api").textContent = words.page.api;
  part("questions").replaceChildren(el("h2", { id: "questions-title" }, words.page.questions), questions(phrases));
  part("languages").replaceChildren(languageMenu(words));
  const { section, file, form } = intake({ phrases, level: 1, codes: true });
  part("intake").replaceWith(section);
  listenToControls({ file, form }, take);
  desk.speak(phrases);
  title();
}

function languageMenu(words) {
  const options = Object.entries(LANGUAGES).map(([language, name]) => el("option", { value: language, lang: language }, name));
  const menu = el("select", { id: "language" }, options);
  menu.value = words.language;
  menu.addEventListener("change", () => speak(menu.value).then(() => part("language").focus()));
  return el("label", {}, `${words.page.language} `, menu);
}

function changed({ state }) {
  title();
  if (state === "busy") scrollTo({ top: 0 });
}

function title() {
  document.title = `${part("verdict").querySelector("h1").textContent} – Accolade`;
}
