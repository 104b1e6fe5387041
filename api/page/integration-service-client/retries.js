/** When a lost request is sent again. */

import { DrainingError, LogUnavailableError, TimedOutError, UnreachableError } from "./errors.js";

const FIRST_PAUSE_MS = 250;

/** Whether a retry may help. Each request can be sent twice: the gateway recognizes it. */
export function mayPass(/** @type {unknown} */ error) {
  return (
    error instanceof UnreachableError ||
    error instanceof TimedOutError ||
    error instanceof LogUnavailableError ||
    error instanceof DrainingError
  );
}

/**
 * Wait after a failed attempt: longer after each.
 *
 * @param {number} attempt from 0
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<void>}
 */
export function pauseAfter(attempt, signal) {
  return new Promise((resolve, reject) => {
    // Its own signal: Node warns of a leak if many calls listen to one.
    const stopped = AbortSignal.any(signal ? [signal] : []);
    const stop = () => {
      clearTimeout(timer);
      reject(stopped.reason);
    };
    const timer = setTimeout(() => {
      stopped.removeEventListener("abort", stop);
      resolve();
    }, FIRST_PAUSE_MS * 2 ** attempt);
    stopped.addEventListener("abort", stop, { once: true });
  });
}
