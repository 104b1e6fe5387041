/** Whether a retry may help. Each request can be sent twice: the gateway recognizes it. */
export function mayPass(error: unknown): error is UnreachableError | TimedOutError | LogUnavailableError | DrainingError;
/**
 * Wait after a failed attempt: longer after each.
 *
 * @param {number} attempt from 0
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<void>}
 */
export function pauseAfter(attempt: number, signal: AbortSignal | undefined): Promise<void>;
import { UnreachableError } from "./errors.js";
import { TimedOutError } from "./errors.js";
import { LogUnavailableError } from "./errors.js";
import { DrainingError } from "./errors.js";
