// Notices that `make`, which started this, is gone or is to end. It passes a TERM on to what it runs; an INT or a HUP that is
// sent to it alone it does not, and waits.

import { readFileSync } from "node:fs";

const INTERVAL_MS = 500;
/** SIGHUP, SIGINT and SIGTERM, as bits of a signal mask. */
const ENDING = (1n << 0n) | (1n << 1n) | (1n << 14n);

/** Calls `ended` once, if `make` started this process and is gone or was told to end. */
export function watchMake(ended) {
  if (!process.env.MAKELEVEL) return;
  const parent = process.ppid;
  const caught = caughtSignals(parent);
  const timer = setInterval(() => {
    // make gives up its handler of a signal as soon as it is handled.
    if (process.ppid === parent && caughtSignals(parent) === caught) return;
    clearInterval(timer);
    ended();
  }, INTERVAL_MS);
  timer.unref();
}

/** Which of those signals a process handles, where the system tells; elsewhere always the same. */
function caughtSignals(pid) {
  try {
    const [, mask] = readFileSync(`/proc/${pid}/status`, "utf8").match(/^SigCgt:\s*([0-9a-f]+)$/m);
    return BigInt(`0x${mask}`) & ENDING;
  } catch {
    return undefined;
  }
}
