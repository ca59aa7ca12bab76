// The public pages of badges and organizations in Chromium, served by the built worker: how they look, and for whom they work.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { FULL_CONTENT } from "../e2e/content.mjs";
import { expectStatus, newOrganization, startWorker } from "../e2e/harness.mjs";
import { svg } from "../e2e/pictures.mjs";
import { inspect, openPage, startBrowser } from "./browser.mjs";

const HOSTILE = `<img src=x onerror="document.title='taken'">"'&<b>`;
const DRAWING = svg(
  "<linearGradient id='g'><stop stop-color='#2b3a86'/><stop offset='1' stop-color='#0c6a49'/></linearGradient>" +
    "<circle cx='12' cy='8' r='7.5' fill='url(#g)'/><path d='m9 8 2 2 4-4' fill='none' stroke='#fff' stroke-width='1.4'/>",
);

let server;
let browser;
let organization;

before(async () => {
  server = await startWorker({ vars: { PUBLIC_ORIGIN: "" } });
  browser = await startBrowser();
  organization = await newOrganization(server, { name: "Meridian Institute of Navigation" });
  const json = { description: "Teaches how to find the way at sea, by the stars and without them.", url: "https://meridian.example/about" };
  expectStatus(await server.request("PATCH", organization.path, { token: organization.session, json }), 200);
  const criteria = {
    narrative: "Five positions found at sea on three nights, each within two miles of the true one.\n\nThe log book is handed in.",
    id: "https://meridian.example/criteria/7",
  };
  const full = await organization.badge({ name: "Position Fixing", slug: "full", criteria, achievementType: "Certificate", tags: ["stars", "sea"], expiresInDays: 730, ...FULL_CONTENT });
  await organization.badge({ name: HOSTILE, slug: "hostile", description: HOSTILE.repeat(12), tags: [HOSTILE] });
  for (const [i, name] of ["Chart Work", "Tides and Streams", "Night Watch", "Radio"].entries()) {
    await organization.badge({ name, slug: `more-${i}`, description: `What there is to know of ${name.toLowerCase()} in waters near the coast, and some of what lies beyond.` });
  }
  const image = await server.request("PUT", `/api/v1/badges/${full.id}/image`, { token: organization.apiKey, body: DRAWING, type: "image/svg+xml" });
  expectStatus(image, 200);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

async function visit(path, use, options) {
  const page = await openPage(browser, { locale: "en-GB", ...options });
  try {
    await page.goto(new URL(path, server.url).href);
    await use(page);
    assert.deepEqual(page.faults, []);
    for (const address of page.requested) assert.equal(new URL(address).origin, new URL(server.url).origin, address);
  } finally {
    await page.context().close();
  }
}

const badge = (slug) => `/achievements/${organization.slug}/${slug}`;

test("the page of a badge with everything is readable by everybody", async () => {
  await visit(badge("full"), async (page) => {
    assert.equal(await page.textContent("h1"), "Position Fixing");
    await page.waitForSelector(".engraving");
    assert.ok(await page.evaluate(() => document.querySelector(".badge__picture").naturalWidth > 0), "the drawing is shown");
    await inspect(page, "badge-full");
  });
});

test("a hostile name is text, and breaks no layout", async () => {
  await visit(badge("hostile"), async (page) => {
    assert.equal(await page.textContent("h1"), HOSTILE);
    assert.ok((await page.title()).startsWith(HOSTILE));
    await inspect(page, "badge-hostile");
  });
});

test("the page of an organization leads to its badges and to its languages", async () => {
  await visit(`/o/${organization.slug}`, async (page) => {
    await inspect(page, "organization");
    await page.click("text=Deutsch");
    await page.waitForSelector("html[lang=de]");
    assert.equal(await page.textContent("h2"), "Badges");
    await page.click("text=Position Fixing");
    await page.waitForSelector("h1:has-text('Position Fixing')");
  });
});

test("a page speaks Japanese to who reads it, and is whole without scripts", async () => {
  await visit(
    badge("full"),
    async (page) => {
      assert.equal(await page.getAttribute("html", "lang"), "ja");
      assert.match(await page.textContent("main"), /取得条件/);
    },
    { locale: "ja-JP", javaScriptEnabled: false },
  );
});
