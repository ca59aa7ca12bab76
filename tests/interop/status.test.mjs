// Other stacks read the status lists that the worker publishes: Digital Bazaar's bitstring library the bit of each purpose, and the
// verifier of the Digital Credentials Consortium too, while a credential is suspended, reinstated, made to expire and revoked.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import * as bitstring from "@digitalbazaar/vc-bitstring-status-list";

import { documentLoader, suite } from "../lib/digitalbazaar.mjs";
import { expectStatus, newOrganization, PUBLIC_ORIGIN, startWorker } from "../e2e/harness.mjs";

let server;
let organization;
let verifyCredential;

// That verifier takes no fetch from its caller: what is published under the public origin comes from the worker.
const network = globalThis.fetch;
globalThis.fetch = async (input, ...rest) => {
  const url = new URL(typeof input === "string" ? input : (input.url ?? String(input)));
  if (url.origin === PUBLIC_ORIGIN) return network(new URL(url.pathname, server.url), ...rest);
  if (url.hostname === "127.0.0.1" || url.hostname === "localhost") return network(input, ...rest);
  const isSchema = url.pathname.includes("/schema/");
  return new Response(isSchema ? "{}" : "not found", { status: isSchema ? 200 : 404, headers: { "content-type": "application/json" } });
};

before(async () => {
  ({ verifyCredential } = await import("@digitalcredentials/verifier-core"));
  server = await startWorker();
  organization = await newOrganization(server);
});
after(() => server?.close());

const read = async (path) => expectStatus(await server.request("GET", path), 200).json;

/** What Digital Bazaar's library reads: a list's own proof is verified, and its issuer is the credential's. */
async function bits(credential) {
  const did = await read(`/issuers/${organization.slug}/did.json`);
  const context = "https://w3id.org/security/multikey/v1";
  const more = new Map([[did.id, did], ...did.verificationMethod.map((method) => [method.id, { "@context": context, ...method }])]);
  for (const { statusListCredential } of credential.credentialStatus) {
    more.set(statusListCredential, await read(new URL(statusListCredential).pathname));
  }
  const { verified, results, error } = await bitstring.checkStatus({ credential, documentLoader: documentLoader(more), suite: suite() });
  assert.ok(verified, error?.stack);
  return Object.fromEntries(results.map(({ credentialStatus, status }) => [credentialStatus.statusPurpose, status]));
}

/** What the DCC's verifier reads, once it has found the signature good. */
async function dcc(credential) {
  const { log = [], errors } = await verifyCredential({ credential: structuredClone(credential), knownDIDRegistries: [] });
  const step = (name) => log.find(({ id }) => id === name);
  assert.equal(errors, undefined, JSON.stringify(errors));
  assert.equal(step("valid_signature")?.valid, true, JSON.stringify(log));
  const isSet = (name) => {
    assert.equal(typeof step(name)?.valid, "boolean", JSON.stringify(log));
    return !step(name).valid;
  };
  return { revocation: isSet("revocation_status"), suspension: isSet("suspension_status") };
}

test("each bit is the right one after every move, and a neighbour's stays clear", async () => {
  const [moved, neighbour] = [expectStatus(await organization.issue(), 201).json, expectStatus(await organization.issue(), 201).json];
  const [credential, other] = [await read(`/credentials/${moved.id}/ob3`), await read(`/credentials/${neighbour.id}/ob3`)];
  const clear = { revocation: false, suspension: false };
  assert.deepEqual(await bits(credential), clear);
  assert.deepEqual(await dcc(credential), clear);
  for (const [toState, expected] of [
    ["suspended", { ...clear, suspension: true }],
    ["active", clear],
    ["expired", { ...clear, suspension: true }],
    ["active", clear],
    ["revoked", { ...clear, revocation: true }],
  ]) {
    const path = `/v1/tenants/${organization.slug}/assertions/${organization.slug}:${moved.id}/lifecycle/transition`;
    expectStatus(await server.request("POST", path, { token: organization.session, json: { toState, reasonCode: "other" } }), 200);
    assert.deepEqual(await bits(credential), expected, toState);
    assert.deepEqual(await dcc(credential), expected, toState);
    assert.deepEqual(await bits(other), clear);
    assert.deepEqual(await dcc(other), clear);
  }
});
