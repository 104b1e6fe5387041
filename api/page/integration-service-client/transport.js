/** Requests to the gateway: time limits, aborting, and retries of lost requests. */

import { errorOf, GatewayError, NotAGatewayError, TimedOutError, UnreachableError } from "./errors.js";
import { EventStreamDecoder } from "./event-stream.js";
import { mayPass, pauseAfter } from "./retries.js";

/** @typedef {import("./errors.js").Problem} Problem */

/**
 * `signal` ends the call. `timeoutMs` limits each attempt (0: no limit). `retries` is the number of
 * further attempts. The last two default to the client's settings.
 *
 * @typedef {{ signal?: AbortSignal | undefined, timeoutMs?: number | undefined, retries?: number | undefined }} CallOptions
 */

/**
 * @typedef {object} Request
 * @property {"GET" | "POST" | "PUT" | "DELETE"} method
 * @property {string} path
 * @property {unknown} [body] sent as JSON
 * @property {string} [type] of the answer, for answers that are not JSON
 * @property {Record<string, string>} [headers]
 * @property {boolean} [once] no retries, unless `retries` is given
 * @property {CallOptions | undefined} [options]
 */

const EVENT_STREAM = "text/event-stream";

/** An address without user, query or fragment, so that a path can follow. */
const ADDRESS = /^https?:\/\/[^/?#@\s]+(\/[^?#\s]*)?$/i;

/** What a proxy answers when the gateway does not. */
const OF_A_PROXY = [502, 503, 504];

export class Transport {
  /**
   * @param {() => string} baseUrl
   * @param {typeof globalThis.fetch | undefined} fetch
   * @param {number} timeoutMs
   * @param {number} retries
   */
  constructor(baseUrl, fetch, timeoutMs, retries) {
    this.baseUrl = baseUrl;
    this.fetch = fetch;
    this.timeoutMs = timeoutMs;
    this.retries = retries;
  }

  /**
   * The answer as JSON. It must have the member `known`: other services answer JSON too.
   *
   * @template Reply
   * @param {Request} request
   * @param {keyof Reply} known
   * @returns {Promise<Reply>}
   */
  async json(request, known) {
    return this.parsed(await this.text(request), known);
  }

  /**
   * @template Reply
   * @param {string} path
   * @param {keyof Reply} known
   * @param {CallOptions} [options]
   * @returns {Promise<Reply>}
   */
  get(path, known, options) {
    return this.json({ method: "GET", path, options }, known);
  }

  /**
   * @template Reply
   * @param {string} path
   * @param {unknown} body
   * @param {keyof Reply} known
   * @param {CallOptions} [options]
   * @returns {Promise<Reply>}
   */
  post(path, body, known, options) {
    return this.json({ method: "POST", path, body, options }, known);
  }

  /** The answer as text. @param {Request} request @returns {Promise<string>} */
  async text(request) {
    const { options = {}, once = false } = request;
    const { retries = once ? 0 : this.retries } = options;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#once(request, (response) => response.text());
      } catch (error) {
        if (attempt >= retries || !mayPass(error)) throw error;
        await pauseAfter(attempt, options.signal);
      }
    }
  }

  /**
   * Each line of the answer as it arrives, as JSON: no retries, and no time limit unless `timeoutMs`
   * is given. The request ends when its reader stops.
   *
   * @param {Request} request
   * @returns {AsyncGenerator<any, void, void>}
   */
  async *lines(request) {
    const attempt = this.#attempt(request, request.options?.timeoutMs ?? 0);
    try {
      const decoder = new TextDecoder();
      let rest = "";
      for await (const part of partsOf(await attempt.response())) {
        const lines = (rest + decoder.decode(part, { stream: true })).split("\n");
        rest = /** @type {string} */ (lines.pop());
        for (const line of lines) yield this.parsed(line);
      }
    } catch (cause) {
      throw attempt.errorFor(cause);
    }
  }

  /**
   * Each event of the answer as it arrives, without retries. `timeoutMs` limits each wait for more
   * of it. The request ends when its reader stops. If the answer is not a stream, it is one event of
   * the type "answer".
   *
   * @param {Request} request
   * @param {number} limitMs if the options have no `timeoutMs`
   * @returns {AsyncGenerator<import("./event-stream.js").ServerEvent, void, void>}
   */
  async *events(request, limitMs) {
    const silence = new Silence(request.options?.timeoutMs ?? limitMs);
    const headers = { accept: EVENT_STREAM, ...request.headers };
    const attempt = this.#attempt({ ...request, headers }, silence.limitMs, silence.signal);
    try {
      const response = await silence.limit(attempt.response());
      if (isOf(response, EVENT_STREAM)) {
        const decoder = new EventStreamDecoder();
        for await (const part of partsOf(response, silence)) yield* decoder.push(part);
      } else {
        yield { type: "answer", id: "", data: await silence.limit(response.text()) };
      }
    } catch (cause) {
      throw attempt.errorFor(cause);
    }
  }

  /** @param {Request} request @param {(response: Response) => Promise<string>} read */
  async #once(request, read) {
    const attempt = this.#attempt(request);
    try {
      return await read(await attempt.response());
    } catch (cause) {
      throw attempt.errorFor(cause);
    }
  }

  /**
   * One attempt: its response, and the error for any failure.
   *
   * @param {Request} request
   * @param {number} [timeoutMs]
   * @param {AbortSignal | null} [limit] aborts when `timeoutMs` are over
   */
  #attempt(
    { method, path, body, type, headers = {}, options = {} },
    timeoutMs = options.timeoutMs ?? this.timeoutMs,
    limit = timeoutMs ? AbortSignal.timeout(timeoutMs) : null,
  ) {
    const { signal } = options;
    const signals = [signal, limit].filter((one) => one != null);
    const base = this.baseUrl();
    const url = base + path;
    const fetch = this.fetch ?? globalThis.fetch;
    // Here, so that a body that cannot be JSON is not reported as a connection error.
    const sent =
      body === undefined
        ? { headers }
        : { headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) };
    return {
      response: async () => {
        if (!ADDRESS.test(base) || !URL.canParse(base)) {
          throw new NotAGatewayError(
            `${base || "The address"} is not a gateway's address. Use one like http://localhost:8009.`,
          );
        }
        const signal = AbortSignal.any(signals);
        // A redirect could send the candidate's words to another server.
        const response = await fetch(url, { method, signal, redirect: "manual", ...sent });
        if (!response.ok) throw await refusal(response, url);
        if (type && !isOf(response, type)) throw this.#notAGateway();
        return response;
      },

      /** @param {unknown} cause @returns {unknown} */
      errorFor: (cause) => {
        if (signal?.aborted) return signal.reason;
        if (limit?.aborted) {
          return new TimedOutError(`The gateway did not answer within ${timeoutMs / 1000} s.`, { cause });
        }
        if (cause instanceof GatewayError) return cause;
        // fetch's TypeError; in another realm (Jest, a vm) it is not our TypeError.
        return new UnreachableError(`The gateway at ${base} cannot be reached.`, { cause });
      },
    };
  }

  /** An object from JSON, with the member `known` if that is given. @param {string} text @param {PropertyKey} [known] @returns {any} */
  parsed(text, known) {
    /** @type {unknown} */
    let cause;
    try {
      const value = JSON.parse(text);
      if (typeof value === "object" && value !== null && (!known || known in value)) return value;
    } catch (error) {
      cause = error;
    }
    throw this.#notAGateway(cause);
  }

  /** @param {unknown} [cause] */
  #notAGateway(cause) {
    return new NotAGatewayError(`${this.baseUrl()} is not an interview gateway.`, { cause });
  }
}

