// Defines <open-badge-verifier>. Whoever wants another name imports the class and defines it so.

import { OpenBadgeVerifierElement } from "./element.js";

export { OpenBadgeVerifierElement };

if (customElements.get("open-badge-verifier") === undefined) {
  customElements.define("open-badge-verifier", OpenBadgeVerifierElement);
}
