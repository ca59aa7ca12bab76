// The page: takes a badge, has it verified, shows the verdict.

import { extract, verify } from "accolade-verifier";
import { listen } from "./intake.js";
import { loadPublished, publishedAddresses, publishedId } from "./published.js";
import { el } from "./view/dom.js";
import { ledger, questions } from "./view/ledger.js";
import { sheet } from "./view/sheet.js";
import { plainHead, verdictHead } from "./view/verdict.js";
import { words } from "./words/index.js";

const head = document.querySelector("#verdict");
const result = document.querySelector("#result");

// Counts the badges handed in, so that a slow verification does not overwrite a later one's verdict.
let turn = 0;
let objectUrls = [];

document.querySelector("#questions").append(el("h2", {}, words.page.questions), questions());
listen({ file: document.querySelector("#file"), form: document.querySelector("#text-form") }, takeBadge);

const id = publishedId(location.pathname);
if (id === undefined) show("welcome", plainHead(words.page.welcome));
else takePublished(id);

async function takePublished(id) {
  await check(async () => {
    const answer = await loadPublished(id);
    if (answer.fault !== undefined) return answer;
    const { credential, image } = publishedAddresses(id);
    return {
      input: answer.text,
      source: () => ({
        picture: image,
        downloads: [
          { href: credential, name: `${id}.json`, text: words.claims.downloadJson },
          { href: image, name: `${id}.png`, text: words.claims.downloadPng },
        ],
      }),
    };
  });
}

async function takeBadge(badge) {
  await check(async () => {
    let input;
    try {
      input = typeof badge === "string" ? badge : new Uint8Array(await badge.arrayBuffer());
    } catch {
      return { fault: "unreadable_file" };
    }
    return { input, source: () => describe(input) };
  });
  window.scrollTo({ top: 0 });
}

// One badge from start to verdict: `open` gets its content, or says why it could not be had.
async function check(open) {
  turn += 1;
  const mine = turn;
  show("busy", plainHead(words.page.busy));
  const { input, source, fault } = await open();
  let report;
  let shown;
  if (fault === undefined) {
    report = await verify(input).catch(() => undefined);
    shown = report && (await source());
  }
  if (mine !== turn) return;
  if (report === undefined) show("fault", plainHead(words.faults[fault ?? "verifier"]));
  else show(report.outcome, verdictHead(report), [sheet(report, shown), ledger(report)]);
}

// What can be shown and saved of a badge that was handed in.
async function describe(input) {
  objectUrls.forEach((url) => URL.revokeObjectURL(url));
  objectUrls = [];
  if (typeof input === "string" || !isPng(input)) return { downloads: [] };
  const picture = keep(new Blob([input], { type: "image/png" }));
  const credential = await extract(input).catch(() => undefined);
  if (credential === undefined) return { picture, downloads: [] };
  const href = keep(new Blob([credential], { type: "application/vc+ld+json" }));
  return { picture, downloads: [{ href, name: "badge.json", text: words.claims.downloadJson }] };
}

function keep(blob) {
  const url = URL.createObjectURL(blob);
  objectUrls.push(url);
  return url;
}

function isPng(bytes) {
  return [0x89, 0x50, 0x4e, 0x47].every((byte, index) => bytes[index] === byte);
}

function show(state, headContent, resultContent = []) {
  document.body.dataset.state = state;
  head.setAttribute("aria-busy", String(state === "busy"));
  head.replaceChildren(...headContent);
  result.replaceChildren(...resultContent);
  document.title = `${head.querySelector("h1").textContent} – Accolade`;
}
