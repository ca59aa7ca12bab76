// What the whole package can do and `accolade-verifier/slim` can not.

import { readBytes, readText } from "./arguments.js";

export { checkSignature } from "./signatures.js";

/** The functions beside those of every entry. */
export function furtherFunctions(instance) {
  return {
    async bake(image, credential) {
      const text = readText(credential, "credential");
      const bytes = await readBytes(image, "image");
      await instance.ready();
      return instance.call((wasm) => wasm.bake(bytes, text));
    },

    async canonicalize(document) {
      const text = readText(document, "document");
      await instance.ready();
      return instance.call((wasm) => wasm.canonicalize(text));
    },
  };
}
