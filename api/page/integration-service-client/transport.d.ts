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
    /**
     * The answer's JSON, if it has the member by which it is known: other services answer JSON too.
     *
     * @template Reply
     * @param {Request} request
     * @param {keyof Reply} known
     * @returns {Promise<Reply>}
     */
    json<Reply>(request: Request, known: keyof Reply): Promise<Reply>;
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
 * `signal` ends the call. `timeoutMs` is for each attempt, 0 for no limit, and `retries` how many
 * follow the first; where they are left out, the client's own hold.
 */
export type CallOptions = {
    signal?: AbortSignal | undefined;
    timeoutMs?: number | undefined;
    retries?: number | undefined;
};
export type Request = {
    method: "GET" | "POST" | "DELETE";
    path: string;
    /**
     * sent as JSON
     */
    body?: unknown;
    /**
     * of the answer: others answer with text too
     */
    type?: string | undefined;
    /**
     * not asked again, unless `retries` says so
     */
    once?: boolean | undefined;
    options?: CallOptions | undefined;
};
