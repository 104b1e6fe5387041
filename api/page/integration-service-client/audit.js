/** Calls that check the log. */

import { errorOf, UnreachableError } from "./errors.js";
import { AUDIT, query } from "./paths.js";

/** @import { CallOptions, Inclusion, VerifyProgress, VerifyReport } from "./index.js" */

const TEXT = "text/plain";
const JSON_LINES = "application/x-ndjson";

/** @param {import("./transport.js").Transport} transport */
export const auditCalls = (transport) => ({
  /**
   * A checkpoint: a signed note of the log's size and root hash.
   *
   * @param {CallOptions} [options]
   * @returns {Promise<string>}
   * @throws {CallError | LogUnavailableError}
   */
  getCheckpoint: (options) =>
    transport.text({ method: "GET", path: `${AUDIT}/checkpoint`, type: TEXT, options }),

  /**
   * A checkpoint that is stored in the log too.
   *
   * @param {CallOptions} [options]
   * @returns {Promise<string>}
   * @throws {CallError | LogUnavailableError}
   */
  storeCheckpoint: (options) =>
    transport.text({ method: "POST", path: `${AUDIT}/checkpoint`, type: TEXT, options }),

  /**
   * The public key of the checkpoints' signatures.
   *
   * @param {CallOptions} [options]
   * @returns {Promise<string>}
   * @throws {CallError | LogUnavailableError}
   */
  getAuditKey: (options) =>
    transport.text({ method: "GET", path: `${AUDIT}/key`, type: TEXT, options }),

  /**
   * The proof that an event is in the log of a checkpoint.
   *
   * @param {number} position of the event
   * @param {number} [size] of the checkpoint
   * @param {CallOptions} [options]
   * @returns {Promise<Inclusion>}
   * @throws {CallError | InvalidInputError | LogUnavailableError}
   */
  getInclusion: (position, size, options) =>
    transport.get(`${AUDIT}/inclusion${query({ position, size })}`, "proof", options),

  /**
   * Check whether the whole log is consistent. Only a checkpoint that somebody kept elsewhere
   * shows that it was not rewritten (`coverage`). The check can take long: `onProgress` gets its
   * progress. It is not retried, and has no time limit unless `timeoutMs` is given. RefusedError:
   * the log is in memory and has no file to check.
   *
   * @param {CallOptions & { onProgress?: ((progress: VerifyProgress) => void) | undefined }} [options]
   * @returns {Promise<VerifyReport>}
   * @throws {CallError | LogUnavailableError}
   */
  async verifyLog({ onProgress, ...options } = {}) {
    const request = /** @type {const} */ ({
      method: "POST", path: `${AUDIT}/verify`, type: JSON_LINES, options,
    });
    for await (const line of transport.lines(request)) {
      if ("holds" in line) return line;
      if ("type" in line) throw errorOf(line);
      onProgress?.(line);
    }
    throw new UnreachableError("The gateway stopped before it sent its report.");
  },
});
