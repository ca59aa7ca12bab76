// What is issued here, verified by somebody who has nothing but the file: the packed npm package, installed as a user would.

import assert from "node:assert/strict";
import { test } from "node:test";

import { installPackage } from "../../verifier-wasm/packaging-tests/install.js";
import { expectStatus, newOrganization, startWorker } from "./harness.mjs";
import { fetchFrom } from "./status.mjs";

const { verify, extract, bake } = await import(installPackage().entry);

/** Fetches nothing: whatever is asked for cannot be had. */
const nothing = async () => new Response(null, { status: 404 });

for (const [where, origin] of [
  ["under a public origin, signed by a did:web", "https://badges.example"],
  ["on this machine, signed by a did:key", "http://localhost:8787"],
]) {
  test(`a credential issued ${where}`, async (t) => {
    const server = await startWorker({ vars: { PUBLIC_ORIGIN: origin } });
    t.after(() => server.close());
    const organization = await newOrganization(server);
    const { id } = expectStatus(await organization.issue(), 201).json;
    const { text } = expectStatus(await server.request("GET", `/credentials/${id}/ob3`), 200);
    const baked = expectStatus(await server.request("GET", `/api/credentials/${id}/baked`), 200).bytes;

    const fetched = fetchFrom(server, origin);
    const outcome = async (input, options = { fetch: fetched }) => {
      const { outcome, code } = await verify(input, options);
      return [outcome, code];
    };

    await t.test("is verified", async () => {
      const report = await verify(text, { fetch: fetched });
      assert.equal(report.outcome, "verified", JSON.stringify(report.checks));
      assert.equal(report.checks.find(({ name }) => name === "proof").code, "signature_valid");
      assert.equal(report.claims.achievement.name, "Celestial Navigation");
    });

    await t.test("is verified as a baked image, which holds the published bytes", async () => {
      assert.equal(await extract(baked), text);
      assert.deepEqual(await outcome(baked), ["verified", "verified"]);
    });

    await t.test("is rejected when one character of a claim is another", async () => {
      const tampered = text.replace("Celestial Navigation", "Celestial Navigatiom");
      assert.notEqual(tampered, text);
      assert.deepEqual(await outcome(tampered), ["rejected", "signature_invalid"]);
    });

    await t.test("is rejected when a tampered text is baked into its image", async () => {
      const tampered = await bake(baked, text.replace("Five positions", "Four positions"));
      assert.deepEqual(await outcome(tampered), ["rejected", "signature_invalid"]);
    });

    await t.test("is rejected when its signature is another's", async () => {
      const other = JSON.parse(text);
      const [proof] = [other.proof].flat();
      proof.proofValue = `${proof.proofValue.slice(0, -1)}${proof.proofValue.endsWith("1") ? "2" : "1"}`;
      const [result] = await outcome(JSON.stringify(other));
      assert.equal(result, "rejected");
    });

    await t.test("is not verified before its time", async () => {
      assert.deepEqual(await outcome(text, { fetch: fetched, now: "2020-01-01T00:00:00Z" }), ["rejected", "not_yet_valid"]);
    });

    await t.test("is neither verified nor rejected when the documents of its issuer cannot be had", async () => {
      const [result] = await outcome(text, { fetch: nothing });
      assert.equal(result, "indeterminate");
    });

    await t.test("is signed by the DID whose document the issuer publishes", async () => {
      const { issuer } = JSON.parse(text);
      const document = expectStatus(await server.request("GET", `/issuers/${organization.slug}/did.json`), 200).json;
      assert.equal(issuer.id, document.id);
      assert.ok(issuer.id.startsWith(origin.startsWith("https:") ? "did:web:" : "did:key:"));
    });
  });
}
