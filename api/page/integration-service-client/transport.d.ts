export class Transport {
    /**
     * @param {() => string} baseUrl
     * @param {typeof globalThis.fetch | undefined} fetch
     * @param {number} timeoutMs
     * @param {number} retries
     */
    constructor(baseUrl: () => string, fetch: typeof globalThis.fetch | undefined, timeoutMs: number, retries: number);
    baseUrl: () => string;
    fetch: typeof fetch | undefined;
    timeoutMs: number;
    retries: number;
    /** The answer's JSON. @param {Request} request @returns {Promise<any>} */
    json(request: Request): Promise<any>;
    /** The answer as text. @param {Request} request @returns {Promise<string>} */
    text(request: Request): Promise<string>;
    /**
     * Each line of the answer as it comes, as JSON. It is not asked for again, and its time is not
     * limited unless `timeoutMs` is given. Who stops reading ends the request.
     *
     * @param {Request} request
     * @returns {AsyncGenerator<any, void, void>}
     */
    lines(request: Request): AsyncGenerator<any, void, void>;
    #private;
}
export type Problem = import("./errors.js").Problem;
/**
 * `timeoutMs` is for each attempt, and `retries` how many follow the first.
 */
export type CallOptions = {
    signal?: AbortSignal;
    timeoutMs?: number;
    retries?: number;
};
export type Request = {
    method: "GET" | "POST" | "DELETE";
    path: string;
    /**
     * sent as JSON
     */
    body?: unknown;
    options?: CallOptions | undefined;
};
