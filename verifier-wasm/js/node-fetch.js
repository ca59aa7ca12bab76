// Node's own `fetch` connects to whatever address a name leads to, so that a badge could make a server talk to its own
// network. This one looks at the address that it is about to connect to, and asks nothing but https.

import { lookup as systemLookup } from "node:dns";
import { Agent, request as systemRequest } from "node:https";
import { BlockList } from "node:net";
import { Readable } from "node:stream";

/** What is not "globally reachable" in IANA's registries of special-purpose addresses (RFC 6890), and multicast. */
const IPV4_NETWORKS = [
  ["0.0.0.0", 8], ["10.0.0.0", 8], ["100.64.0.0", 10], ["127.0.0.0", 8], ["169.254.0.0", 16], ["172.16.0.0", 12],
  ["192.0.0.0", 24], ["192.0.2.0", 24], ["192.88.99.0", 24], ["192.168.0.0", 16], ["198.18.0.0", 15], ["198.51.100.0", 24], ["203.0.113.0", 24],
  ["224.0.0.0", 4], ["240.0.0.0", 4],
];
/**
 * Whatever is not global unicast, 2000::/3 (RFC 4291 §2.4), but for addresses of IPv4 in their IPv6 form, which are held against
 * the list above; and what of it is not public, or carries an IPv4 address inside (RFC 3056, RFC 4380).
 */
const IPV6_NETWORKS = [
  ["::", 81], ["64::", 16], ["100::", 8], ["200::", 7], ["400::", 6], ["800::", 5], ["1000::", 4], ["4000::", 2], ["8000::", 1],
  ["2001::", 23], ["2001:db8::", 32], ["2002::", 16], ["3fff::", 20],
];

const LOCAL_NETWORKS = new BlockList();
IPV4_NETWORKS.forEach(([network, prefix]) => LOCAL_NETWORKS.addSubnet(network, prefix, "ipv4"));
IPV6_NETWORKS.forEach(([network, prefix]) => LOCAL_NETWORKS.addSubnet(network, prefix, "ipv6"));

/**
 * @param {object} [system] what stands in for the system's own parts in tests
 * @returns {(url: string, init: {headers: object, signal: AbortSignal}) => Promise<Response>} rejects unless the answer is 200
 */
export function createNodeFetch({ request = systemRequest, lookup = systemLookup, agent = Agent, refused = LOCAL_NETWORKS } = {}) {
  function guardedLookup(host, options, done) {
    lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error);
      const isLocal = ({ address, family }) => refused.check(address, family === 6 ? "ipv6" : "ipv4");
      if (addresses.some(isLocal)) return done(new Error(`${host} leads to an address that is not public`));
      return options.all ? done(null, addresses) : done(null, addresses[0].address, addresses[0].family);
    });
  }
  // Connections of its own: one that other code has opened was not looked at.
  const connections = new agent({ keepAlive: true, lookup: guardedLookup });

  return (url, { headers, signal }) =>
    new Promise((resolve, reject) => {
      // Some servers refuse whoever does not say who asks.
      const call = request(url, { headers: { ...headers, "user-agent": "accolade-verifier" }, signal, agent: connections });
      call.on("error", reject);
      call.on("response", (message) => {
        if (message.statusCode !== 200) {
          message.destroy();
          reject(new Error(`the server answered ${message.statusCode}`));
          return;
        }
        const known = Object.entries(message.headers).filter(([, value]) => typeof value === "string");
        resolve(new Response(Readable.toWeb(message), { headers: known }));
      });
      call.end();
    });
}
