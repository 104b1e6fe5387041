/** Requests that are made again when a gateway that went away is back. */

import { troubleOf } from "../notices.js";

/** @typedef {import("../notices.js").Trouble} Trouble */

/**
 * What `ask` gives, asked again as often as it takes while the gateway is away. `lost` says why, and
 * calls `again` when the gateway is back or somebody wants it; `back` hears that it is asked again.
 *
 * @template T
 * @param {() => Promise<T>} ask
 * @param {AbortSignal} stop
 * @param {{ lost: (trouble: Trouble, again: () => void) => void, back: () => void }} tell
 * @returns {Promise<T>}
 * @throws what `ask` throws, if it does not pass by itself
 */
export async function untilBack(ask, stop, { lost, back }) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const trouble = troubleOf(error);
      if (stop.aborted || !trouble.passes) throw error;
      await new Promise((resolve, reject) => {
        stop.addEventListener("abort", reject, { once: true });
        lost(trouble, () => resolve(null));
      });
      back();
    }
  }
}
