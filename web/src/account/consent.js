// A program asks for access: who it is, what it wants, and the person's answer. The worker says where the person goes on to.

import { el } from "../view/dom.js";
import { asked } from "./api.js";

/** Whether this page was opened to answer a program. */
export const isConsent = location.pathname === "/ims/ob/v3p0/oauth/authorize";

/** What the program asks for, or `undefined` where the link is broken. */
export async function readRequest() {
  try {
    return await asked("GET", `/ims/ob/v3p0/oauth/request${location.search}`);
  } catch (error) {
    if (error.code === "invalid_request") return undefined;
    throw error;
  }
}

/** `template` with the program's name and address, each kept from turning the words around it. */
export function about(template, { client: { name, host } }) {
  return template.replace("{client}", `\u2068${name}\u2069`).replace("{host}", `\u2068${host}\u2069`);
}

/** The step that asks the person. `form` makes a form, `leave` the button that signs out. */
export function consentStep(request, { words, email, form, leave }) {
  const text = words.consent;
  const { client, scopes, isLasting, refused } = request;
  const answer = async (isAllowed) => {
    const query = location.search.slice(1);
    const { location: next } = await asked("POST", "/ims/ob/v3p0/oauth/authorize", { request: query, isAllowed });
    location.assign(next);
  };
  const title = about(text.title, request);
  const lead = words.signedIn.replace("{email}", email);
  if (refused) {
    const body = [el("p", {}, about(text.refused, request)), form([], about(text.back, request), () => answer(false)), leave()];
    return { title, lead, body };
  }
  const outside = (href, label) => el("a", { href, target: "_blank", rel: "noopener noreferrer" }, label);
  const allow = form([], text.allow, () => answer(true));
  const deny = form([], text.deny, () => answer(false));
  deny.querySelector("button").classList.remove("button--main");
  const body = [
    el("p", { class: "asking" }, el("bdi", {}, client.name), el("span", { class: "asking__host" }, el("bdi", {}, client.host))),
    el("div", {}, el("p", {}, text.asks), el("ul", { class: "wishes" }, scopes.map((scope) => el("li", {}, text.scopes[scope])))),
    el("p", {}, isLasting ? text.lasting : text.brief),
    el("p", { class: "caution" }, about(text.caution, request)),
    el("p", { class: "keep" }, outside(client.policyUri, text.policy), outside(client.tosUri, text.terms)),
    el("div", { class: "answers" }, allow, deny),
    leave(words.signIn.other),
  ];
  return { title, lead, body };
}
