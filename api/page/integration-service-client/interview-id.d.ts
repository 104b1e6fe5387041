/**
 * A random UUID. Browsers have `randomUUID` only on pages from https or from this machine.
 *
 * @returns {string}
 */
export function newInterviewId(): string;
