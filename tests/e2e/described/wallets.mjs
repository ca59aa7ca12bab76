// The VC-API and DID resolution, called as they are described.

/** Calls every operation of the area. */
export async function wallets({ ask, organization }) {
  const credential = { "@context": ["https://www.w3.org/ns/credentials/v2"], type: ["VerifiableCredential"], credentialSubject: { id: "did:example:s" } };
  const { verifiableCredential } = await ask("POST", "/credentials/issue", {}, { token: organization.apiKey, json: { credential }, status: 201 });
  await ask("POST", "/credentials/issue", {}, { token: organization.apiKey, json: { credential: { ...credential, type: [] } }, status: 400 });
  await ask("POST", "/credentials/verify", {}, { json: { verifiableCredential }, status: 200 });
  const altered = { ...verifiableCredential, credentialSubject: { id: "did:example:other" } };
  await ask("POST", "/credentials/verify", {}, { json: { verifiableCredential: altered }, status: 400 });
  const verifiablePresentation = { "@context": credential["@context"], type: ["VerifiablePresentation"], verifiableCredential: [verifiableCredential], proof: {} };
  await ask("POST", "/presentations/verify", {}, { json: { verifiablePresentation }, status: 400 });
  await ask("GET", "/1.0/identifiers/{did}", { did: organization.did }, { status: 200 });
}
