// The element in Chromium, in pages of others: what it shows, what it takes, and that it keeps to itself.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { baked, changed, drawn, drop, genuine, hostPage, openPage, paste, serve, startBrowser } from "./browser.mjs";

const THEME = `
  html { font-size: 62.5%; }
  h2, h3, p, dt, button { color: rgb(255, 0, 0); text-transform: uppercase; }
  .sheet, .check { display: none; }
  .mine { --open-badge-surface: rgb(1, 2, 3); --open-badge-head-verified: rgb(4, 5, 6); --open-badge-size: 16px; }
  .narrow { inline-size: 18rem; --open-badge-size: 16px; }
`;
const server = await serve({
  "/host.css": { type: "text/css", body: THEME },
  "/badge.png": { type: "image/png", body: baked },
  "/badge.svg": { type: "image/svg+xml", body: drawn },
});
const browser = await startBrowser();
after(async () => {
  await browser.close();
  server.close();
});

const open = (context, body, { html, ...options } = {}) => openPage(context, browser, hostPage(server.origin, body, html), options);
const settled = (page, state, element = "open-badge-verifier") => page.waitForSelector(`${element} .verifier[data-state="${state}"]`);
const title = (page) => page.textContent(".verdict__title");
const EMPTY = "<open-badge-verifier><p id='fallback'>Needs a script.</p></open-badge-verifier>";
const at = (credential, attributes = "") => `<open-badge-verifier src="/credentials/${credential}/ob3" ${attributes}>My badge</open-badge-verifier>`;

test("without a script, what stands between the tags is shown", async (context) => {
  const page = await open(context, EMPTY, { javaScriptEnabled: false });
  assert.ok(await page.isVisible("#fallback"));
});

test("what stands between the tags stays where the words can not be had", async (context) => {
  const page = await open(context, "");
  await page.route(/\/en-[^/]*\.js$/, (route) => route.abort());
  const failed = page.waitForEvent("requestfailed");
  await page.evaluate((markup) => document.querySelector("main").append(document.createRange().createContextualFragment(markup)), EMPTY);
  await failed;
  await page.waitForFunction(() => document.querySelector("open-badge-verifier").shadowRoot !== null);
  assert.ok(await page.isVisible("#fallback"));
});

test("once defined it takes the place of what stands between the tags", async (context) => {
  const page = await open(context, EMPTY);
  await settled(page, "welcome");
  assert.ok(!(await page.isVisible("#fallback")));
  assert.equal(await title(page), "Is this badge genuine?");
});

for (const [credential, outcome, expected] of [
  ["genuine", "verified", "Verified"],
  ["changed", "rejected", "Rejected"],
  ["unresolvable", "indeterminate", "Could not be decided"],
]) {
  test(`the badge at its address that is ${outcome} is shown and told as such`, async (context) => {
    const page = await open(context, "");
    const told = await page.evaluate(
      (markup) =>
        new Promise((resolve) => {
          document.addEventListener("badge-report", ({ detail, target }) => {
            resolve({ report: detail.report, same: target.report === detail.report, tag: target.localName });
          });
          document.querySelector("main").append(document.createRange().createContextualFragment(markup));
        }),
      at(credential),
    );
    await settled(page, outcome);
    assert.equal(told.report.outcome, outcome);
    assert.ok(told.same);
    assert.equal(told.tag, "open-badge-verifier");
    assert.equal(await title(page), expected);
    assert.equal(await page.locator(".check").count(), 10);
    assert.equal(await page.getAttribute(".sheet", "data-standing"), outcome === "verified" ? "confirmed" : "unconfirmed");
    assert.equal(await page.locator(".intake").count(), 0);
  });
}

test("an address without a badge is a fault and no verdict", async (context) => {
  const page = await open(context, "");
  const fault = await page.evaluate(
    (markup) =>
      new Promise((resolve) => {
        document.addEventListener("badge-fault", ({ detail, target }) => resolve([detail.fault, target.report === undefined]));
        document.querySelector("main").append(document.createRange().createContextualFragment(markup));
      }),
    at("nothing"),
  );
  assert.deepEqual(fault, ["not_found", true]);
  await settled(page, "fault");
  assert.equal(await page.locator(".sheet, .check").count(), 0);
});

test("an image and a drawing at their addresses are verified and shown", async (context) => {
  for (const [name, address] of [["badge.png", /^blob:/], ["badge.svg", /^data:image\/svg\+xml/]]) {
    const page = await open(context, `<open-badge-verifier src="${name}"></open-badge-verifier>`);
    await settled(page, "verified");
    assert.match(await page.getAttribute(".sheet img", "src"), address);
    await page.locator(".sheet img").evaluate((image) => image.decode());
  }
});

