// The packed package in workerd, bundled by wrangler: its entry there imports the module instead of compiling it.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { NOW, installPackage, sample } from "./install.js";
import { flipOneBit } from "./tokens.js";

Object.assign(process.env, { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", CI: "1" });
const wrangler = createRequire(new URL("../../tools/package.json", import.meta.url)).resolve("wrangler");
const { createTestHarness } = await import(pathToFileURL(wrangler));

const { user } = installPackage();
process.env.WRANGLER_LOG_PATH = join(user, "logs");
writeFileSync(
  join(user, "worker.js"),
  `import { verify as whole } from "accolade-verifier";
   import { verify as slim } from "accolade-verifier/slim";
   export default {
     async fetch(request) {
       // The issuer's host as the test plays it; the rest of the request is as the package made it.
       const documents = new URL(request.url).searchParams.get("documents");
       const verify = new URL(request.url).pathname === "/slim" ? slim : whole;
       const options = documents === null ? {} : { fetch: (url, init) => fetch(documents + new URL(url).pathname, init) };
       return Response.json(await verify(await request.text(), { now: "${NOW}", ...options }));
     },
   };`,
);
writeFileSync(
  join(user, "wrangler.json"),
  JSON.stringify({ name: "verifier", main: "worker.js", compatibility_date: "2026-01-01" }),
);
const server = createTestHarness({ root: user, workers: [{ configPath: "./wrangler.json" }] });
const { url } = await server.listen();

const issuer = createServer((request, response) => response.end(sample("did-web.did.json")));
await new Promise((resolve) => issuer.listen(0, "127.0.0.1", resolve));
const issuerOrigin = `http://127.0.0.1:${issuer.address().port}`;
after(async () => {
  issuer.close();
  await server.close();
});

async function report(text, documents, path = "/") {
  const address = new URL(path, url);
  if (documents !== undefined) address.searchParams.set("documents", documents);
  const response = await fetch(address, { method: "POST", body: text });
  return response.json();
}

const credential = sample("did-key.json");

test("an intact credential is verified in workerd", async () => {
  assert.equal((await report(credential)).outcome, "verified");
});

test("a changed claim is rejected in workerd", async () => {
  const { outcome, code } = await report(credential.replaceAll("Field Mapping", "Field Napping"));
  assert.deepEqual([outcome, code], ["rejected", "signature_invalid"]);
});

test("the issuer's document is fetched in workerd", async () => {
  assert.equal((await report(sample("did-web.json"), issuerOrigin)).outcome, "verified");
});

test("a host that does not exist leaves the outcome open in workerd", async () => {
  const { outcome, code } = await report(sample("did-web.json"));
  assert.deepEqual([outcome, code], ["indeterminate", "key_unavailable"]);
});

test("a token is verified in workerd, by its own cryptography", async () => {
  const token = sample("es256.jwt").trim();
  assert.equal((await report(token)).outcome, "verified");
  const { outcome, code } = await report(flipOneBit(token));
  assert.deepEqual([outcome, code], ["rejected", "signature_invalid"]);
});

test("the slim entry verifies in workerd, and leaves a token open", async () => {
  assert.equal((await report(credential, undefined, "/slim")).outcome, "verified");
  const changed = await report(credential.replaceAll("Field Mapping", "Field Napping"), undefined, "/slim");
  assert.deepEqual([changed.outcome, changed.code], ["rejected", "signature_invalid"]);
  const { outcome, code } = await report(sample("es256.jwt").trim(), undefined, "/slim");
  assert.deepEqual([outcome, code], ["indeterminate", "format_unsupported"]);
});