/** @param {Response} response @param {string} url @returns {Promise<Error>} */
async function refusal(response, url) {
  // A browser shows nothing else of a redirect.
  if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400)) {
    return new NotAGatewayError(`${url} redirects. The gateway never does.`);
  }
  const text = await response.text();
  try {
    const problem = /** @type {Problem} */ (JSON.parse(text));
    if (typeof problem.type === "string" && typeof problem.detail === "string") {
      return errorOf(problem, response.headers);
    }
  } catch {
    // Not JSON: reported below.
  }
  if (OF_A_PROXY.includes(response.status)) {
    return new UnreachableError(`The gateway at ${url} cannot be reached: a proxy answered ${response.status}.`);
  }
  return new NotAGatewayError(`${url} answered ${response.status}. It is not an interview gateway.`);
}

/** @param {Response} response @param {string} type */
const isOf = (response, type) => response.headers.get("content-type")?.startsWith(type) ?? false;

/**
 * The bytes of an answer as they arrive. The request ends when its reader stops.
 *
 * @param {Response} response
 * @param {Silence} [silence] limits each wait
 */
async function* partsOf({ body }, silence) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (body).getReader();
  const next = () => (silence ? silence.limit(reader.read()) : reader.read());
  try {
    for (let part = await next(); !part.done; part = await next()) yield part.value;
  } finally {
    reader.cancel().catch(() => {}); // a broken one was reported
  }
}

/** A limit on each wait, not on all of them together. */
class Silence {
  #controller = new AbortController();
  signal = this.#controller.signal;

  /** @param {number} limitMs 0: none */
  constructor(limitMs) {
    this.limitMs = limitMs;
  }

  /** @template Awaited @param {Promise<Awaited>} promise @returns {Promise<Awaited>} */
  async limit(promise) {
    const timer = this.limitMs && setTimeout(() => this.#controller.abort(), this.limitMs);
    try {
      return await promise;
    } finally {
      if (timer) clearTimeout(timer);
    }
  }
}
