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
     * The answer as JSON. It must have the member `known`: other services answer JSON too.
     *
     * @template Reply
     * @param {Request} request
     * @param {keyof Reply} known
     * @returns {Promise<Reply>}
     */
    json<Reply>(request: Request, known: keyof Reply): Promise<Reply>;
    /**
     * @template Reply
     * @param {string} path
     * @param {keyof Reply} known
     * @param {CallOptions} [options]
     * @returns {Promise<Reply>}
     */
    get<Reply>(path: string, known: keyof Reply, options?: CallOptions): Promise<Reply>;
    /**
     * @template Reply
     * @param {string} path
     * @param {unknown} body
     * @param {keyof Reply} known
     * @param {CallOptions} [options]
     * @returns {Promise<Reply>}
     */
    post<Reply>(path: string, body: unknown, known: keyof Reply, options?: CallOptions): Promise<Reply>;
    /** The answer as text. @param {Request} request @returns {Promise<string>} */
    text(request: Request): Promise<string>;
    /**
     * Each line of the answer as it arrives, as JSON: no retries, and no time limit unless `timeoutMs`
     * is given. The request ends when its reader stops.
     *
     * @param {Request} request
     * @returns {AsyncGenerator<any, void, void>}
     */
    lines(request: Request): AsyncGenerator<any, void, void>;
    /**
     * Each event of the answer as it arrives, without retries. `timeoutMs` limits each wait for more
     * of it. The request ends when its reader stops. If the answer is not a stream, it is one event of
     * the type "answer".
     *
     * @param {Request} request
     * @param {number} limitMs if the options have no `timeoutMs`
     * @returns {AsyncGenerator<import("./event-stream.js").ServerEvent, void, void>}
     */
    events(request: Request, limitMs: number): AsyncGenerator<import("./event-stream.js").ServerEvent, void, void>;
    /** An object from JSON, with the member `known` if that is given. @param {string} text @param {PropertyKey} [known] @returns {any} */
    parsed(text: string, known?: PropertyKey): any;
    #private;
}
export type Problem = import("./errors.js").Problem;
/**
 * `signal` ends the call. `timeoutMs` limits each attempt (0: no limit). `retries` is the number of
 * further attempts. The last two default to the client's settings.
 */
export type CallOptions = {
    signal?: AbortSignal | undefined;
    timeoutMs?: number | undefined;
    retries?: number | undefined;
};
export type Request = {
    method: "GET" | "POST" | "PUT" | "DELETE";
    path: string;
    /**
     * sent as JSON
     */
    body?: unknown;
    /**
     * of the answer, for answers that are not JSON
     */
    type?: string | undefined;
    headers?: Record<string, string> | undefined;
    /**
     * no retries, unless `retries` is given
     */
    once?: boolean | undefined;
    options?: CallOptions | undefined;
};
