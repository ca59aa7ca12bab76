// The guards around fetching, with the package's own file and a caller's `fetch` that misbehaves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createDocumentFetcher, MAX_DOCUMENT_BYTES, WEB_REQUEST } from "../js/documents.js";

const URL = "https://issuer.example/did.json";
const fetcher = (fetch, signal) => createDocumentFetcher({ fetch, signal, requestInit: WEB_REQUEST });

test("a document arrives as its bytes", async () => {
  const bytes = await fetcher(async () => new Response("{}"))(URL);
  assert.deepEqual(bytes, new TextEncoder().encode("{}"));
});

test("the request carries no credentials and follows no redirect", async () => {
  let seen;
  await fetcher(async (url, init) => {
    seen = { url, ...init };
    return new Response("{}");
  })(URL);
  assert.equal(seen.url, URL);
  assert.equal(seen.credentials, "omit");
  assert.equal(seen.redirect, "error");
});

test("what goes wrong means that the document could not be had", async () => {
  const wrong = {
    "an error status": async () => new Response("{}", { status: 404 }),
    "a network fault": async () => {
      throw new TypeError("fetch failed");
    },
    "a synchronous throw": () => {
      throw new Error("no");
    },
    "no response": async () => undefined,
    "a followed redirect": async () => Object.defineProperty(new Response("{}"), "redirected", { value: true }),
    "a length over the limit": async () => new Response("{}", { headers: { "content-length": String(MAX_DOCUMENT_BYTES + 1) } }),
    "a body over the limit": async () => new Response(new Uint8Array(MAX_DOCUMENT_BYTES + 1)),
    "a body without end": async () => new Response(new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(65_536)) })),
  };
  for (const [name, fetch] of Object.entries(wrong)) assert.equal(await fetcher(fetch)(URL), undefined, name);
});

test("a body of exactly the limit is read", async () => {
  const bytes = await fetcher(async () => new Response(new Uint8Array(MAX_DOCUMENT_BYTES)))(URL);
  assert.equal(bytes.length, MAX_DOCUMENT_BYTES);
});

test("an abort ends the waiting, even where fetch does not heed it", async () => {
  const controller = new AbortController();
  const pending = fetcher(() => new Promise(() => {}), controller.signal)(URL);
  controller.abort();
  assert.equal(await pending, undefined);
});

test("without a fetch of the caller's, only plain https of public hosts is asked", async (context) => {
  const asked = [];
  context.mock.method(globalThis, "fetch", async (url) => {
    asked.push(url);
    return new Response("{}");
  });
  const fetchDocument = fetcher(undefined);
  const refused = [
    "http://issuer.example/", "file:///etc/hosts", "data:,{}", "https://user:word@issuer.example/", "nonsense",
    "https://localhost/", "https://localhost./", "https://localhost../", "https://a.localhost/", "https://intranet/", "https://printer.local/",
    "https://db.internal/", "https://router.home.arpa/", "https://127.0.0.1/", "https://0x7f.1/", "https://2130706433/",
    "https://10.0.0.1:8443/", "https://93.184.216.34/", "https://[::1]/", "https://[fe80::1]/", "https://①②⑦.0.0.1/",
  ];
  for (const url of refused) assert.equal(await fetchDocument(url), undefined, url);
  assert.notEqual(await fetchDocument(URL), undefined);
  assert.deepEqual(asked, [URL]);
});

test("a redirect that was handed back instead of followed is no document", async () => {
  const moved = async () => new Response(null, { status: 302, headers: { location: "https://elsewhere.example/" } });
  assert.equal(await fetcher(moved)(URL), undefined);
});
