// Where badges are handed in and answered. The page is one desk, and so is every element.

import { verify } from "accolade-verifier";
import { badgeAddress, fetchBadge, openBadge } from "./badges.js";
import { held } from "./view/held.js";
import { ledger } from "./view/ledger.js";
import { sheet } from "./view/sheet.js";
import { plainHead, verdictHead } from "./view/verdict.js";

/**
 * What is shown: before any badge, while one is checked, why none could be had, or a report with its source.
 *
 * @typedef {{state: "welcome"} | {state: "busy"} | {state: "fault", fault: string} |
 *   {state: "verified" | "rejected" | "indeterminate", report: object, source: import("./badges.js").Source,
 *   recipient?: string}} Standing
 */

export class Desk {
  // Counts the badges handed in, so that a slow verification does not overwrite a later one's verdict.
  #turn = 0;
  #ending = new AbortController();
  /** @type {Standing} */
  #standing = { state: "welcome" };
  #parts;
  #phrases;
  /** @type {import("./badges.js").Opened | undefined} the badge that the report is about */
  #opened;

  /**
   * @param {object} parts
   * @param {HTMLElement} parts.root carries the state, for styles and tests
   * @param {HTMLElement} parts.head gets the verdict
   * @param {HTMLElement} parts.result gets the certificate and the checks
   * @param {number} parts.level of the verdict's heading
   * @param {() => boolean} [parts.folded] whether the checks are folded away
   * @param {() => object} [parts.options] for the verifier, asked for at each badge
   * @param {(url: URL, signal: AbortSignal) => Promise<import("./badges.js").Opened>} [parts.openAddress]
   * @param {(standing: Standing) => void} [parts.onChange] called after the standing has changed and is shown
   */
  constructor(parts) {
    this.#parts = { folded: () => false, options: () => ({}), openAddress: fetchBadge, onChange: () => {}, ...parts };
  }

  /** What is shown now. */
  get standing() {
    return this.#standing;
  }

  /** Says everything in these words from now on. */
  speak(phrases) {
    this.#phrases = phrases;
    this.#render();
  }

  /** Takes a badge: a file, its bytes, its text, or the address where it lies. */
  take(badge) {
    const text = typeof badge === "string" ? badge.trim() : undefined;
    const address = text === undefined ? undefined : badgeAddress(text);
    if (address !== undefined) return this.takeFrom(address);
    return this.answer(() => openBadge(text ?? badge));
  }

  /** Takes the badge that lies at an address. */
  takeFrom(address) {
    return this.answer((signal) => this.#parts.openAddress(address, signal));
  }

  /** Checks the badge again, and whether it was awarded to a person whose identifier the visitor knows. */
  async compare(recipient) {
    const opened = this.#opened;
    if (opened === undefined) return undefined;
    const report = await this.answer(async () => opened, recipient);
    this.#parts.result.querySelector(".compare input")?.focus({ preventScroll: true });
    return report;
  }

  /**
   * One badge from start to verdict: `open` gets its content, or says why it could not be had.
   *
   * @param {(signal: AbortSignal) => Promise<import("./badges.js").Opened>} open
   * @param {string} [recipient] to compare with
   * @returns {Promise<object | undefined>} the report, unless there is none or a later badge came first
   */
  async answer(open, recipient) {
    const mine = this.#begin();
    const { signal } = this.#ending;
    this.#show({ state: "busy" });
    const { standing, opened } = await this.#examine(open, recipient, signal);
    if (mine !== this.#turn) {
      standing.source?.release?.();
      return undefined;
    }
    this.#opened = opened;
    this.#show(standing);
    return standing.report;
  }

  /** Forgets the badge, and stops waiting for one. */
  clear() {
    this.#begin();
    this.#show({ state: "welcome" });
  }

  #begin() {
    this.#ending.abort();
    this.#ending = new AbortController();
    this.#turn += 1;
    this.#opened = undefined;
    return this.#turn;
  }

  async #examine(open, recipient, signal) {
    const opened = await open(signal);
    const { input, source = () => ({ downloads: [] }), fault } = opened;
    if (fault !== undefined) return { standing: { state: "fault", fault } };
    const options = this.#parts.options();
    const policy = recipient === undefined ? options.policy : { ...options.policy, recipient };
    try {
      const report = await verify(input, { ...options, policy, signal });
      return { standing: { state: report.outcome, report, source: await source(), recipient }, opened };
    } catch {
      return { standing: { state: "fault", fault: "verifier" } };
    }
  }

  #show(standing) {
    const before = this.#standing;
    this.#standing = standing;
    this.#render();
    before.source?.release?.();
    this.#parts.onChange(standing);
  }

  #render() {
    if (this.#phrases === undefined) return;
    const { root, head, result, level, folded } = this.#parts;
    const { state, report, source, fault, recipient } = this.#standing;
    const compare = (known) => this.compare(known);
    const setting = { phrases: this.#phrases, level, folded: folded(), recipient, compare };
    const { words } = this.#phrases;
    root.dataset.state = state;
    head.setAttribute("aria-busy", String(state === "busy"));
    if (report !== undefined) {
      head.replaceChildren(...verdictHead(report, setting));
      const inside = held(report, setting);
      // A presentation of several badges has nothing to say of its own: they stand where the certificate would.
      const speaks = inside === null || !report.claims?.type.includes("VerifiablePresentation");
      const parts = speaks ? [sheet(report, source, setting), ledger(report, setting), inside] : [inside, ledger(report, setting)];
      result.replaceChildren(...parts.filter((part) => part !== null));
      return;
    }
    head.replaceChildren(...plainHead(fault === undefined ? words[state] : words.faults[fault], setting));
    result.replaceChildren();
  }
}
