// Badges that the worker issues as compact JWS, verified by `jose` and by the packed npm package.

import assert from "node:assert/strict";
import { test } from "node:test";

import { compactVerify, importJWK } from "jose";

import { expectStatus, newOrganization, startWorker } from "../e2e/harness.mjs";
import { fetchFrom } from "../e2e/status.mjs";
import { alterations } from "../lib/alter.mjs";
import { decodeMultibase } from "../lib/multibase.mjs";
import { installPackage } from "../../verifier-wasm/packaging-tests/install.js";

const { verify } = await import(installPackage().entry);

for (const [kind, origin] of [["did:web", "https://badges.example"], ["did:key", "http://localhost:8787"]]) {
  test(`a badge that the worker hands out as a JWS by ${kind} is verified by jose and by the npm package`, async (t) => {
    const server = await startWorker({ vars: { PUBLIC_ORIGIN: origin } });
    t.after(() => server.close());
    const organization = await newOrganization(server);
    const { id } = expectStatus(await organization.issue({ validUntil: "2099-01-01T00:00:00Z" }), 201).json;
    const ask = (accept) => server.request("GET", `/credentials/${id}/ob3`, { headers: { accept } });
    const { text: token, headers } = expectStatus(await ask("application/vc+jwt"), 200);
    assert.equal(headers.get("content-type"), "application/vc+jwt");
    assert.match(headers.get("vary"), /accept/);
    assert.equal((await ask("application/vc+jwt")).text, token);
    // OB 3.0 §5.2: what a badge in a JWS is called on the web.
    const plain = expectStatus(await ask("text/plain"), 200);
    assert.deepEqual([plain.headers.get("content-type"), plain.text], ["text/plain", token]);

    const { proof, ...badge } = (await ask("*/*")).json;
    const { protectedHeader, payload } = await compactVerify(token, await importJWK(jwkOf(proof.verificationMethod), "EdDSA"));
    assert.deepEqual(protectedHeader, { alg: "EdDSA", kid: proof.verificationMethod, typ: "JWT" });
    const { iss, jti, nbf, exp, ...claims } = JSON.parse(new TextDecoder().decode(payload));
    assert.deepEqual(claims, badge);
    assert.deepEqual([iss, jti, nbf, exp], [badge.issuer.id, badge.id, Date.parse(badge.validFrom) / 1000, Date.parse(badge.validUntil) / 1000]);

    const options = { fetch: fetchFrom(server, origin) };
    const { outcome, code, checks } = await verify(token, options);
    assert.equal(outcome, "verified", `${code} ${JSON.stringify(checks)}`);
    const [header, , signature] = token.split(".");
    for (const { path, document } of alterations({ iss, jti, nbf, exp, ...claims })) {
      const forged = `${header}.${Buffer.from(JSON.stringify(document)).toString("base64url")}.${signature}`;
      assert.equal((await verify(forged, options)).outcome, "rejected", path);
    }
  });
}

/** The public key in the fragment of a method's identifier (Multikey). */
function jwkOf(method) {
  const bytes = decodeMultibase(method.split("#")[1]);
  assert.deepEqual([...bytes.subarray(0, 2)], [0xed, 0x01]);
  return { kty: "OKP", crv: "Ed25519", x: Buffer.from(bytes.subarray(2)).toString("base64url") };
}
