// An issuer named by its domain: the browser fetches its DID document, from another origin, and decides by it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { expectStatus, newOrganization, PUBLIC_ORIGIN, startWorker } from "../e2e/harness.mjs";
import { openPage, screenshot, startBrowser, verdict } from "./browser.mjs";

let server;
let browser;
let organization;
let credential;

before(async () => {
  server = await startWorker();
  browser = await startBrowser();
  organization = await newOrganization(server);
  credential = expectStatus(await organization.issue(), 201).json;
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** Opens the credential's page; `answer` stands for the issuer's host, which does not exist. */
async function visit(answer) {
  const page = await openPage(browser);
  await page.context().route(`${PUBLIC_ORIGIN}/**`, answer);
  await page.goto(new URL(`/verify/${credential.credentialId}`, server.url).href);
  const result = await verdict(page);
  const asked = page.requested.filter((url) => url.startsWith(PUBLIC_ORIGIN));
  return { page, result, asked };
}

async function statusLists() {
  const { json } = expectStatus(await server.request("GET", `/credentials/${credential.id}/ob3`), 200);
  return json.credentialStatus.map(({ statusListCredential }) => statusListCredential);
}

test("the issuer's documents are fetched from the issuer, and the credential is verified", async () => {
  const { page, result, asked } = await visit(async (route) => {
    const { status, headers, text } = await server.request("GET", new URL(route.request().url()).pathname);
    await route.fulfill({ status, headers: Object.fromEntries(headers), body: text });
  });
  const lists = await statusLists();
  assert.equal(result.state, "verified", JSON.stringify(result.codes));
  assert.equal(lists.length, 2);
  assert.deepEqual(asked.toSorted(), [`${PUBLIC_ORIGIN}/issuers/${organization.slug}/did.json`, ...lists].toSorted());
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("without the issuer's document there is neither a yes nor a no", async () => {
  const { page, result } = await visit((route) => route.abort());
  assert.equal(result.state, "indeterminate");
  await screenshot(page, "indeterminate");
  await page.context().close();
});

test("a document that does not list the key is a no", async () => {
  const other = await newOrganization(server);
  const { page, result } = await visit(async (route) => {
    const document = expectStatus(await server.request("GET", `/issuers/${other.slug}/did.json`), 200).text;
    const headers = { "content-type": "application/did+json", "access-control-allow-origin": "*" };
    await route.fulfill({ headers, body: document.replaceAll(other.slug, organization.slug) });
  });
  assert.equal(result.state, "rejected", JSON.stringify(result.codes));
  await page.context().close();
});
