// The account page: signing in by a mailed code, then claiming a badge, accepting an invitation, or looking at one's own.

import { el } from "../view/dom.js";
import { engraving } from "../view/engraving.js";
import { LANGUAGES, bestLanguage } from "../words/index.js";
import { asked, download, picture, requestCode, session, signIn, signOut } from "./api.js";
import { about, consentStep, isConsent, readRequest } from "./consent.js";
import { importsSection, programsSection, readHeld } from "./held.js";
import { offered } from "./wallet.js";
import { WORDS } from "./words.js";

const part = (id) => document.querySelector(`#${id}`);
const [, kind, name] = /^\/(claim|invitations)\/([\w-]{1,64})\/?$/.exec(location.pathname) ?? [];

let words;
/** What a program asks for, where the page was opened to answer one. */
let request;
/** What is shown again when the language changes. */
let shown;

part("head").prepend(engraving());
speak(bestLanguage([new URLSearchParams(location.search).get("lang") ?? "", ...navigator.languages]));
open();

function speak(language) {
  words = WORDS[language];
  document.documentElement.lang = language;
  part("skip").textContent = words.title;
  part("own").textContent = words.own;
  part("about").textContent = words.footer;
  const options = Object.entries(LANGUAGES).map(([tag, label]) => el("option", { value: tag, lang: tag }, label));
  const menu = el("select", { id: "language" }, options);
  menu.value = language;
  menu.addEventListener("change", () => {
    speak(menu.value);
    part("language").focus();
  });
  part("languages").replaceChildren(el("label", {}, `${words.language} `, menu));
  shown?.();
}

/** Draws a step: the head's two lines and what stands below. A step that follows another one takes the focus. */
function show(step, moves = true) {
  shown = () => {
    const { title, lead, body } = step();
    part("title").textContent = title;
    part("lead").textContent = lead ?? "";
    part("desk").replaceChildren(...body);
    document.title = `${title} – Accolade`;
    part("own").hidden = session() === undefined || location.pathname === "/account";
  };
  shown();
  if (moves) part("desk").focus();
}

async function open() {
  try {
    if (isConsent) {
      request ??= await readRequest();
      if (request === undefined) return show(() => ({ title: words.consent.broken, lead: words.consent.brokenWhy, body: [] }), false);
    }
    if (session() === undefined) return show(address, false);
    if (isConsent) show(() => consentStep(request, { words, email: session()?.email ?? "", form, leave }));
    else if (kind === "claim") await openClaim();
    else if (kind === "invitations") await openInvitation();
    else await openOwn();
  } catch ({ code }) {
    if (code === "UNAUTHORIZED") show(address);
    else show(refused(code));
  }
}

/** A form that is sent once at a time, and says what went wrong beside its button. */
function form(fields, label, send) {
  const complaint = el("p", { class: "complaint", role: "alert" });
  const button = el("button", { type: "submit", class: "button button--main" }, label);
  const whole = el("form", {}, fields, button, complaint);
  whole.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    complaint.textContent = "";
    try {
      await send(new FormData(whole));
    } catch ({ code }) {
      if (code === "login_required") return show(address);
      complaint.textContent = words.codes[code] ?? words.codes.INTERNAL_ERROR;
      button.removeAttribute("aria-disabled");
    }
  });
  return whole;
}

function field(name, label, attributes) {
  return [el("label", { for: name }, label), el("input", { id: name, name, required: "", ...attributes })];
}

function address() {
  const asking = request && about(words.consent.why, request);
  const lead = asking ?? { claim: words.claim.why, invitations: words.invitation.why }[kind] ?? words.signIn.why;
  const mail = field("email", words.signIn.email, { type: "email", autocomplete: "email", maxlength: "254" });
  const body = form(mail, words.signIn.send, async (data) => {
    const email = data.get("email").trim();
    await requestCode(email, words.tag);
    show(() => code(email));
  });
  return { title: words.signIn.title, lead, body: [body] };
}

function code(email) {
  const digits = field("code", words.signIn.code, { inputmode: "numeric", autocomplete: "one-time-code", maxlength: "12", class: "code" });
  const body = form(digits, words.signIn.title, async (data) => {
    await signIn(email, data.get("code"));
    await open();
  });
  const again = el("button", { type: "button", class: "button" }, words.signIn.other);
  again.addEventListener("click", () => show(address));
  return { title: words.signIn.title, lead: words.signIn.sent.replace("{email}", email), body: [body, again] };
}

const refused = (code) => () => {
  const body = [el("p", {}, words.codes[code] ?? words.codes.INTERNAL_ERROR)];
  if (code === "EMAIL_MISMATCH") body.push(el("p", {}, words.signedIn.replace("{email}", session()?.email ?? "")));
  body.push(leave(code === "EMAIL_MISMATCH" ? words.signIn.other : words.signOut));
  return { title: words.refused, lead: "", body };
};

