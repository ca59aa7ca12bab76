// DID resolution: did:key by itself, did:web out of this deployment's records or from public hosts.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { driver } from "@digitalbazaar/did-method-key";
import * as Ed25519Multikey from "@digitalbazaar/ed25519-multikey";

import { expectStatus, newOrganization, startWorker } from "./harness.mjs";

const RESULT = 'application/ld+json;profile="https://w3id.org/did-resolution"';
const KEY = "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi";

let server;
before(async () => (server = await startWorker()));
after(() => server?.close());

const resolve = (did, accept) => server.request("GET", `/1.0/identifiers/${did}`, { headers: accept ? { accept } : {} });

test("a did:key is its own document, as other libraries have it", async () => {
  const did = `did:key:${KEY}`;
  const { headers, json } = expectStatus(await resolve(did), 200);
  assert.equal(headers.get("content-type"), RESULT);
  assert.equal(headers.get("access-control-allow-origin"), "*");
  assert.deepEqual(Object.keys(json).sort(), ["@context", "didDocument", "didDocumentMetadata", "didResolutionMetadata"]);
  assert.equal(json.didResolutionMetadata.error, undefined);
  const didKey = driver();
  didKey.use({ multibaseMultikeyHeader: "z6Mk", fromMultibase: Ed25519Multikey.from });
  const theirs = await didKey.get({ did });
  assert.equal(json.didDocument.id, theirs.id);
  for (const relation of ["authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation"]) {
    assert.deepEqual(json.didDocument[relation], theirs[relation].map((method) => method.id ?? method));
  }
  const { publicKeyMultibase, id, controller, type } = theirs.verificationMethod[0];
  assert.deepEqual(json.didDocument.verificationMethod, [{ id, type, controller, publicKeyMultibase }]);
});

test("an issuer of this deployment is resolved as its did.json says, in either spelling of the path", async () => {
  const organization = await newOrganization(server);
  const { json: document } = await server.request("GET", `/issuers/${organization.slug}/did.json`);
  for (const did of [organization.did, encodeURIComponent(organization.did)]) {
    assert.deepEqual(expectStatus(await resolve(did), 200).json.didDocument, document);
  }
  const alone = expectStatus(await resolve(organization.did, "application/did+json"), 200);
  assert.equal(alone.headers.get("content-type"), "application/did+json");
  assert.deepEqual(alone.json, document);
});

test("the other names of this deployment's organizations come out of its records too", async () => {
  const organization = await newOrganization(server);
  // The deployment's own name stands for the operator's organization, which is the first that was made.
  for (const [did, path] of [
    [`did:web:badges.example:${organization.slug}`, `/${organization.slug}/did.json`],
    ["did:web:badges.example", "/.well-known/did.json"],
  ]) {
    const { json: document } = expectStatus(await server.request("GET", path), 200);
    const { didDocument } = expectStatus(await resolve(did), 200).json;
    assert.deepEqual(didDocument, document);
    assert.equal(didDocument.id, did);
    assert.deepEqual(expectStatus(await resolve(encodeURIComponent(did)), 200).json.didDocument, document);
  }
  const bare = await newOrganization(server, { signingKey: false });
  for (const name of [bare.slug, `issuers:${bare.slug}`, "nobody", "issuers", "issuers:a:b"]) {
    assert.equal(expectStatus(await resolve(`did:web:badges.example:${name}`), 404).json.didResolutionMetadata.error, "notFound");
  }
});

for (const [did, status, error] of [
  ["nothing", 400, "invalidDid"],
  ["did:key:z6Mk", 400, "invalidDid"],
  ["did:web:localhost", 400, "invalidDid"],
  ["did:web:127.0.0.1%253A8787", 400, "invalidDid"],
  ["did:web:169.254.169.254", 400, "invalidDid"],
  ["did:web:metadata.internal", 400, "invalidDid"],
  ["did:web:badges.example:issuers:..", 400, "invalidDid"],
  ["did:web:badges.example:issuers:nobody", 404, "notFound"],
  ["did:web:nowhere.example", 404, "notFound"],
  ["did:ion:abc", 501, "methodNotSupported"],
  ["did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme", 501, "unsupportedPublicKeyType"],
]) {
  test(`${did} is ${error}`, async () => {
    const { json, headers } = expectStatus(await resolve(did), status);
    assert.equal(headers.get("content-type"), RESULT);
    assert.deepEqual([json.didDocument, json.didResolutionMetadata], [null, { error }]);
  });
}

test("a form that there is not is said to be unsupported", async () => {
  const { json } = expectStatus(await resolve(`did:key:${KEY}`, "application/did+cbor"), 406);
  assert.equal(json.didResolutionMetadata.error, "representationNotSupported");
});
