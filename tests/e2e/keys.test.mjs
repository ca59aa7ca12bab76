// Rotating the key that an organization signs with: what it has signed still verifies, and the new one signs from then on.

import assert from "node:assert/strict";
import { test } from "node:test";

import { installPackage } from "../../verifier-wasm/packaging-tests/install.js";
import { expectStatus, newOrganization, startWorker } from "./harness.mjs";
import { assertError } from "./shapes.mjs";
import { fetchFrom } from "./status.mjs";

const { verify } = await import(installPackage().entry);

for (const [kind, origin] of [
  ["did:web", "https://badges.example"],
  ["did:key", "http://localhost:8787"],
]) {
  test(`the key of a ${kind} is rotated`, async (t) => {
    const server = await startWorker({ vars: { PUBLIC_ORIGIN: origin } });
    t.after(() => server.close());
    const organization = await newOrganization(server);
    const rotate = (owner) => server.request("POST", `${owner.path}/signing-keys/rotate`, { token: owner.session });
    const read = async (id) => expectStatus(await server.request("GET", `/credentials/${id}/ob3`), 200);
    const outcome = async (id) => {
      const report = await verify((await read(id)).text, { fetch: fetchFrom(server, origin) });
      return [report.outcome, report.code];
    };
    const old = expectStatus(await organization.issue(), 201).json;
    const rotated = expectStatus(await rotate(organization), 201).json;
    const fresh = expectStatus(await organization.issue(), 201).json;

    await t.test("the new key signs from then on", async () => {
      const [before, after] = [(await read(old.id)).json, (await read(fresh.id)).json];
      assert.equal(after.proof.verificationMethod, rotated.verificationMethod);
      assert.notEqual(before.proof.verificationMethod, rotated.verificationMethod);
    });

    await t.test("what either has signed verifies", async () => {
      assert.deepEqual(await outcome(old.id), ["verified", "verified"]);
      assert.deepEqual(await outcome(fresh.id), ["verified", "verified"]);
      for (const { id } of [old, fresh]) {
        const { verification } = expectStatus(await server.request("GET", `/api/verify/${id}`), 200).json;
        assert.deepEqual([verification.signatureValid, verification.notRevoked, verification.report.outcome], [true, true, "verified"]);
      }
    });

    await t.test("the DID document lists what its DID has signed with", async () => {
      const { id, assertionMethod } = expectStatus(await server.request("GET", `/issuers/${organization.slug}/did.json`), 200).json;
      assert.equal(id, rotated.did);
      assert.ok(assertionMethod.includes(rotated.verificationMethod));
      assert.equal(assertionMethod.length, kind === "did:web" ? 2 : 1);
    });

    await t.test("a credential of the retired key is revoked with the new one", async () => {
      const path = `/api/v1/credentials/${old.id}/revoke`;
      expectStatus(await server.request("POST", path, { token: organization.apiKey, json: { reason: "for a test" } }), 200);
      assert.deepEqual(await outcome(old.id), ["rejected", "revoked"]);
      assert.deepEqual(await outcome(fresh.id), ["verified", "verified"]);
      const { verification } = expectStatus(await server.request("GET", `/api/verify/${old.id}`), 200).json;
      assert.equal(verification.report.code, "revoked");
    });

    await t.test("without a key there is nothing to rotate", async () => {
      assertError(await rotate(await newOrganization(server, { signingKey: false })), 409, "CONFLICT");
    });
  });
}
