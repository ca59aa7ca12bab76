// What an issuer of the Digital Bazaar stack costs at the least: Node's own HTTP server and SQLite, the same request checked, the
// same badge signed, stored and recorded. Without RECORDS_PORT database and documents are its own, in its process; with it they
// are behind that port (records.mjs). issuing-peer.mjs prints its port and serves until it is killed.

import { createHash, randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { Agent, createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { issue, keyPair } from "../lib/digitalbazaar.mjs";

const CREDENTIAL = "CREATE TABLE credential (id TEXT PRIMARY KEY, code TEXT UNIQUE, badge TEXT, email TEXT, name TEXT, sha256 TEXT, issued_at INTEGER, UNIQUE (badge, email))";
const INSERT = "INSERT INTO credential VALUES (?, ?, ?, ?, ?, ?, ?)";
const { put, record } = await (process.env.RECORDS_PORT ? elsewhere(process.env.RECORDS_PORT) : here());
const pair = await keyPair(randomBytes(32));
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function respond(body) {
  const { badgeId, recipient } = JSON.parse(body);
  if (!uuid.test(badgeId) || typeof recipient?.name !== "string" || !/^\S+@\S+$/.test(recipient?.email)) return 400;
  const id = randomUUID();
  const salt = randomBytes(16).toString("hex");
  const now = new Date();
  const time = now.toISOString().replace(/\.\d+/, "");
  const signed = await issue(
    {
      "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
      id: `https://badges.example/credentials/${id}`,
      type: ["VerifiableCredential", "OpenBadgeCredential"],
      issuer: { id: pair.did, type: ["Profile"], name: "Meridian Institute" },
      validFrom: time,
      name: "Celestial Navigation",
      credentialSubject: {
        type: ["AchievementSubject"],
        identifier: [
          {
            type: "IdentityObject",
            identityType: "emailAddress",
            hashed: true,
            salt,
            identityHash: `sha256$${createHash("sha256").update(recipient.email + salt).digest("hex")}`,
          },
        ],
        achievement: {
          id: `https://badges.example/achievements/${badgeId}`,
          type: ["Achievement"],
          name: "Celestial Navigation",
          description: "Finds a ship's position at sea from the stars.",
          criteria: { narrative: "Five positions found at sea on three nights." },
          image: { id: "https://badges.example/images/a.png", type: "Image" },
        },
      },
      credentialStatus: ["revocation", "suspension"].map((statusPurpose) => ({
        id: `https://badges.example/status/${statusPurpose}#94567`,
        type: "BitstringStatusListEntry",
        statusPurpose,
        statusListIndex: "94567",
        statusListCredential: `https://badges.example/status/${statusPurpose}`,
      })),
    },
    pair,
    { created: time },
  );
  const text = JSON.stringify(signed);
  const sha256 = createHash("sha256").update(text).digest("hex");
  await put(sha256, text);
  await record([id, `CRD-${id.slice(0, 8).toUpperCase()}`, badgeId, recipient.email, recipient.name, sha256, now.getTime()]);
  return 201;
}

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    const status = await respond(Buffer.concat(chunks).toString());
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ status }));
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));

/** Database and documents of this process. */
function here() {
  const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "peer-"));
  const database = new DatabaseSync(join(folder, "records.sqlite"));
  database.exec(`PRAGMA journal_mode = WAL; ${CREDENTIAL}`);
  const insert = database.prepare(INSERT);
  return { put: (name, text) => writeFile(join(folder, name), text), record: (values) => insert.run(...values) };
}

/** Those of another process, by the cheapest client that Node has. */
async function elsewhere(port) {
  const agent = new Agent({ keepAlive: true });
  const ask = (method, path, body) =>
    new Promise((resolve, reject) => {
      const asked = request({ agent, host: "127.0.0.1", port, method, path }, async (response) => {
        const chunks = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve(Buffer.concat(chunks).toString());
      });
      asked.on("error", reject).end(body);
    });
  const query = async (sql, params) => {
    const [result] = [JSON.parse(await ask("POST", "/query", JSON.stringify({ sql, params })))].flat();
    if (!result.success) throw new Error(result.error);
  };
  await query(CREDENTIAL);
  return { put: (name, text) => ask("PUT", `/${name}`, text), record: (values) => query(INSERT, values) };
}
