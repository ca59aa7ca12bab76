// What Node asks with by default: it looks at the addresses that names lead to. The package's own file, with servers and
// names that the test makes up.

import assert from "node:assert/strict";
import { Agent, createServer, request } from "node:http";
import { BlockList } from "node:net";
import { after, test } from "node:test";
import { createNodeFetch } from "../js/node-fetch.js";

const server = createServer((incoming, response) => {
  if (incoming.url === "/moved") return response.writeHead(302, { location: "/document" }).end();
  if (incoming.url === "/endless") return response.write("x");
  return response.writeHead(200, { "cache-control": "max-age=60" }).end(incoming.headers["user-agent"]);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
after(() => server.close());
const { port } = server.address();

/** A name service in which every name leads to these addresses. */
const leadsTo = (...addresses) => (host, options, done) =>
  done(null, addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })));

/** Plain http, and no address refused but those given: the test's server is a local one. */
const local = (refused = new BlockList()) => createNodeFetch({ request, agent: Agent, lookup: leadsTo("127.0.0.1"), refused });

const init = () => ({ headers: { accept: "application/json" }, signal: AbortSignal.timeout(5000) });

test("a document is fetched, with the headers that say how long it may be kept", async () => {
  const response = await local()(`http://issuer.example:${port}/document`, init());
  assert.equal(await response.text(), "accolade-verifier");
  assert.equal(response.headers.get("cache-control"), "max-age=60");
});

test("any other answer than the document is a failure", async () => {
  await assert.rejects(local()(`http://issuer.example:${port}/moved`, init()), /302/);
});

test("an abort ends a request that waits, and a body that does not end", async () => {
  const controller = new AbortController();
  const response = await local()(`http://issuer.example:${port}/endless`, { ...init(), signal: controller.signal });
  const reading = response.text();
  controller.abort();
  await assert.rejects(reading);
  await assert.rejects(local()(`http://issuer.example:${port}/document`, { ...init(), signal: AbortSignal.abort() }));
});

test("a name that leads to an address that is not public is not asked", async () => {
  for (const address of [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fc00::1", "fd12:3456::1", "fe80::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "64:ff9b::7f00:1", "2002:7f00:1::", "::7f00:1", "fec0::1", "200::1", "3fff::1", "5f00::1", "192.88.99.1",
  ]) {
    const fetch = createNodeFetch({ request, agent: Agent, lookup: leadsTo(address) });
    await assert.rejects(fetch(`http://issuer.example:${port}/document`, init()), /not public/, address);
  }
});

test("one local address among public ones is enough to refuse", async () => {
  const fetch = createNodeFetch({ request, agent: Agent, lookup: leadsTo("93.184.216.34", "127.0.0.1") });
  await assert.rejects(fetch(`http://issuer.example:${port}/document`, init()), /not public/);
});

test("public addresses are asked", async () => {
  const asked = [];
  // Nothing is sent: the agent stands in for the connection and only looks up whom it would connect to.
  class Lookup extends Agent {
    createConnection(options, done) {
      this.options.lookup(options.host, { all: true }, (error, addresses) => {
        asked.push(...addresses.map(({ address }) => address));
        done(new Error("looked up"));
      });
    }
  }
  const addresses = ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"];
  const fetch = createNodeFetch({ request, agent: Lookup, lookup: leadsTo(...addresses) });
  await assert.rejects(fetch("http://issuer.example/document", init()), /looked up/);
  assert.deepEqual(asked, addresses);
});
