// A client library that others wrote goes the whole way at the built worker, with a person in Chromium who says yes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";

import * as oauth from "oauth4webapi";

import { expectStatus, newOrganization, newRecipient, ROOT, startWorker } from "../e2e/harness.mjs";
import { codeAfter } from "../e2e/mail.mjs";
import { authorizationQuery, EVERYTHING, METADATA, register } from "../e2e/oauth.mjs";
import { openPage, screenshot, startBrowser } from "./browser.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SAMPLE = readFileSync(join(ROOT, "verifier-wasm/packaging-tests/samples/did-key.json"), "utf8");
const VIEWS = [
  { width: 1100, height: 900, colorScheme: "light" },
  { width: 1100, height: 900, colorScheme: "dark" },
  { width: 360, height: 740, colorScheme: "light" },
  { width: 360, height: 740, colorScheme: "dark" },
];
const CALLBACK = METADATA.redirect_uris[0];
/** The worker is on this machine, without TLS. */
const LOCAL = { [oauth.allowInsecureRequests]: true };

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

const real = (faults) => faults.filter((text) => !/Failed to load resource/.test(text));
const title = (page, text) => page.waitForFunction((text) => document.querySelector("h1").textContent.replace(/[\u2068\u2069]/g, "") === text, text);

/** Axe finds nothing in any view, and nothing is wider than the screen. */
async function inspect(page, name) {
  await page.evaluate(axe);
  for (const { width, height, colorScheme } of VIEWS) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate(() => window.axe.run(document));
    assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(" ")}`), [], `${width} ${colorScheme}`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} at ${width}`);
    await screenshot(page, `consent-${name}-${width}-${colorScheme}`);
  }
  await page.setViewportSize(VIEWS[0]);
}

async function signIn(page, email) {
  await page.waitForSelector("#email");
  const code = await codeAfter(server, email, async () => {
    await page.fill("#email", email);
    await page.click("form .button--main");
    await page.waitForSelector("#code");
  });
  await page.fill("#code", code);
  await page.click("form .button--main");
}

/** A page on which the client's own address answers, as its server would. */
async function openClient() {
  const page = await openPage(browser, { locale: "en-GB" });
  await page.route(`${METADATA.client_uri}/**`, (route) => route.fulfill({ contentType: "text/plain", body: "back at the client" }));
  return page;
}

test("registration, consent, token, credentials, profile, refresh and revocation, by a public client library", async () => {
  const recipient = newRecipient();
  expectStatus(await organization.issue({}, recipient), 201);
  const issuer = new URL("/ims/ob/v3p0/oauth", server.url);
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...LOCAL }));
  const registered = await oauth.processDynamicClientRegistrationResponse(await oauth.dynamicClientRegistrationRequest(as, METADATA, LOCAL));
  const client = { client_id: registered.client_id };
  const proof = oauth.ClientSecretBasic(registered.client_secret);

  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const address = new URL(as.authorization_endpoint);
  for (const [name, value] of Object.entries({
    client_id: client.client_id,
    redirect_uri: CALLBACK,
    response_type: "code",
    scope: EVERYTHING,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  })) {
    address.searchParams.set(name, value);
  }
  const page = await openClient();
  await page.goto(address.href);
  await page.waitForSelector("#email");
  assert.match(await page.textContent("#lead"), /Backpack.*backpack\.example.*asks for access/);
  await inspect(page, "sign-in");
  await signIn(page, recipient.email);
  await title(page, "Backpack asks for access");
  assert.equal(await page.locator(".wishes li").count(), 5);
  await inspect(page, "question");
  await page.click("text=Allow >> nth=0");
  await page.waitForURL(`${CALLBACK}**`);
  const parameters = oauth.validateAuthResponse(as, client, new URL(page.url()), state);
  assert.deepEqual(real(page.faults), []);
  await page.context().close();

  const first = await oauth.processAuthorizationCodeResponse(as, client, await oauth.authorizationCodeGrantRequest(as, client, proof, parameters, CALLBACK, verifier, LOCAL));
  const resource = (token, method, path, body, type = "application/json") =>
    oauth.protectedResourceRequest(token, method, new URL(`/ims/ob/v3p0${path}`, server.url), new Headers(body && { "content-type": type }), body, LOCAL);
  const { credential } = await (await resource(first.access_token, "GET", "/credentials")).json();
  assert.equal(credential[0].name, "Celestial Navigation");
  assert.equal((await resource(first.access_token, "POST", "/credentials", SAMPLE, "application/vc+ld+json")).status, 201);
  assert.equal((await (await resource(first.access_token, "GET", "/profile")).json()).email, recipient.email);
  const profile = { id: "https://1edtech.org/issuers/cert", type: ["Profile"], name: "Ada" };
  assert.deepEqual(await (await resource(first.access_token, "PUT", "/profile", JSON.stringify(profile))).json(), profile);

  const second = await oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(as, client, proof, first.refresh_token, LOCAL));
  assert.equal((await (await resource(second.access_token, "GET", "/credentials")).json()).credential.length, 2);
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, proof, second.refresh_token, LOCAL));
  for (const { access_token: token } of [first, second]) {
    await assert.rejects(resource(token, "GET", "/profile"), (error) => error.cause[0].parameters.error === "invalid_token");
  }
});

