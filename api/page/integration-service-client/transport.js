/** Requests to the gateway: time limits, aborting, and retries of lost requests. */

import {
  errorOf,
  GatewayError,
  LogUnavailableError,
  NotAGatewayError,
  TimedOutError,
  UnreachableError,
} from "./errors.js";

/** @typedef {import("./errors.js").Problem} Problem */

/**
 * `signal` ends the call. `timeoutMs` limits each attempt (0: no limit). `retries` is the number of
 * further attempts. The last two default to the client's settings.
 *
 * @typedef {{ signal?: AbortSignal | undefined, timeoutMs?: number | undefined, retries?: number | undefined }} CallOptions
 */

/**
 * @typedef {object} Request
 * @property {"GET" | "POST" | "DELETE"} method
 * @property {string} path
 * @property {unknown} [body] sent as JSON
 * @property {string} [type] of the answer, for answers that are not JSON
 * @property {boolean} [once] no retries, unless `retries` is given
 * @property {CallOptions | undefined} [options]
 */

const FIRST_PAUSE_MS = 250;

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
    const reply = this.#parsed(await this.text(request));
    if (known in reply) return reply;
    throw this.#notAGateway();
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
        await pause(FIRST_PAUSE_MS * 2 ** attempt, options.signal);
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
    const attempt = this.#attempt(request, 0);
    /** @type {ReadableStreamDefaultReader<Uint8Array> | undefined} */
    let reader;
    try {
      const { body } = await attempt.response();
      reader = /** @type {ReadableStream<Uint8Array>} */ (body).getReader();
      const decoder = new TextDecoder();
      let rest = "";
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        const lines = (rest + decoder.decode(part.value, { stream: true })).split("\n");
        rest = /** @type {string} */ (lines.pop());
        for (const line of lines) yield this.#parsed(line);
      }
    } catch (cause) {
      throw attempt.errorFor(cause);
    } finally {
      reader?.cancel().catch(() => {}); // a broken one was reported
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
   * @param {number} [limitMs] if the options have no `timeoutMs`
   */
  #attempt({ method, path, body, type, options = {} }, limitMs = this.timeoutMs) {
    const { signal, timeoutMs = limitMs } = options;
    const limit = timeoutMs ? AbortSignal.timeout(timeoutMs) : null;
    const signals = [signal, limit].filter((one) => one != null);
    const base = this.baseUrl();
    const url = base + path;
    const fetch = this.fetch ?? globalThis.fetch;
    // Here, so that a body that cannot be JSON is not reported as a connection error.
    const sent =
      body === undefined
        ? {}
        : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
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
        if (type && !response.headers.get("content-type")?.startsWith(type)) throw this.#notAGateway();
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

  /** @param {string} text @returns {any} */
  #parsed(text) {
    /** @type {unknown} */
    let cause;
    try {
      const value = JSON.parse(text);
      if (typeof value === "object" && value !== null) return value;
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
      return errorOf(problem);
    }
  } catch {
    // Not JSON: reported below.
  }
  if (OF_A_PROXY.includes(response.status)) {
    return new UnreachableError(`The gateway at ${url} cannot be reached: a proxy answered ${response.status}.`);
  }
  return new NotAGatewayError(`${url} answered ${response.status}. It is not an interview gateway.`);
}

/** Whether a retry may help. Each request can be sent twice: the gateway recognizes it. */
function mayPass(/** @type {unknown} */ error) {
  return (
    error instanceof UnreachableError ||
    error instanceof TimedOutError ||
    error instanceof LogUnavailableError
  );
}

/** @param {number} ms @param {AbortSignal | undefined} signal @returns {Promise<void>} */
function pause(ms, signal) {
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
    }, ms);
    stopped.addEventListener("abort", stop, { once: true });
  });
}
