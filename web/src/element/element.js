// <open-badge-verifier>: a desk in somebody else's page. Defining it is another module's business (define.js).

import { Desk } from "../desk.js";
import { fetchDocument } from "../documents.js";
import { listenToControls, listenToTransfers } from "../intake.js";
import { el } from "../view/dom.js";
import { engraving } from "../view/engraving.js";
import { intake } from "../view/intake.js";
import { bestLanguage, loadPhrases } from "../words/index.js";
import styles from "../../styles/element.css";

/** Its headings begin here: the page around it has its own first one. */
const LEVEL = 2;

/**
 * The verifier itself fetches over https only. A page without it is one that is tried out, and gets its own site's documents, too.
 */
const OWN_FETCH = location.protocol === "http:" ? { fetch: fetchDocument } : {};

let sheet;

/** Checks an Open Badge on the visitor's device: the one at `src`, or, without `src`, those that are handed in. */
export class OpenBadgeVerifierElement extends HTMLElement {
  static observedAttributes = ["src", "lang", "compact"];

  #desk;
  #frame;
  #head;
  #body;
  #section;
  #phrases;
  #listening = new AbortController();
  #options = {};

  /** The address of the badge, as written. */
  get src() {
    return this.getAttribute("src") ?? "";
  }

  set src(address) {
    this.setAttribute("src", address);
  }

  /** Whether the ten checks are folded away and the certificate is small. */
  get compact() {
    return this.hasAttribute("compact");
  }

  set compact(compact) {
    this.toggleAttribute("compact", Boolean(compact));
  }

  /** What `verify` is called with: policy, trust, fetch. Set it before a badge is handed in. */
  get options() {
    return this.#options;
  }

  set options(options) {
    this.#options = options ?? {};
  }

  /** The report of the badge that is shown, if there is one. */
  get report() {
    return this.#desk?.standing.report;
  }

  /**
   * Checks a badge: a file, its bytes, its text, or an address.
   *
   * @param {File | Blob | Uint8Array | string} badge
   * @returns {Promise<object | undefined>} the report, unless none could be had or a later badge came first
   */
  verify(badge) {
    this.#furnish();
    return this.#desk.take(badge);
  }

  connectedCallback() {
    for (const name of ["src", "compact", "options"]) this.#adopt(name);
    this.#furnish();
    this.#speak();
    if (this.#desk.standing.state === "welcome") this.#open();
  }

  disconnectedCallback() {
    // Moved within the page, an element is disconnected and connected again at once, and keeps its badge.
    queueMicrotask(() => this.isConnected || this.#desk.clear());
  }

  attributeChangedCallback(name, before, now) {
    if (!this.isConnected || this.#desk === undefined || before === now) return;
    if (name === "src") this.#open();
    else if (name === "lang") this.#speak();
    else if (this.#phrases !== undefined) this.#say();
  }

  // A property that was set before the element was defined hides the accessor of the class.
  #adopt(name) {
    if (!Object.hasOwn(this, name)) return;
    const value = this[name];
    delete this[name];
    this[name] = value;
  }

  // What stands between the tags stays in sight until there are words to replace it with.
  #furnish() {
    if (this.#desk !== undefined) return;
    const root = this.attachShadow({ mode: "open" });
    sheet ??= styleSheet();
    root.adoptedStyleSheets = [sheet];
    root.append(el("slot"));
    this.#head = el("div", { class: "verdict", id: "verdict", "aria-live": "polite", "aria-atomic": "true" });
    const result = el("div", { class: "result", id: "result" });
    this.#body = el("div", { class: "body", part: "body" }, result);
    this.#frame = el(
      "div",
      { class: "verifier", part: "verifier" },
      el("div", { class: "head", part: "head" }, engraving(), this.#head),
      this.#body,
    );
    this.#desk = new Desk({
      root: this.#frame,
      head: this.#head,
      result,
      level: LEVEL,
      folded: () => this.compact,
      options: () => ({ ...OWN_FETCH, ...this.#options }),
      onChange: (standing) => this.#tell(standing),
    });
  }

  async #speak() {
    const language = bestLanguage([this.lang || this.closest("[lang]")?.lang || document.documentElement.lang]);
    const phrases = await loadPhrases(language).catch(() => undefined);
    // Without words there is nothing to show, and what stands between the tags stays.
    if (phrases === undefined) return;
    this.#phrases = phrases;
    this.#say();
    if (this.#frame.parentNode === null) this.shadowRoot.replaceChildren(this.#frame);
  }

  // Everything that is shown, anew.
  #say() {
    this.#frame.lang = this.#phrases.words.language;
    this.#frame.toggleAttribute("data-compact", this.compact);
    this.#desk.speak(this.#phrases);
    this.#arrange();
  }

  // The controls stand where badges are handed in: not where the page has chosen one.
  #arrange() {
    this.#listening.abort();
    this.#section?.remove();
    this.#section = undefined;
    if (this.#phrases === undefined || this.hasAttribute("src")) return;
    this.#listening = new AbortController();
    const { section, file, form } = intake({ phrases: this.#phrases, level: LEVEL });
    this.#section = section;
    this.#body.append(section);
    const take = (badge) => this.#desk.take(badge);
    listenToControls({ file, form }, take);
    listenToTransfers({ scope: this.#frame, root: this.#frame, signal: this.#listening.signal }, take);
  }

  #open() {
    this.#arrange();
    if (!this.hasAttribute("src")) {
      this.#desk.clear();
      return;
    }
    if (URL.canParse(this.src, document.baseURI)) this.#desk.takeFrom(new URL(this.src, document.baseURI));
    else this.#desk.answer(async () => ({ fault: "not_found" }));
  }

  #tell({ state, report, fault }) {
    const say = (type, detail) => this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
    if (report !== undefined) say("badge-report", { report });
    if (fault !== undefined) say("badge-fault", { fault });
    if (state === "busy" && this.#section !== undefined) this.#head.scrollIntoView?.({ block: "nearest" });
  }
}

// Built by script and not by a <style>, which a strict policy of the page around would refuse.
function styleSheet() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  return sheet;
}
