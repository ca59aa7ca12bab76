// The demo that `make run` begins with: an organization that can sign, a badge with its image, an API key, and one
// credential. Everything goes through the HTTP API, as anybody's would. What is there already is taken and not made again.

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

import { Api } from "./api.mjs";

const OWNER = "owner@accolade.example";
const ORGANIZATION = {
  name: "Meridian Institute",
  slug: "meridian",
  url: "https://meridian.example",
  description: "Teaches people to find their way.",
};
const BADGE = {
  name: "Map and Compass",
  slug: "map-and-compass",
  description: "Finds a way across unmarked country with a map and a compass, by day and by night.",
  criteria: { narrative: "Three routes of ten kilometres, one of them at night, each checkpoint reached within fifty metres." },
  achievementType: "Badge",
  tags: ["navigation", "outdoors"],
  // Awarding it to the same person again renews it; a badge without an end could be awarded only once.
  expiresInDays: 730,
};
const RECIPIENT = { name: "Ada Lovelace", email: "ada@lovelace.example" };

/** A session that was begun earlier is taken again while it lasts so long: signing in is limited to a few times. */
const SESSION_LEFT_MS = 6 * 3600 * 1000;

/**
 * Signs the owner in and makes what is missing of the demo. `file` remembers the session, and the API key, which the
 * worker shows only once; it is readable by this user alone.
 */
export async function seed({ baseUrl, bootstrapSecret, badgeImage, file }) {
  const anybody = new Api(baseUrl);
  const known = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};

  const session = (await lastingSession(anybody, known.session)) ?? (await signIn(anybody, bootstrapSecret));
  const served = known.demo && (await isServed(anybody.as(known.demo.apiKey), known.demo));
  const demo = served ? known.demo : await make(anybody.as(session.token), anybody, badgeImage);
  writePrivately(file, { session, demo });
  return { ...demo, ownerEmail: OWNER, ownerSession: session.token };
}

async function signIn(anybody, secret) {
  const { token, expiresAt } = await anybody.post("/api/auth/bootstrap", { secret, email: OWNER });
  return { token, expiresAt };
}

async function lastingSession(anybody, session) {
  if (!session || Date.parse(session.expiresAt) - Date.now() < SESSION_LEFT_MS) return undefined;
  try {
    await anybody.as(session.token).get("/api/organizations?limit=1");
    return session;
  } catch (error) {
    if (error.status === 401) return undefined;
    throw error;
  }
}

/** Whether the worker still has what the file remembers; its data may have been removed since. */
async function isServed(issuer, { credentialId, badgeId }) {
  try {
    await issuer.get(`/api/v1/credentials/${credentialId}`);
    await issuer.get(`/api/v1/badges/${badgeId}`);
    return true;
  } catch (error) {
    if (error.status === 401 || error.status === 404) return false;
    throw error;
  }
}

async function make(owner, anybody, badgeImage) {
  // 1. The organization, and the key that it signs with.
  const organizations = (await owner.get("/api/organizations?limit=100")).data;
  let organization = organizations.find(({ slug }) => slug === ORGANIZATION.slug);
  if (!organization) {
    organization = await owner.post("/api/organizations", ORGANIZATION);
    await owner.post(`/api/organizations/${organization.id}/signing-keys`);
  }
  const path = `/api/organizations/${organization.id}`;
  // Locally the DID is that of the key, so it is known only now.
  const { did } = await owner.get(path);

  // 2. The API key.
  const { apiKey } = await owner.post(`${path}/api-keys`, { label: "make run", scopes: ["*"] });
  const issuer = anybody.as(apiKey);

  // 3. The badge and its image.
  const badges = (await issuer.get("/api/v1/badges?limit=100")).data;
  const badge = badges.find(({ slug }) => slug === BADGE.slug) ?? (await owner.post(`${path}/badges`, BADGE));
  await owner.put(`${path}/badges/${badge.id}/image`, badgeImage, "image/png");

  // 4. One credential.
  const credential = await issuer.post("/api/v1/credentials", { badgeId: badge.id, recipient: RECIPIENT });
  return {
    organization: { id: organization.id, slug: organization.slug, did },
    apiKey,
    badgeId: badge.id,
    credentialId: credential.id,
    credentialCode: credential.credentialId,
  };
}

/** Replaces a file in one step with JSON that only this user can read. */
export function writePrivately(file, value) {
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
