/** Requests to the gateway: time-outs, cancelling, and asking again where an answer was lost. */

import {
  errorOf,
  LogUnavailableError,
  NotAGatewayError,
  TimedOutError,
  UnreachableError,
} from "./errors.js";

/** @typedef {import("./errors.js").Problem} Problem */

/**
 * `timeoutMs` is for each attempt, and `retries` how many follow the first.
 *
 * @typedef {{ signal?: AbortSignal, timeoutMs?: number, retries?: number }} CallOptions
 */

/**
 * @typedef {object} Request
 * @property {"GET" | "POST" | "DELETE"} method
 * @property {string} path
 * @property {unknown} [body] sent as JSON
 * @property {CallOptions} [options]
 */

const FIRST_PAUSE_MS = 250;
const ADDRESS = /^https?:\/\/[^/]/i;

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

  /** The answer's JSON. @param {Request} request @returns {Promise<any>} */
  async json(request) {
    return this.#parsed(await this.text(request));
  }

  /** The answer as text. @param {Request} request @returns {Promise<string>} */
  async text(request) {
    const { options = {} } = request;
    const retries = options.retries ?? this.retries;
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
   * Each line of the answer as it comes, as JSON. It is not asked for again, and its time is not
   * limited unless `timeoutMs` is given. Who stops reading ends the request.
   *
   * @param {Request} request
   * @returns {AsyncGenerator<any, void, void>}
   */
  async *lines(request) {
    const attempt = this.#attempt({ ...request, options: { timeoutMs: 0, ...request.options } });
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
      reader?.cancel().catch(() => {}); // one that broke has said so already
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

  /** A request that is sent once: its response, and the error for whatever goes wrong from then on. @param {Request} request */
  #attempt({ method, path, body, options = {} }) {
    const { signal, timeoutMs = this.timeoutMs } = options;
    const limit = timeoutMs ? AbortSignal.timeout(timeoutMs) : null;
    const signals = [signal, limit].filter((one) => one != null);
    const url = `${this.baseUrl()}${path}`;
    const fetch = this.fetch ?? globalThis.fetch;
    return {
      response: async () => {
        if (!ADDRESS.test(url)) {
          throw new NotAGatewayError(`${this.baseUrl()} is no address of a gateway: it begins with http:// or https://.`);
        }
        const response = await fetch(url, {
          method,
          signal: AbortSignal.any(signals),
          ...(body === undefined
            ? {}
            : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
        });
        if (!response.ok) throw await refusal(response, url);
        return response;
      },

      /** @param {unknown} cause @returns {unknown} */
      errorFor: (cause) => {
        if (signal?.aborted) return signal.reason;
        if (limit?.aborted) {
          return new TimedOutError(`The gateway did not answer within ${timeoutMs / 1000} s.`, { cause });
        }
        if (cause instanceof TypeError) {
          return new UnreachableError(`The gateway at ${this.baseUrl()} cannot be reached.`, { cause });
        }
        return cause;
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
    throw new NotAGatewayError(`${this.baseUrl()} did not answer as a gateway does.`, { cause });
  }
}

/** @param {Response} response @param {string} url @returns {Promise<Error>} */
async function refusal(response, url) {
  const text = await response.text();
  try {
    const problem = /** @type {Problem} */ (JSON.parse(text));
    if (typeof problem.type === "string" && typeof problem.detail === "string") {
      return errorOf(problem);
    }
  } catch {
    // Not even JSON: what it is not is all that there is to say.
  }
  return new NotAGatewayError(`${url} answered ${response.status}, and not as a gateway does.`);
}

/** Whether the same request may fare better later. Each can be sent twice: the gateway knows. */
function mayPass(/** @type {unknown} */ error) {
  return (
    error instanceof UnreachableError ||
    error instanceof TimedOutError ||
    error instanceof LogUnavailableError
  );
}

/** @param {number} ms @param {AbortSignal} [signal] @returns {Promise<void>} */
function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(/** @type {AbortSignal} */ (signal).reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
