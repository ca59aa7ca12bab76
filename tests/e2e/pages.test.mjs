// The public pages of badges and organizations: HTML for browsers at the addresses where programs get JSON-LD.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { FULL_CONTENT } from "./content.mjs";
import { expectStatus, newOrganization, PUBLIC_ORIGIN, startWorker } from "./harness.mjs";
import { svg } from "./pictures.mjs";
import { assertError } from "./shapes.mjs";

const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(1)> & 'Co' {title} 日本`;
const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

let server;
let organization;
let badge;

before(async () => {
  server = await startWorker();
  organization = await newOrganization(server, { name: HOSTILE });
  badge = await organization.badge({ name: HOSTILE, slug: "hostile", description: HOSTILE, tags: ["<b>bold</b>"], ...FULL_CONTENT });
  expectStatus(
    await server.request("PATCH", organization.path, { token: organization.session, json: { description: HOSTILE, url: "https://meridian.example/?a=1&b=2" } }),
    200,
  );
});
after(() => server?.close());

const get = (path, headers) => server.request("GET", path, { headers });
const page = async (path, headers = {}) => {
  const answer = expectStatus(await get(path, { accept: BROWSER, ...headers }), 200);
  assert.equal(answer.headers.get("content-type"), "text/html; charset=utf-8");
  return answer;
};
const achievement = () => new URL(badge.achievementUrl).pathname;

test("the address of a badge is JSON-LD for programs and a page for browsers", async () => {
  for (const [accept, type] of [
    [undefined, "application/ld+json"],
    ["*/*", "application/ld+json"],
    ["application/json", "application/json"],
    ["application/ld+json, text/html;q=0.5", "application/ld+json"],
    ["text/html", "text/html"],
    [BROWSER, "text/html"],
  ]) {
    const answer = expectStatus(await get(achievement(), accept ? { accept } : {}), 200);
    assert.equal(answer.headers.get("content-type").split(";")[0], type, accept);
    assert.match(answer.headers.get("vary"), /accept/);
    if (type !== "text/html") assert.equal(answer.json.name, HOSTILE);
  }
});

test("pages load nothing from elsewhere, and run no script of their own text", async () => {
  for (const path of [achievement(), `/o/${organization.slug}`]) {
    const { text, headers } = await page(path);
    const policy = headers.get("content-security-policy");
    for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"]) {
      assert.ok(policy.includes(part), `${part} in ${policy}`);
    }
    assert.deepEqual(text.match(/<script[^>]*>/g), ['<script type="module" src="/public.js">'], path);
    assert.doesNotMatch(text, /<img src=x|<b>bold|style=|onerror=alert\(1\)>[^<]*<\/h1>/);
    assert.ok(text.includes("&quot;&gt;&lt;script&gt;alert(1)"), "the name is shown as it is");
    for (const [, address] of text.matchAll(/(?:src|href)="(\/[^"]*)"/g)) {
      const answer = await get(address.replaceAll("&amp;", "&"), { accept: BROWSER });
      assert.equal(answer.status, 200, address);
    }
  }
});

test("a page has what previews and programs look for", async () => {
  const { text } = await page(achievement());
  const meta = Object.fromEntries([...text.matchAll(/<meta property="og:(\w+)" content="([^"]*)">/g)].map(([, name, content]) => [name, content]));
  assert.equal(meta.url, badge.achievementUrl);
  assert.equal(meta.image, badge.imageUrl);
  assert.ok(meta.title.includes("日本") && meta.description.length > 10);
  assert.ok(text.includes(`<link rel="canonical" href="${badge.achievementUrl}">`));
  assert.ok(text.includes(`<link rel="alternate" type="application/ld+json" href="${badge.achievementUrl}">`));
  const organizations = (await page(`/o/${organization.slug}`)).text;
  assert.ok(organizations.includes(`<link rel="alternate" type="application/ld+json" href="${PUBLIC_ORIGIN}/issuers/${organization.slug}">`));
});

test("a page tells everything that the badge says", async () => {
  const { text } = await page(achievement());
  for (const words of ["Position fixing", "https://framework.example/navigation/3", "Grade", "Taught", "2.5", "NAV-3", "en-GB", "needed to pass"]) {
    assert.ok(text.includes(words), words);
  }
});

test("pages speak the visitor's language, or the one that is asked for", async () => {
  const language = async (path, headers) => /<html lang="(\w+)"/.exec((await page(path, headers)).text)[1];
  assert.equal(await language(achievement(), {}), "en");
  assert.equal(await language(achievement(), { "accept-language": "de-AT,de;q=0.9,en;q=0.8" }), "de");
  assert.equal(await language(`${achievement()}?lang=ja`, { "accept-language": "de" }), "ja");
  assert.equal(await language(`/o/${organization.slug}?lang=fr`, {}), "fr");
  assertError(await get(`${achievement()}?lang=tlh`, { accept: BROWSER }), 400, "VALIDATION_ERROR", "lang");
});

test("an organization's page lists its active badges, in pages", async () => {
  const retired = await organization.badge({ name: "Retired thing", slug: "retired" });
  expectStatus(await server.request("PATCH", `/api/v1/badges/${retired.id}`, { token: organization.apiKey, json: { isActive: false } }), 200);
  const { text } = await page(`/o/${organization.slug}`);
  assert.ok(text.includes(`href="/achievements/${organization.slug}/hostile"`));
  assert.ok(!text.includes("Retired thing"));
  assert.match((await page(new URL(retired.achievementUrl).pathname)).text, /no longer issued/);
  const first = (await page(`/o/${organization.slug}?limit=1`)).text;
  const [, next] = /<a href="(\?limit=1&amp;offset=1)">/.exec(first);
  assert.match((await page(`/o/${organization.slug}${next.replace("&amp;", "&")}`)).text, /celestial-navigation/);
});

test("a badge with an SVG shows it on its page", async () => {
  const { id } = await organization.badge({ name: "Drawn", slug: "drawn" });
  const put = await server.request("PUT", `/api/v1/badges/${id}/image`, { token: organization.apiKey, body: svg(), type: "image/svg+xml" });
  const { pathname } = new URL(expectStatus(put, 200).json.imageUrl);
  assert.ok((await page(`/achievements/${organization.slug}/drawn`)).text.includes(`src="${pathname}"`));
});

test("what nobody has approved has no page, and what is not there is 404", async () => {
  assertMissing(await get("/o/nobody", { accept: BROWSER }));
  assertMissing(await get(`/achievements/${organization.slug}/nothing`, { accept: BROWSER }));
  const other = await newOrganization(server);
  await server.bindings.DB.prepare("UPDATE organization SET status = 'pending_review' WHERE id = ?").bind(other.id).run();
  assertMissing(await get(`/o/${other.slug}`, { accept: BROWSER }));
  assertMissing(await get(`/achievements/${other.slug}/celestial-navigation`, { accept: BROWSER }));
  expectStatus(await get(`/achievements/${other.slug}/celestial-navigation`), 200);
});

test("who follows a link to nothing is told so by a page, in their language; programs, and the API, speak JSON", async () => {
  const headers = { accept: BROWSER, "accept-language": "de-AT,de;q=0.9" };
  assert.match(assertMissing(await get("/nothing", headers)).text, /Unter dieser Adresse ist nichts/);
  assert.match(assertMissing(await get("/nothing?lang=fr", headers)).text, /Il n’y a rien à cette adresse/);
  assert.equal((await get("/issuers/nobody/did.json", headers)).headers.get("access-control-allow-origin"), "*");
  assertError(await get("/nothing"), 404, "NOT_FOUND");
  assertError(await get("/api/nothing", headers), 404, "NOT_FOUND");
  assertError(await get("/o/nobody", { accept: "application/json" }), 404, "NOT_FOUND");
});

function assertMissing(answer) {
  assert.equal(answer.status, 404);
  assert.match(answer.headers.get("content-type"), /^text\/html/);
  assert.match(answer.headers.get("content-security-policy"), /default-src 'none'/);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.match(answer.text, /<h1 [^>]*>/);
  return answer;
}
