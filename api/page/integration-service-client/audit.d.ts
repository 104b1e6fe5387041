export function auditCalls(transport: import("./transport.js").Transport): {
    /**
     * A checkpoint: a signed note of the log's size and root hash.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<string>}
     * @throws {CallError | LogUnavailableError}
     */
    getCheckpoint: (options?: CallOptions) => Promise<string>;
    /**
     * A checkpoint that is stored in the log too.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<string>}
     * @throws {CallError | LogUnavailableError}
     */
    storeCheckpoint: (options?: CallOptions) => Promise<string>;
    /**
     * The public key of the checkpoints' signatures.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<string>}
     * @throws {CallError | LogUnavailableError}
     */
    getAuditKey: (options?: CallOptions) => Promise<string>;
    /**
     * The proof that an event is in the log of a checkpoint.
     *
     * @param {number} position of the event
     * @param {number} [size] of the checkpoint
     * @param {CallOptions} [options]
     * @returns {Promise<Inclusion>}
     * @throws {CallError | InvalidInputError | LogUnavailableError}
     */
    getInclusion: (position: number, size?: number, options?: CallOptions) => Promise<Inclusion>;
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
    verifyLog({ onProgress, ...options }?: CallOptions & {
        onProgress?: ((progress: VerifyProgress) => void) | undefined;
    }): Promise<VerifyReport>;
};
import type { CallOptions } from "./index.js";
import type { Inclusion } from "./index.js";
import type { VerifyReport } from "./index.js";
import type { VerifyProgress } from "./index.js";
