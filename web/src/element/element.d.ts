import type { Report, VerifyOptions } from "accolade-verifier";

/** Why no verdict could be had at all. */
export type BadgeFault = "not_found" | "private" | "unreachable" | "web_page" | "unreadable_file" | "verifier";

/** `<open-badge-verifier>`: checks the badge at `src`, or, without `src`, those that are handed in. */
export class OpenBadgeVerifierElement extends HTMLElement {
  src: string;
  /** Folds the checks away and makes the certificate small. */
  compact: boolean;
  /** What `verify` is called with. Set it before a badge is handed in. */
  options: VerifyOptions;
  /** The report of the badge that is shown, if there is one. */
  readonly report: Report | undefined;
  /** Checks a badge: a file, its bytes, its text, or an address. */
  verify(badge: File | Blob | Uint8Array | string): Promise<Report | undefined>;
}

/** A verdict was reached and is shown. */
export type BadgeReportEvent = CustomEvent<{ readonly report: Report }>;

/** No verdict could be had. */
export type BadgeFaultEvent = CustomEvent<{ readonly fault: BadgeFault }>;

declare global {
  interface HTMLElementTagNameMap {
    "open-badge-verifier": OpenBadgeVerifierElement;
  }
  interface HTMLElementEventMap {
    "badge-report": BadgeReportEvent;
    "badge-fault": BadgeFaultEvent;
  }
}