function leave(label = words.signOut) {
  const button = el("button", { type: "button", class: "button" }, label);
  button.addEventListener("click", () => signOut().then(() => show(address)));
  return button;
}

async function openClaim(moves) {
  const path = `/api/me/credentials/${name}`;
  const [credential, image] = await Promise.all([asked("GET", path), picture(`/api/credentials/${name}/baked`)]);
  const isClaimed = credential.claimedAt !== null;
  const offer = () => form([], words.claim.accept, async () => {
    await asked("POST", `/api/credentials/${name}/claim`);
    await openClaim();
  });
  show(() => {
    const body = [sheet(credential, image)];
    if (credential.status === "pending") body.push(offer());
    else if (credential.status !== "valid") body.push(el("p", {}, words.statuses[credential.status]));
    if (isClaimed) body.push(visibility(credential, path), keep(credential));
    if (credential.status === "valid") body.push(wallet(path));
    body.push(leave());
    const title = isClaimed ? words.claim.done : words.claim.title;
    return { title, lead: words.claim.from.replace("{organization}", credential.organizationName), body };
  }, moves);
}

function sheet(credential, image) {
  const picture = image && el("img", { src: image, alt: "", width: "160", height: "160" });
  return el("div", { class: "own" }, picture, el("div", {}, el("h2", {}, credential.badgeName), el("p", {}, credential.recipientName ?? "")));
}

function visibility(credential, path) {
  const box = el("input", { type: "checkbox", id: "public" });
  box.checked = credential.isPublic;
  const said = el("p", { role: "status" });
  box.addEventListener("change", async () => {
    try {
      credential.isPublic = (await asked("PATCH", path, { isPublic: box.checked })).isPublic;
      said.textContent = words.saved;
    } catch ({ code }) {
      said.textContent = words.codes[code] ?? words.codes.INTERNAL_ERROR;
    }
    box.checked = credential.isPublic;
  });
  return el("div", { class: "choice" }, box, el("label", { for: "public" }, words.claim.visible), said);
}

/** Offers the badge to a wallet when that is asked for, since an offer is good for ten minutes only. */
function wallet(path) {
  const ask = form([], words.wallet.offer, async () => {
    ask.replaceWith(offered(await asked("POST", `${path}/offer`, {}), words.wallet));
  });
  return ask;
}

function keep({ credentialId, linkedInUrl }) {
  const file = (label, path, end) => {
    const button = el("button", { type: "button", class: "button" }, label);
    button.addEventListener("click", () => download(path, `${credentialId}.${end}`).catch(() => {}));
    return button;
  };
  return el(
    "div",
    { class: "keep" },
    el("a", { class: "button", href: `/verify/${credentialId}` }, words.claim.page),
    file(words.claim.image, `/api/credentials/${credentialId}/baked`, "png"),
    file(words.claim.file, `/credentials/${credentialId}/ob3`, "json"),
    linkedInUrl && el("a", { class: "button", href: linkedInUrl, target: "_blank", rel: "noopener noreferrer" }, words.claim.linkedIn),
  );
}

async function openInvitation() {
  const path = `/api/invitations/${name}`;
  const invitation = await asked("GET", path);
  const lead = () => words.invitation.as.replace("{role}", words.roles[invitation.role]);
  const title = () => invitation.organization.name;
  if (!invitation.isOpen) return show(() => ({ title: title(), lead: words.codes.CONFLICT, body: [leave()] }));
  show(() => {
    const accept = form([], words.invitation.accept, async () => {
      await asked("POST", `${path}/accept`);
      show(() => ({ title: title(), lead: words.invitation.done, body: [leave()] }));
    });
    return { title: title(), lead: lead(), body: [accept, leave()] };
  });
}

async function openOwn(sentence = "") {
  const [{ data }, held] = await Promise.all([asked("GET", "/api/me/credentials?limit=100"), readHeld()]);
  const refresh = (sentence) => openOwn(sentence).catch(({ code }) => show(refused(code)));
  show(() => {
    const item = ({ credentialId, badgeName, organizationName, status }) =>
      el("li", {}, el("a", { href: `/claim/${credentialId}` }, badgeName), el("p", {}, `${organizationName} · ${words.statuses[status]}`));
    const list = data.length > 0 ? el("ol", { class: "collection" }, data.map(item)) : el("p", {}, words.none);
    const tools = { words, form, field, refresh };
    const body = [list, el("p", { role: "status" }, sentence), importsSection(held.imports, tools), programsSection(held.programs, tools), leave()];
    return { title: words.title, lead: words.signedIn.replace("{email}", session()?.email ?? ""), body: body.filter(Boolean) };
  });
}
