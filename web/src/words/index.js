// The languages. Each is a module of its own, fetched when it is first needed, so that nobody carries those of others.

import { Phrasebook } from "./phrasebook.js";

const LOADERS = {
  en: () => import("./en.js"),
  de: () => import("./de.js"),
  es: () => import("./es.js"),
  fr: () => import("./fr.js"),
  nl: () => import("./nl.js"),
  ja: () => import("./ja.js"),
};

/** Every language, with its own name for itself. */
export const LANGUAGES = { en: "English", de: "Deutsch", es: "Español", fr: "Français", nl: "Nederlands", ja: "日本語" };

/** The first of `tags` (BCP 47, the most wanted first) that there are words for; English where there are for none. */
export function bestLanguage(tags) {
  const primary = tags.map((tag) => String(tag).toLowerCase().split("-", 1)[0]);
  return primary.find((language) => Object.hasOwn(LOADERS, language)) ?? "en";
}

/** The words of a language that `bestLanguage` named. */
export async function loadPhrases(language) {
  const { default: words } = await LOADERS[language]();
  return new Phrasebook(words);
}