test("a file that is chosen, dropped or pasted as text, and text and addresses that are entered, are verified", async (context) => {
  const page = await open(context, EMPTY);
  await settled(page, "welcome");
  const enter = async (text) => {
    if (!(await page.isVisible("#text"))) await page.click(".intake summary");
    await page.fill("#text", text);
    await page.click("#text-form button");
  };
  const ways = [
    ["verified", () => page.setInputFiles("#file", { name: "b", mimeType: "", buffer: baked })],
    ["rejected", () => drop(page, ".verifier", changed)],
    ["verified", () => paste(page, ".drop", genuine)],
    ["rejected", () => enter(changed)],
    ["verified", () => enter(`${server.origin}/badge.png`)],
    ["rejected", () => enter("not a badge")],
    ["verified", () => drop(page, ".verifier", drawn)],
  ];
  for (const [outcome, way] of ways) {
    await way();
    await settled(page, outcome);
  }
});

test("what is dropped or pasted beside it is none of its business", async (context) => {
  const page = await open(context, `${EMPTY}<p id="beside">beside</p>`);
  await settled(page, "welcome");
  // What is taken shows at once that it is being checked.
  const state = () => page.getAttribute(".verifier", "data-state");
  await drop(page, "#beside", genuine);
  assert.equal(await state(), "welcome");
  await paste(page, "#beside", genuine);
  assert.equal(await state(), "welcome");
});

test("text that is pasted into its field stays there", async (context) => {
  const page = await open(context, EMPTY);
  await page.click(".intake summary");
  await paste(page, "#text", genuine);
  assert.equal(await page.getAttribute(".verifier", "data-state"), "welcome");
});

test("from the keyboard alone a badge is entered and its checks are read", async (context) => {
  const page = await open(context, EMPTY);
  await settled(page, "welcome");
  const focused = () => page.evaluate(() => {
    const { activeElement } = document.querySelector("open-badge-verifier").shadowRoot;
    return activeElement && (activeElement.id || activeElement.localName);
  });
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "file");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "summary");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "text");
  await page.keyboard.insertText(genuine);
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "button");
  await page.keyboard.press("Enter");
  await settled(page, "verified");
  const proof = page.locator('[data-check="proof"] summary');
  await proof.focus();
  await page.keyboard.press("Space");
  assert.ok(await page.isVisible('[data-check="proof"] .particulars'));
});

test("the verdict is announced from a region that was there before it", async (context) => {
  const page = await open(context, EMPTY);
  await settled(page, "welcome");
  const region = await page.locator("[aria-live=polite][aria-atomic=true]").elementHandle();
  await drop(page, ".verifier", genuine);
  await settled(page, "verified");
  assert.equal(await region.evaluate((node) => node.isConnected && node.querySelector("h2").textContent), "Verified");
  assert.equal(await region.getAttribute("aria-busy"), "false");
});

const TITLES = { en: "Verified", de: "Echt", es: "Auténtica", fr: "Authentique", nl: "Echt", ja: "本物です" };

test("it speaks the language of its attribute, or of the page around it", async (context) => {
  const own = Object.keys(TITLES).map((language) => at("genuine", `lang="${language}" id="own-${language}"`)).join("");
  const page = await open(context, own);
  for (const [language, expected] of Object.entries(TITLES)) {
    await settled(page, "verified", `#own-${language}`);
    assert.equal(await page.textContent(`#own-${language} .verdict__title`), expected);
    assert.equal(await page.getAttribute(`#own-${language} .verifier`, "lang"), language);
    const particulars = await page.textContent(`#own-${language} [data-check="format"]`);
    assert.doesNotMatch(particulars, /[[\]{}]|undefined/);
  }
  const around = await open(context, `<div lang="nl">${at("genuine")}</div>`, { html: 'lang="fr-CA"' });
  await settled(around, "verified");
  assert.equal(await around.getAttribute(".verifier", "lang"), "nl");
});

test("its language changes under a verdict that stays", async (context) => {
  const page = await open(context, EMPTY);
  await settled(page, "welcome");
  await drop(page, ".verifier", baked);
  await settled(page, "verified");
  await page.locator("open-badge-verifier").evaluate((element) => element.setAttribute("lang", "ja"));
  await page.waitForSelector('.verifier[lang="ja"]');
  assert.equal(await title(page), TITLES.ja);
  assert.match(await page.textContent(".sheet"), /2036年1月15日/);
  await page.locator(".sheet img").evaluate((image) => image.decode());
});

test("from right to left everything is mirrored, and nothing is cut off", async (context) => {
  for (const [html, attributes] of [['lang="en" dir="rtl"', ""], ['lang="en"', 'dir="rtl"']]) {
    const page = await open(context, at("genuine", attributes), { html, viewport: { width: 360, height: 740 } });
    await settled(page, "verified");
    const left = (selector) => page.locator(selector).first().evaluate((node) => node.getBoundingClientRect().left);
    assert.ok((await left(".seal")) > (await left(".verdict__title")));
    assert.ok((await left(".check .glyph")) > (await left(".check__question")));
    assert.equal(await page.locator(".check__answer").first().evaluate((node) => getComputedStyle(node).textAlign), "right");
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  }
});

