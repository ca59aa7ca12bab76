// The one WebAssembly instance: made when it is first needed, replaced after a trap.

/**
 * A trap leaves the memory of an instance in an unknown state, so nothing may run in it afterwards.
 * The message that callers see; the trap itself is its cause.
 */
export class VerifierStoppedError extends Error {
  constructor(cause) {
    super("the verifier stopped unexpectedly and was restarted; this call has no result", { cause });
    this.name = "VerifierStoppedError";
  }
}

/** Whether the boundary threw this on purpose: those are plain errors; traps and exhausted stacks are of other types. */
export function isOrderly(error) {
  return error !== null && typeof error === "object" && Object.getPrototypeOf(error) === Error.prototype;
}

/**
 * @param {object} glue what wasm-bindgen generated
 * @param {() => Promise<void>} load how this platform gets the module into the glue
 */
export function createInstance(glue, load) {
  let loading;
  let generation = 0;

  return {
    /** Resolves when calls may be made. A failed load is tried again by the next caller. */
    ready() {
      loading ??= load().catch((cause) => {
        loading = undefined;
        throw new Error("the verifier's WebAssembly module could not be loaded", { cause });
      });
      return loading;
    },

    /** Counts the instances: what belongs to an earlier one must not be used any more. */
    get generation() {
      return generation;
    },

    /** Runs `work(glue)`; errors that the boundary reports pass through, anything else replaces the instance. */
    call(work) {
      try {
        return work(glue);
      } catch (error) {
        if (isOrderly(error)) throw error;
        generation += 1;
        glue.__wbg_reset_state();
        throw new VerifierStoppedError(error);
      }
    },
  };
}
