// What the worker issues, verified with the Digital Bazaar stack: by `did:key` on this machine, by `did:web` under a public
// origin, whose DID document the worker serves.

import assert from "node:assert/strict";
import { test } from "node:test";

import { alterations } from "../lib/alter.mjs";
import * as digitalBazaar from "../lib/digitalbazaar.mjs";
import { expectStatus, newOrganization, startWorker } from "../e2e/harness.mjs";

for (const [kind, origin] of [
  ["did:web", "https://badges.example"],
  ["did:key", "http://localhost:8787"],
]) {
  test(`a credential that the worker signs by ${kind} verifies with the Digital Bazaar stack`, async (t) => {
    const server = await startWorker({ vars: { PUBLIC_ORIGIN: origin } });
    t.after(() => server.close());
    const organization = await newOrganization(server);
    assert.ok(organization.did.startsWith(`${kind}:`), organization.did);
    const { id } = expectStatus(await organization.issue(), 201).json;
    const { json: credential } = expectStatus(await server.request("GET", `/credentials/${id}/ob3`), 200);
    const { json: did } = expectStatus(await server.request("GET", `/issuers/${organization.slug}/did.json`), 200);
    assert.equal(did.id, organization.did);
    const more = didDocuments(did);

    const { verified, error } = await digitalBazaar.verify(credential, { more });
    assert.ok(verified, JSON.stringify(error?.errors?.map(({ message }) => message)));

    await t.test("and does not with one value altered", async () => {
      for (const { path, document } of alterations(credential)) {
        const answer = await digitalBazaar.verify(document, { more }).catch(() => ({ verified: false }));
        assert.equal(answer.verified, false, `an altered ${path} is verified`);
      }
    });
  });
}

/** The DID document by its DID, and each of its methods by its own identifier, as a DID resolver answers. */
function didDocuments(document) {
  const methods = [...(document.verificationMethod ?? []), ...document.assertionMethod].filter((method) => typeof method === "object");
  const context = "https://w3id.org/security/multikey/v1";
  return new Map([[document.id, document], ...methods.map((method) => [method.id, { "@context": context, ...method }])]);
}
