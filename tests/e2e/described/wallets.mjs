// The VC-API, DID resolution and the way into wallets, called as they are described.

import { exportJWK, generateKeyPair, SignJWT } from "jose";

/** Calls every operation of the area. */
export async function wallets({ ask, organization, person }) {
  const credential = { "@context": ["https://www.w3.org/ns/credentials/v2"], type: ["VerifiableCredential"], credentialSubject: { id: "did:example:s" } };
  const { verifiableCredential } = await ask("POST", "/credentials/issue", {}, { token: organization.apiKey, json: { credential }, status: 201 });
  await ask("POST", "/credentials/issue", {}, { token: organization.apiKey, json: { credential: { ...credential, type: [] } }, status: 400 });
  const withStatus = { token: organization.apiKey, json: { credential, options: { credentialId: "urn:one", credentialStatus: {} } }, status: 201 };
  await ask("POST", "/credentials/issue", {}, withStatus);
  const change = { credentialId: "urn:one", credentialStatus: { type: "BitstringStatusListEntry", statusPurpose: "revocation" }, status: true };
  await ask("POST", "/credentials/status", {}, { token: organization.apiKey, json: change, status: 200 });
  await ask("POST", "/credentials/verify", {}, { json: { verifiableCredential }, status: 200 });
  const altered = { ...verifiableCredential, credentialSubject: { id: "did:example:other" } };
  await ask("POST", "/credentials/verify", {}, { json: { verifiableCredential: altered }, status: 400 });
  const verifiablePresentation = { "@context": credential["@context"], type: ["VerifiablePresentation"], verifiableCredential: [verifiableCredential], proof: {} };
  await ask("POST", "/presentations/verify", {}, { json: { verifiablePresentation }, status: 400 });
  await ask("GET", "/1.0/identifiers/{did}", { did: organization.did }, { status: 200 });

  await ask("GET", "/.well-known/openid-credential-issuer");
  await ask("GET", "/.well-known/oauth-authorization-server/oid4vci");
  const badge = await organization.badge({ slug: "for-a-wallet" });
  const issued = (await organization.issue({ badgeId: badge.id }, { email: person.user.email })).json;
  const { offer } = await ask("POST", "/api/me/credentials/{credential}/offer", { credential: issued.id }, { token: person.token, json: {}, status: 201 });
  const [[grant, { "pre-authorized_code": code }]] = Object.entries(offer.grants);
  const form = new URLSearchParams({ grant_type: grant, "pre-authorized_code": code }).toString();
  const { access_token: token } = await ask("POST", "/oid4vci/token", {}, { body: form, type: "application/x-www-form-urlencoded", status: 200 });
  const { c_nonce: nonce } = await ask("POST", "/oid4vci/nonce", {}, { status: 200 });
  const { publicKey, privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const header = { alg: "EdDSA", typ: "openid4vci-proof+jwt", jwk: await exportJWK(publicKey) };
  const claims = { aud: offer.credential_issuer, iat: Math.floor(Date.now() / 1000), nonce };
  const jwt = await new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
  const json = { credential_configuration_id: offer.credential_configuration_ids[0], proofs: { jwt: [jwt] } };
  await ask("POST", "/oid4vci/credential", {}, { token, json, status: 200 });
}
