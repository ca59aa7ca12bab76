// A page in Chromium, and the folder that it is served from.

import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { after } from "node:test";

const { chromium } = createRequire(new URL("../../tests/package.json", import.meta.url))("playwright-core");

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

/** A new page, closed when the tests end. */
export async function openPage() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
  after(() => browser.close());
  return browser.newPage();
}

/** Serves what `respond` makes of a request's path until the tests end: the origin. */
export async function serve(respond) {
  const server = createServer((request, response) => respond(new URL(request.url, "http://page.test").pathname, response));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/** Serves a folder of files. */
export function serveFolder(folder) {
  return serve((pathname, response) => {
    const path = join(folder, normalize(pathname === "/" ? "/index.html" : pathname));
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return response.writeHead(404).end();
    return response.setHeader("content-type", TYPES[extname(path)] ?? "application/octet-stream").end(readFileSync(path));
  });
}
