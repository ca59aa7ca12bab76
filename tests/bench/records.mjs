// A database and documents in a process of their own, for benchmarks: what is measured then holds the client of a database and none
// of the database. SQLite behind D1's protocol over HTTP (`POST /query` and `/execute`), documents in memory behind KV's (`PUT` and `GET` of a
// key), and a queue that forgets. Prints its port and serves until it is killed.

import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";

const database = new DatabaseSync(process.argv[2]);
database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
const prepared = new Map();
const documents = new Map();

function statement(sql) {
  let found = prepared.get(sql);
  if (!found) {
    found = database.prepare(sql);
    found.setReturnArrays(true);
    prepared.set(sql, found);
  }
  return found;
}

const META = { served_by: "records", duration: 0, changes: 0, last_row_id: 0, changed_db: false, size_after: 0, rows_read: 0, rows_written: 0 };

/** D1's answer to one statement or to a batch, which is one transaction. */
function query(asked) {
  const batch = [asked].flat();
  database.exec("BEGIN");
  try {
    const results = batch.map(({ sql, params }) => {
      const prepared = statement(sql);
      const rows = prepared.all(...(params ?? []));
      return { success: true, results: { columns: prepared.columns().map(({ name }) => name), rows }, meta: META };
    });
    database.exec("COMMIT");
    return results;
  } catch (error) {
    database.exec("ROLLBACK");
    return { success: false, error: `${error.message}: SQLITE_CONSTRAINT` };
  }
}

async function bytes(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const server = createServer({ keepAliveTimeout: 0 }, async (request, response) => {
  const body = await bytes(request);
  const { pathname } = new URL(request.url, "http://records");
  if (request.method === "POST" && ["/query", "/execute"].includes(pathname)) {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(query(JSON.parse(body))));
  } else if (request.method === "PUT") {
    documents.set(pathname, body);
    response.writeHead(200).end();
  } else if (request.method === "POST") {
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  } else {
    const found = documents.get(pathname);
    response.writeHead(found ? 200 : 404).end(found);
  }
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
