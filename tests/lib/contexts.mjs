// The contexts that the core bundles, for the stacks that it is compared with: both must read the same texts.

import { readFileSync } from "node:fs";

const folder = new URL("../../ob3-core/contexts/", import.meta.url);
const row = /^\| (https:\S+) \| `([^`]+)` \|/gm;

/** Every bundled context by its URL, from the table in SOURCES.md. */
export const contexts = new Map(
  [...readFileSync(new URL("SOURCES.md", folder), "utf8").matchAll(row)].map(([, url, file]) => [
    url,
    JSON.parse(readFileSync(new URL(file, folder), "utf8")),
  ]),
);

export const credentialsV2 = "https://www.w3.org/ns/credentials/v2";
export const openBadges303 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

if (!contexts.has(credentialsV2) || !contexts.has(openBadges303)) throw new Error("SOURCES.md lists no contexts");
