// The host of the core: the core has no network and no clock, so this hands it both. It knows nothing of badges.

import { readBytes, readInput, readOptions, readSettings } from "./arguments.js";
import { createDocumentCache } from "./cache.js";
import { createDocumentFetcher } from "./documents.js";
import { createInstance, isOrderly } from "./instance.js";

/**
 * Most times that the core may ask. A badge takes five: its issuer's document, the signature, the status lists, their
 * issuers' documents, their signatures; the deepest that a badge can stand in a presentation takes sixteen.
 */
const MAX_ROUNDS = 16;

/** Most documents for one verification; further ones could not be had. */
const MAX_DOCUMENTS = 100;

/**
 * The package's functions on one platform.
 *
 * @param {object} platform
 * @param {object} platform.glue what wasm-bindgen generated
 * @param {() => Promise<void>} platform.load gets the module into the glue
 * @param {RequestInit} platform.requestInit see documents.js
 * @param {typeof fetch} [platform.platformFetch] see documents.js
 * @param {Function} [platform.checkSignature] see signatures.js; without it the core has no signature for the host to check
 * @param {(instance: object) => object} [platform.furtherFunctions] see whole.js
 */
export function createApi({ glue, load, requestInit, platformFetch, checkSignature, furtherFunctions }) {
  const instance = createInstance(glue, load);
  const further = furtherFunctions?.(instance);

  async function extract(image) {
    const bytes = await readBytes(image, "image");
    await instance.ready();
    return instance.call((wasm) => wasm.extract(bytes));
  }

  async function codes() {
    await instance.ready();
    return instance.call((wasm) => wasm.codes());
  }

  function createVerifier(settings) {
    const own = readSettings(settings);
    const cache = own.cache && createDocumentCache(own.cache);

    async function verify(input, options) {
      const { fetch, policy, documents, nowMillis, signal } = readOptions(options);
      const policyJson = JSON.stringify({ ...own.policy, ...policy });
      const policyName = Object.keys(policy).length > 0 ? "options.policy" : "settings.policy";
      const content = await readInput(input);
      signal?.throwIfAborted();
      await instance.ready();
      const brought = { ...own.documents, ...documents };
      const check = (cache) => {
        const fetcher = () =>
          createDocumentFetcher({ documents: brought, fetch: fetch ?? own.fetch, platformFetch, signal, requestInit, cache });
        return run(instance, content, { policyJson, policyName, nowMillis, signal, checkSignature }, fetcher);
      };
      // What another fetch brought is not what this one would bring.
      if (cache === undefined || fetch !== undefined) return check(undefined);
      let isFresh = true;
      const get = (url) => {
        const document = cache.get(url);
        isFresh &&= document === undefined;
        return document;
      };
      const report = await check({ get, put: cache.put });
      // A key may have been added since: only a yes is given on what was kept.
      return isFresh || report.outcome === "verified" ? report : check({ get: () => undefined, put: cache.put });
    }

    return { verify, extract, ...further };
  }

  const { verify } = createVerifier({ cache: false });
  return { verify, extract, ...further, codes, createVerifier };
}

async function run(instance, content, settings, fetcher) {
  const documents = new Map();
  let fetchDocument;
  let generation;
  let number;
  try {
    for (let round = 1; round <= 2 * MAX_ROUNDS; round += 1) {
      // Another call's trap may have replaced the instance while this one waited: start anew, with the documents at hand.
      if (generation !== instance.generation) {
        number = start(instance, content, settings);
        generation = instance.generation;
      }
      const answer = JSON.parse(instance.call((wasm) => wasm.step(number)));
      if (answer.needs === undefined) return answer;

      const { documents: urls, signatures: checks } = answer.needs;
      // Past the limit nothing is fetched any more, and the core concludes from what it has.
      if (round <= MAX_ROUNDS) await fetchAll(urls, documents, (fetchDocument ??= fetcher()));
      const answers = await Promise.all(checks.map((check) => settings.checkSignature?.(check)));
      settings.signal?.throwIfAborted();
      if (generation !== instance.generation) continue;
      for (const url of urls) instance.call((wasm) => wasm.supplyDocument(number, url, documents.get(url)));
      checks.forEach(({ id }, index) => instance.call((wasm) => wasm.supplySignature(number, id, answers[index])));
    }
    throw new Error("the core asked without end");
  } finally {
    if (generation === instance.generation) instance.call((wasm) => wasm.end(number));
  }
}

function start(instance, content, { policyJson, policyName, nowMillis }) {
  try {
    return instance.call((wasm) => wasm.start(content, policyJson, nowMillis));
  } catch (error) {
    // The one thing that the boundary refuses here is a policy that it can not read.
    throw isOrderly(error) ? new TypeError(`\`${policyName}\`: ${error.message}`) : error;
  }
}

async function fetchAll(urls, documents, fetchDocument) {
  const missing = urls.filter((url) => !documents.has(url)).slice(0, MAX_DOCUMENTS - documents.size);
  const answers = await Promise.all(missing.map(fetchDocument));
  missing.forEach((url, index) => documents.set(url, answers[index]));
}
