// The account page in Chromium, served by the built worker: from the mail's link to the claimed badge.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { expectStatus, newOrganization, newRecipient, startWorker } from "../e2e/harness.mjs";
import { codeAfter, mailTo } from "../e2e/mail.mjs";
import { inspect, openPage, startBrowser } from "./browser.mjs";

let server;
let browser;
let organization;

before(async () => {
  server = await startWorker({ vars: { PUBLIC_ORIGIN: "" } });
  browser = await startBrowser();
  organization = await newOrganization(server);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** Refusals that a test asks for are logged by the browser itself; everything else is a fault of the page. */
const real = (faults) => faults.filter((text) => !/Failed to load resource/.test(text));

async function visit(path, use, options) {
  const page = await openPage(browser, { locale: "en-GB", ...options });
  try {
    await page.goto(new URL(path, server.url).href);
    await use(page);
    assert.deepEqual(real(page.faults), []);
  } finally {
    await page.context().close();
  }
}

const title = (page, text) => page.waitForFunction((text) => document.querySelector("h1").textContent === text, text);

/** Asks for a code on the page; resolves to the mailed one. */
function signIn(page, email) {
  return codeAfter(server, email, async () => {
    await page.fill("#email", email);
    await page.click("form .button--main");
    await page.waitForSelector("#code");
  });
}

test("the mail's link leads to the badge, a code proves the address, and the badge is claimed", async () => {
  const recipient = newRecipient();
  const { credentialId } = expectStatus(await organization.issue({}, recipient), 201).json;
  const { text } = await mailTo(server, recipient.email);
  const link = new URL(text.match(/http\S+\/claim\/\S+/)[0]);
  assert.equal(link.pathname, `/claim/${credentialId}`);
  await visit(link.pathname, async (page) => {
    await page.waitForSelector("#email");
    await inspect(page, "account-address");
    const code = await signIn(page, recipient.email);
    await inspect(page, "account-code");
    await page.fill("#code", code === "000000" ? "000001" : "000000");
    await page.click("form .button--main");
    await page.waitForFunction(() => /wrong or too old/.test(document.querySelector(".complaint")?.textContent));
    await page.fill("#code", code);
    await page.click("form .button--main");
    await title(page, "Your badge is waiting");
    assert.equal(await page.textContent("#desk h2"), "Celestial Navigation");
    await page.waitForSelector("#desk img");
    await inspect(page, "account-waiting");
    await page.click("form .button--main");
    await title(page, "This badge is yours");
    await inspect(page, "account-claimed");

    await page.uncheck("#public");
    await page.waitForFunction(() => document.querySelector('[role="status"]').textContent === "Saved.");
    assert.equal((await server.request("GET", `/credentials/${credentialId}/ob3`)).status, 403);
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Save the file")]);
    assert.equal(download.suggestedFilename(), `${credentialId}.json`);
    assert.match(readFileSync(await download.path(), "utf8"), /eddsa-rdfc-2022/);

    await page.click("text=Take it into a wallet");
    await page.waitForSelector("svg.qr path");
    const offer = JSON.parse(new URL(await page.getAttribute(".wallet a", "href")).searchParams.get("credential_offer"));
    const grants = Object.entries(offer.grants);
    const token = await server.request("POST", "/oid4vci/token", {
      body: new URLSearchParams({ grant_type: grants[0][0], ...grants[0][1] }).toString(),
      type: "application/x-www-form-urlencoded",
    });
    assert.equal(expectStatus(token, 200).json.token_type, "Bearer");
    await inspect(page, "account-wallet");

    await page.click("#own");
    await title(page, "Your badges");
    await page.waitForSelector(".collection a");
    assert.match(await page.textContent(".collection"), /Celestial Navigation/);
    await inspect(page, "account-own");
    await page.click("text=Sign out");
    await page.waitForSelector("#email");
  });
});

test("a session whose token is over is carried on without signing in again, once for all that the page asks", async () => {
  const recipient = newRecipient();
  expectStatus(await organization.issue({}, recipient), 201);
  await visit("/account", async (page) => {
    await page.waitForSelector("#email");
    await page.fill("#code", await signIn(page, recipient.email));
    await page.click("form .button--main");
    await page.waitForSelector(".collection");
    const held = () => page.evaluate(() => JSON.parse(sessionStorage.getItem("accolade-session")));
    const before = await held();
    await page.evaluate((held) => sessionStorage.setItem("accolade-session", JSON.stringify({ ...held, token: "over" })), before);
    const renewals = [];
    page.on("request", (request) => new URL(request.url()).pathname === "/api/auth/refresh" && renewals.push(request));
    await page.reload();
    await page.waitForSelector(".collection");
    assert.match(await page.textContent(".collection"), /Celestial Navigation/);
    assert.equal(renewals.length, 1);
    const after = await held();
    assert.equal(after.email, recipient.email);
    assert.notEqual(after.refreshToken, before.refreshToken);
    expectStatus(await server.request("GET", "/api/auth/session", { token: after.token }), 200);

    // A refresh token that was used before ends the session, here as there.
    await page.evaluate((held) => sessionStorage.setItem("accolade-session", JSON.stringify({ ...held, token: "over" })), before);
    await page.reload();
    await page.waitForSelector("#email");
    assert.equal(await held(), null);
    assert.equal((await server.request("GET", "/api/auth/session", { token: after.token })).status, 401);
  });
});

test("a session whose token is over ends by signing out, too", async () => {
  const recipient = newRecipient();
  await visit("/account", async (page) => {
    await page.waitForSelector("#email");
    await page.fill("#code", await signIn(page, recipient.email));
    await page.click("form .button--main");
    await page.waitForSelector("text=Sign out");
    const held = await page.evaluate(() => {
      const held = JSON.parse(sessionStorage.getItem("accolade-session"));
      sessionStorage.setItem("accolade-session", JSON.stringify({ ...held, token: "over" }));
      return held;
    });
    const ended = page.waitForResponse((response) => new URL(response.url()).pathname === "/api/auth/sign-out" && response.ok());
    await page.click("text=Sign out");
    await ended;
    await page.waitForSelector("#email");
    assert.equal((await server.request("GET", "/api/auth/session", { token: held.token })).status, 401);
  });
});

test("somebody else's link says so, and offers another address", async () => {
  const { credentialId } = expectStatus(await organization.issue(), 201).json;
  await visit(`/claim/${credentialId}`, async (page) => {
    await page.waitForSelector("#email");
    await page.fill("#code", await signIn(page, newRecipient().email));
    await page.click("form .button--main");
    await title(page, "That did not work");
    assert.match(await page.textContent("#desk"), /another e-mail address/);
    await inspect(page, "account-refused");
    await page.click("text=Use another address");
    await page.waitForSelector("#email");
  });
});

test("an invitation is accepted on the page that its mail names", async () => {
  const { email } = newRecipient();
  const invited = await server.request("POST", `${organization.path}/invitations`, { token: organization.session, json: { email, role: "issuer" } });
  const { pathname } = new URL(expectStatus(invited, 201).json.url);
  await visit(`${pathname}?lang=de`, async (page) => {
    await page.waitForSelector("#email");
    assert.equal(await page.getAttribute("html", "lang"), "de");
    await page.fill("#code", await signIn(page, email));
    await page.click("form .button--main");
    await title(page, "Meridian Institute");
    assert.equal(await page.textContent("#lead"), "Sie sind eingeladen als Aussteller.");
    await inspect(page, "account-invitation");
    await page.click("form .button--main");
    await page.waitForFunction(() => document.querySelector("#lead").textContent === "Sie sind jetzt Mitglied.");
  });
  const members = await server.request("GET", `${organization.path}/members`, { token: organization.session });
  assert.ok(expectStatus(members, 200).json.data.some((member) => member.email === email && member.role === "issuer"));
});

test("the page of the API shows every operation of the document", async () => {
  await visit("/docs", async (page) => {
    await page.waitForSelector("#operations details");
    const { paths } = (await server.request("GET", "/openapi.json")).json;
    const operations = Object.values(paths).flatMap((methods) => Object.keys(methods)).length;
    assert.equal(await page.locator(".operations > li").count(), operations);
    await page.click("#issue > summary");
    assert.match(await page.textContent("#issue"), /Scope `credentials\.issue`/);
    await inspect(page, "account-docs");
  });
});