test("a person says no, or is told that the link is broken, and nothing is handed out", async () => {
  const client = await register(server);
  const page = await openClient();
  const path = "/ims/ob/v3p0/oauth/authorize";
  await page.goto(new URL(`${path}?${authorizationQuery(client, { redirect_uri: "https://evil.example/" })}`, server.url).href);
  await title(page, "This link does not work");
  assert.equal(await page.locator("#desk form, #desk a").count(), 0);
  await inspect(page, "broken");
  await page.goto(new URL(`${path}?${authorizationQuery(client)}`, server.url).href);
  await signIn(page, newRecipient().email);
  await title(page, "Backpack asks for access");
  await page.click("text=Do not allow");
  await page.waitForURL(`${CALLBACK}**`);
  const back = new URL(page.url()).searchParams;
  assert.deepEqual([back.get("error"), back.get("code"), back.get("state")], ["access_denied", null, "a state"]);
  // Signed in already, and asked for what can not be given.
  await page.goto(new URL(`${path}?${authorizationQuery(client, { code_challenge_method: "plain" })}`, server.url).href);
  await title(page, "Backpack asks for access");
  assert.match(await page.textContent("#desk"), /cannot be given/);
  await inspect(page, "refused");
  await page.click("form .button--main");
  await page.waitForURL(`${CALLBACK}**`);
  assert.equal(new URL(page.url()).searchParams.get("error"), "invalid_request");
  assert.deepEqual(real(page.faults), []);
  await page.context().close();
});

test("a badge from elsewhere is brought on the account page, shown with its verdict, saved as it was, and removed", async () => {
  const page = await openPage(browser, { locale: "en-GB" });
  await page.goto(new URL("/account", server.url).href);
  await signIn(page, newRecipient().email);
  await title(page, "Your badges");
  await page.setInputFiles("#badge", { name: "badge.json", mimeType: "application/json", buffer: Buffer.from(SAMPLE.replaceAll("Field Mapping", "Field Napping")) });
  await page.click("form .button--main");
  await page.waitForFunction(() => /not kept/.test(document.querySelector(".complaint")?.textContent));
  await page.setInputFiles("#badge", { name: "badge.json", mimeType: "application/json", buffer: Buffer.from(SAMPLE) });
  await page.click("form .button--main");
  await page.waitForSelector(".outcome--verified");
  assert.equal(await page.textContent(".held h3"), "Field Mapping");
  await inspect(page, "imports");
  await page.click("text=Check again");
  await page.waitForFunction(() => document.querySelector(".outcome").textContent === "Verified");
  const [saved] = await Promise.all([page.waitForEvent("download"), page.click("text=Save the file")]);
  assert.equal(readFileSync(await saved.path(), "utf8"), SAMPLE);
  await page.click("text=Remove");
  await page.waitForFunction(() => document.querySelector(".outcome") === null);
  assert.deepEqual(real(page.faults), []);
  await page.context().close();
});
