/** Requests to the gateway: time-outs, cancelling, and asking again where an answer was lost. */

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
 * `signal` ends the call. `timeoutMs` is for each attempt, 0 for no limit, and `retries` how many
 * follow the first; where they are left out, the client's own hold.
 *
 * @typedef {{ signal?: AbortSignal | undefined, timeoutMs?: number | undefined, retries?: number | undefined }} CallOptions
 */

/**
 * @typedef {object} Request
 * @property {"GET" | "POST" | "DELETE"} method
 * @property {string} path
 * @property {unknown} [body] sent as JSON
 * @property {string} [type] of the answer: others answer with text too
 * @property {boolean} [once] not asked again, unless `retries` says so
 * @property {CallOptions | undefined} [options]
 */

const FIRST_PAUSE_MS = 250;

/** Where a path can be put behind it: fetch takes no user, and a query or fragment would swallow it. */
const ADDRESS = /^https?:\/\/[^/?#@\s]+(\/[^?#\s]*)?$/i;

/** What a proxy answers when the gateway behind it does not. */
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
   * The answer's JSON, if it has the member by which it is known: other services answer JSON too.
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
   * Each line of the answer as it comes, as JSON. It is not asked for again, and its time is not
   * limited unless `timeoutMs` is given. Who stops reading ends the request.
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

  /**
   * A request that is sent once: its response, and the error for whatever goes wrong from then on.
   *
   * @param {Request} request
   * @param {number} [limitMs] where its options have no `timeoutMs`
   */
  #attempt({ method, path, body, type, options = {} }, limitMs = this.timeoutMs) {
    const { signal, timeoutMs = limitMs } = options;
    const limit = timeoutMs ? AbortSignal.timeout(timeoutMs) : null;
    const signals = [signal, limit].filter((one) => one != null);
    const base = this.baseUrl();
    const url = base + path;
    const fetch = this.fetch ?? globalThis.fetch;
    // Not in the request: what cannot be JSON is its caller's mistake, and not the connection's.
    const sent =
      body === undefined
        ? {}
        : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    return {
      response: async () => {
        if (!ADDRESS.test(base) || !URL.canParse(base)) {
          throw new NotAGatewayError(
            `${base || "An empty text"} is no address of a gateway. One is like http://localhost:8009.`,
          );
        }
        const signal = AbortSignal.any(signals);
        // A redirect would take what was said to whoever it names.
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
        // fetch's TypeError, which in a realm of its own (Jest, a vm) is no TypeError of ours.
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
    return new NotAGatewayError(`${this.baseUrl()} did not answer as a gateway does.`, { cause });
  }
}

/** @param {Response} response @param {string} url @returns {Promise<Error>} */
async function refusal(response, url) {
  // A browser says nothing more of a redirect than that it is one.
  if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400)) {
    return new NotAGatewayError(`${url} redirects elsewhere, which no gateway does.`);
  }
  const text = await response.text();
  try {
    const problem = /** @type {Problem} */ (JSON.parse(text));
    if (typeof problem.type === "string" && typeof problem.detail === "string") {
      return errorOf(problem);
    }
  } catch {
    // Not even JSON: what it is not is all that there is to say.
  }
  if (OF_A_PROXY.includes(response.status)) {
    return new UnreachableError(`The gateway at ${url} cannot be reached: a proxy answered ${response.status}.`);
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

/** @param {number} ms @param {AbortSignal | undefined} signal @returns {Promise<void>} */
function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    // A signal of its own: Node warns of a leak where many calls listen to the same one.
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
