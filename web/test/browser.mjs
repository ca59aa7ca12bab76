// The built pages in Chromium: a server of them, and pages that are held to their policy and to silence.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const OUT = join(ROOT, "dist/web");
if (!existsSync(OUT)) throw new Error("dist/web is missing: run web/build.mjs first");

export const fromTests = createRequire(join(ROOT, "tests/package.json"));
const { chromium } = fromTests("playwright-core");
const { bake } = await import(join(ROOT, "verifier-wasm/pkg/node.js"));

/** A PNG without a badge in it. */
export const image = readFileSync(join(ROOT, "web/demo/badge.png"));
export const genuine = sample("did-key.json");
/** The same with a changed claim. */
export const changed = genuine.replaceAll("Field Mapping", "Field Napping");
/** Its issuer's host does not exist. */
export const unresolvable = sample("did-web.json");
/** The badge inside a drawing. */
export const drawn = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0" viewBox="0 0 10 10">
  <openbadges:credential><![CDATA[${genuine}]]></openbadges:credential><circle r="5" cx="5" cy="5"/></svg>`;
export const baked = Buffer.from(await bake(image, genuine));

function sample(name) {
  return readFileSync(join(ROOT, "verifier-wasm/packaging-tests/samples", name), "utf8");
}

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".json": "application/json",
};
const CREDENTIALS = { genuine, changed, unresolvable };

/** Somebody's page under a policy as strict as ours. */
function host(html, body) {
  const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src data: blob:; connect-src 'self' https:";
  return `<!doctype html><html ${html}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
    <meta http-equiv="Content-Security-Policy" content="${policy}"><title>Host</title><link rel="stylesheet" href="/host.css">
    <script type="module" src="/open-badge-verifier.js"></script></head><body><main><h1>Host</h1>${body}</main></body></html>`;
}

/** The address of a host page with this in its body. */
export function hostPage(origin, body, html = 'lang="en"') {
  return `${origin}/host?${new URLSearchParams({ html, body })}`;
}

/**
 * Serves the built pages, and stands in for the worker's routes that they ask, and for nothing else.
 *
 * @param {Record<string, {type: string, body: string | Buffer}>} extra further paths
 */
export async function serve(extra = {}) {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://page.test");
    const answer = (status, type = "text/plain", body = "") => response.writeHead(status, { "content-type": type }).end(body);
    if (Object.hasOwn(extra, pathname)) return answer(200, extra[pathname].type, extra[pathname].body);
    if (pathname === "/host") return answer(200, TYPES[".html"], host(searchParams.get("html"), searchParams.get("body")));
    const credential = /^\/credentials\/(\w+)\/ob3$/.exec(pathname)?.[1];
    if (credential === "private") return answer(403);
    if (credential !== undefined) {
      const known = Object.hasOwn(CREDENTIALS, credential);
      return known ? answer(200, "application/vc+ld+json", CREDENTIALS[credential]) : answer(404);
    }
    if (pathname.endsWith("/baked")) return answer(200, "image/png", image);
    const file = pathname === "/" || pathname.startsWith("/verify/") ? "/index.html" : normalize(pathname);
    if (!existsSync(join(OUT, file))) return answer(404);
    return answer(200, TYPES[extname(file)], readFileSync(join(OUT, file)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

export function startBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}

/** What a browser says of itself when an address can not be had, and a page can do nothing about. */
const NETWORK = /Failed to load resource/;

/** Opens a page, and holds it to its policy and to silence: any other word on its console is a failure. */
export async function openPage(context, browser, address, options = {}) {
  const page = await browser.newPage({ reducedMotion: "reduce", locale: "en-GB", ...options });
  const complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !NETWORK.test(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  context.after(async () => {
    await page.close();
    assert.deepEqual(complaints, []);
  });
  await page.goto(address);
  return page;
}

/** Hands a file over as a hand would that drops it. */
export async function drop(page, selector, bytes, name = "badge") {
  const transfer = await page.evaluateHandle(
    ([bytes, name]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(bytes)], name));
      return transfer;
    },
    [[...Buffer.from(bytes)], name],
  );
  await page.dispatchEvent(selector, "drop", { dataTransfer: transfer });
}

/** Pastes text where the focus is. */
export async function paste(page, selector, text) {
  await page.locator(selector).evaluate((target, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    target.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, composed: true, cancelable: true }));
  }, text);
}
