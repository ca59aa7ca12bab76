// Makes sure, before anything is built, that the port and the folder of data are nobody else's.

import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { CannotGoOn } from "./say.mjs";

/** Reads `PORT`. */
export function portFrom(text) {
  if (text === undefined || text === "") return 8787;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) {
    throw new CannotGoOn(`PORT must be a number from 1 to 65535, not \`${text}\``);
  }
  return port;
}

/** Fails in one sentence where something listens on the port already. */
export async function claimPort(port) {
  for (const host of ["127.0.0.1", "::1"]) {
    const fault = await new Promise((resolve) => {
      const server = createServer();
      server.once("error", (error) => resolve(error.code));
      server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
    });
    if (fault === "EADDRINUSE") {
      throw new CannotGoOn(`port ${port} is in use: stop what listens there, or choose another: PORT=${port + 1} make run`);
    }
    if (fault === "EACCES") throw new CannotGoOn(`port ${port} is not open to this user: choose another: PORT=8787 make run`);
    // A machine without IPv6 has no ::1 to listen on; that is no fault.
  }
}

/**
 * Holds the folder for as long as this process lives: two workers on one database would spoil it. A socket is held
 * and not a file with a process number, since the number may mean another process tomorrow.
 */
export async function claimFolder(folder) {
  const name = createHash("sha256").update(folder).digest("hex").slice(0, 16);
  const path = join(tmpdir(), `accolade-${name}.sock`);
  const taken = await new Promise((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => resolve(true)).once("error", () => resolve(false));
    probe.once("connect", () => probe.destroy());
  });
  if (taken) throw new CannotGoOn(`\`make run\` is already serving the data in ${folder}: stop it first`);
  rmSync(path, { force: true });
  await new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", reject);
    server.listen(path, resolve);
    server.unref();
  });
}