test("custom properties of the page theme it, and the page's own rules do not reach it", async (context) => {
  const page = await open(context, `${at("genuine", 'class="mine"')}`);
  await settled(page, "verified");
  const style = (selector, property) => page.locator(selector).first().evaluate((node, property) => getComputedStyle(node)[property], property);
  assert.equal(await style(".sheet", "backgroundColor"), "rgb(1, 2, 3)");
  assert.match(await style(".head", "backgroundImage"), /rgb\(4, 5, 6\)/);
  assert.equal(await style(".check__answer", "fontSize"), "16px");
  assert.equal(await style(".check", "display"), "list-item");
  assert.equal(await style(".verdict__title", "textTransform"), "none");
  assert.notEqual(await style(".verdict__title", "color"), "rgb(255, 0, 0)");
});

test("it is light or dark as the place where it stands", async (context) => {
  const page = await open(context, `<div style-scheme>${at("genuine")}</div>`, { colorScheme: "dark" });
  await settled(page, "verified");
  const ground = () => page.locator(".ledger").evaluate((node) => getComputedStyle(node).backgroundColor);
  assert.equal(await ground(), "rgb(255, 255, 255)");
  await page.evaluate(() => (document.querySelector("[style-scheme]").style.colorScheme = "light dark"));
  assert.equal(await ground(), "rgb(25, 29, 43)");
});

test("in a narrow column it is narrow, whatever the width of the page", async (context) => {
  const page = await open(context, `<div class="narrow">${at("genuine")}</div>`, { viewport: { width: 1280, height: 900 } });
  await settled(page, "verified");
  const { width, content, columns } = await page.locator(".verifier").evaluate((node) => ({
    width: node.clientWidth,
    content: node.scrollWidth,
    columns: getComputedStyle(node.querySelector(".result")).gridTemplateColumns.split(" ").length,
  }));
  assert.equal(content, width);
  assert.equal(columns, 1);
});

test("small, it keeps the ten checks behind their title", async (context) => {
  const page = await open(context, at("changed", "compact"));
  await settled(page, "rejected");
  assert.ok(!(await page.isVisible('[data-check="proof"]')));
  await page.click(".ledger__fold > summary");
  assert.ok(await page.isVisible('[data-check="proof"]'));
  await page.locator("open-badge-verifier").evaluate((element) => (element.compact = false));
  assert.equal(await page.locator(".ledger__fold").count(), 0);
  assert.equal(await title(page), "Rejected");
});

test("another address replaces the badge, and none gives the place back to visitors", async (context) => {
  const page = await open(context, at("genuine"));
  await settled(page, "verified");
  await page.locator("open-badge-verifier").evaluate((element) => (element.src = "/credentials/changed/ob3"));
  await settled(page, "rejected");
  await page.locator("open-badge-verifier").evaluate((element) => element.removeAttribute("src"));
  await settled(page, "welcome");
  assert.equal(await page.locator(".sheet").count(), 0);
  assert.equal(await page.locator("#file").count(), 1);
});

test("an address that is slow to answer is given up for a later one", async (context) => {
  const page = await open(context, "");
  // Answers never: only giving up ends it.
  await page.route("**/credentials/genuine/ob3", () => {});
  const givenUp = page.waitForEvent("requestfailed");
  await page.evaluate((markup) => document.querySelector("main").append(document.createRange().createContextualFragment(markup)), at("genuine"));
  await settled(page, "busy");
  await page.locator("open-badge-verifier").evaluate((element) => (element.src = "/credentials/changed/ob3"));
  await givenUp;
  await settled(page, "rejected");
});

test("scripts hand badges in and get reports, with options for the verifier", async (context) => {
  const page = await open(context, EMPTY);
  await settled(page, "welcome");
  const outcomes = await page.locator("open-badge-verifier").evaluate(async (element, genuine) => {
    const now = (await element.verify(genuine)).outcome;
    element.options = { now: "2040-01-01T00:00:00Z" };
    return [now, (await element.verify(new Blob([genuine]))).code, element.report.outcome];
  }, genuine);
  assert.deepEqual(outcomes, ["verified", "expired", "rejected"]);
});

test("properties that were set before it was defined hold", async (context) => {
  const page = await open(context, "");
  await page.evaluate(async () => {
    const { OpenBadgeVerifierElement } = await import("/open-badge-verifier.js");
    const early = document.createElement("badge-of-another-name");
    early.src = "/credentials/genuine/ob3";
    early.options = { now: "2040-01-01T00:00:00Z" };
    document.querySelector("main").append(early);
    customElements.define("badge-of-another-name", class extends OpenBadgeVerifierElement {});
  });
  await settled(page, "rejected", "badge-of-another-name");
  assert.equal(await page.getAttribute('[data-check="validity"]', "data-code"), "expired");
});

test("moved within the page it keeps its badge", async (context) => {
  const page = await open(context, `${EMPTY}<div id="elsewhere"></div>`);
  await settled(page, "welcome");
  await drop(page, ".verifier", genuine);
  await settled(page, "verified");
  await page.evaluate(() => document.querySelector("#elsewhere").append(document.querySelector("open-badge-verifier")));
  await settled(page, "verified", "#elsewhere open-badge-verifier");
});

test("the page that shows it at work works", async (context) => {
  const page = await openPage(context, browser, `${server.origin}/element.html`);
  await settled(page, "verified", "open-badge-verifier[compact]");
  await settled(page, "verified", ".themed");
  await settled(page, "welcome", "#open-desk");
});
