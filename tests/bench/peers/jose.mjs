// jose: the same badge as a VC-JWT, with the checks of issuer and dates that a careful caller writes around it.

import { compactVerify, decodeProtectedHeader, importJWK } from "jose";

import { jwt, now, publicKey } from "../samples.mjs";

export async function prepare(sample) {
  const token = jwt(sample);
  return () => verify(token);
}

async function verify(token) {
  const { kid } = decodeProtectedHeader(token);
  const x = Buffer.from(publicKey(kid)).toString("base64url");
  const key = await importJWK({ kty: "OKP", crv: "Ed25519", x }, "EdDSA");
  const { payload } = await compactVerify(token, key, { algorithms: ["EdDSA"] });
  const credential = JSON.parse(new TextDecoder().decode(payload));
  const isIssuers = credential.iss === kid.split("#")[0] && credential.issuer.id === credential.iss;
  const hasBegun = Date.parse(credential.validFrom) <= now;
  const hasEnded = credential.validUntil !== undefined && Date.parse(credential.validUntil) < now;
  return isIssuers && hasBegun && !hasEnded;
}
