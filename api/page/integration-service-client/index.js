/**
 * The interview gateway's client, for browsers, Electron and Node 20. It needs nothing else.
 *
 *     import { startInterview, sendResponse, getSummary } from "integration-service-client";
 *
 *     let session = await startInterview({ role: "Data Analyst", totalQuestions: 3 });
 *     while (!session.isComplete) session = await sendResponse(session, await ask(session));
 *     const { summary } = await getSummary(session);
 *
 * Each function resolves to the gateway's JSON as it came, and rejects with an error of
 * `errors.js`. What was lost on the way is asked again: the gateway records no move twice.
 */

import { errorOf, UnreachableError } from "./errors.js";
import { Transport } from "./transport.js";

export * from "./errors.js";

/**
 * @typedef {import("./openapi.js").components["schemas"]} Schemas
 * @typedef {import("./transport.js").CallOptions} CallOptions
 * @typedef {Schemas["Session"]} Session
 * @typedef {Schemas["Role"]} Role
 * @typedef {Schemas["Message"]} Message
 * @typedef {Schemas["Model"]} Model
 * @typedef {Schemas["HealthReply"]} Health
 * @typedef {Schemas["ServiceReply"]} Service
 * @typedef {Schemas["SelectReply"]} Selected
 * @typedef {Schemas["SummaryReply"]} Summary
 * @typedef {Schemas["InterviewOverview"]} InterviewOverview
 * @typedef {Schemas["InterviewReply"]} Interview
 * @typedef {Schemas["InterviewsReply"]} Interviews
 * @typedef {Schemas["EventReply"]} InterviewEvent
 * @typedef {Schemas["EventsReply"]} Events
 * @typedef {Schemas["ForgottenReply"]} Forgotten
 * @typedef {Schemas["InclusionReply"]} Inclusion
 * @typedef {Schemas["StateMachineReply"]} StateMachine
 * @typedef {Schemas["VerifyProgress"]} VerifyProgress
 * @typedef {Schemas["VerifyReport"]} VerifyReport
 * @typedef {Schemas["Bundle"]} Bundle
 * @typedef {Schemas["Transcript"]} Transcript
 * @typedef {Pick<Schemas["StartRequest"], "role"> & Partial<Schemas["StartRequest"]>} Setup
 * @typedef {{ state?: InterviewOverview["state"], role?: Role, q?: string, limit?: number, cursor?: string }} Filter
 * @typedef {"json" | "md" | "html"} Format
 */

/** @type {string | undefined} */
const set = /** @type {any} */ (globalThis).process?.env?.INTEGRATION_BASE_URL;

/** Where the gateway is, unless told otherwise: from the environment, where there is one. */
export const INTEGRATION_BASE_URL = set || "http://localhost:8009";

const INTERVIEWS = "/api/v1/interviews";
const AUDIT = "/api/v1/audit";

/**
 * A client of its own. `baseUrl` can be set later too, `timeoutMs` is for each attempt (a reply
 * takes up to 5 s), and `retries` is how many attempts follow a first one that was lost.
 *
 * @param {{ baseUrl?: string, fetch?: typeof globalThis.fetch, timeoutMs?: number, retries?: number }} [settings]
 */
export function createClient(settings = {}) {
  let baseUrl = withoutSlash(settings.baseUrl ?? INTEGRATION_BASE_URL);
  const { timeoutMs = 10_000, retries = 4 } = settings;
  const transport = new Transport(() => baseUrl, settings.fetch, timeoutMs, retries);

  /** @param {string} path @param {CallOptions} [options] */
  const get = (path, options) => transport.json({ method: "GET", path, options });

  /** @param {string} path @param {unknown} body @param {CallOptions} [options] */
  const post = (path, body, options) => transport.json({ method: "POST", path, body, options });

  return {
    /** Where the gateway is, for a client that outlives a change of it. @param {string} url */
    setBaseUrl(url) {
      baseUrl = withoutSlash(url);
    },

    /**
     * The gateway and its seven services. It is not asked again when it fails: that is the answer.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<Health>}
     */
    fetchHealth: (options) => get("/health", { retries: 0, ...options }),

    /** @param {CallOptions} [options] @returns {Promise<Model[]>} */
    fetchModels: async (options) => (await get("/api/v1/models", options)).models,

    /**
     * Choose the model of the interviews that are started without one.
     *
     * @param {string} modelId
     * @param {CallOptions} [options]
     * @returns {Promise<Selected>}
     */
    selectModel: (modelId, options) => post("/api/v1/models/select", { modelId }, options),

    /**
     * Set up an interview: its session, with the first question. Unless `setup` has an
     * `interviewId`, the client gives it one, so that a start whose reply was lost starts one
     * interview and not two.
     *
     * @param {Setup} setup
     * @param {CallOptions} [options]
     * @returns {Promise<Session>}
     */
    startInterview: (setup, options) =>
      post(`${INTERVIEWS}/start`, { ...setup, interviewId: setup.interviewId ?? newInterviewId() }, options),

    /**
     * Answer the question that waits: the session with the interviewer's reply.
     *
     * @param {Session} session as it came
     * @param {string} message 1 to 10,000 characters
     * @param {CallOptions} [options]
     * @returns {Promise<Session>}
     */
    sendResponse: (session, message, options) =>
      post(`${INTERVIEWS}/respond`, { session, message }, options),

    /** @param {Session} session @param {CallOptions} [options] @returns {Promise<Summary>} */
    getSummary: (session, options) => post(`${INTERVIEWS}/summary`, { session }, options),

    /**
     * An interview with the session to go on from. Where it has a `pendingAnswer`, the gateway
     * stopped before it replied: send that answer again.
     *
     * @param {string} id
     * @param {CallOptions} [options]
     * @returns {Promise<Interview>}
     */
    getInterview: (id, options) => get(of(id), options),

    /** Newest first, by pages. @param {Filter} [filter] @param {CallOptions} [options] @returns {Promise<Interviews>} */
    listInterviews: (filter, options) => get(`${INTERVIEWS}${query(filter)}`, options),

    /** @param {string} id @param {CallOptions} [options] @returns {Promise<Events>} */
    getEvents: (id, options) => get(of(id, "/events"), options),

    /**
     * The session as its client held it after the event of that version.
     *
     * @param {string} id
     * @param {number} version
     * @param {CallOptions} [options]
     * @returns {Promise<Session>}
     */
    getSessionAt: (id, version, options) => get(of(id, `/session${query({ version })}`), options),

    /** @param {string} id @param {CallOptions} [options] @returns {Promise<Transcript>} */
    getTranscript: (id, options) => get(of(id, "/transcript"), options),

    /** Where a transcript can be had, for a link. @param {string} id @param {Format} format */
    transcriptUrl: (id, format) => baseUrl + of(id, `/transcript${query({ format })}`),

    /** The evidence of an interview, to be checked without the gateway. @param {string} id @param {CallOptions} [options] @returns {Promise<Bundle>} */
    getBundle: (id, options) => get(of(id, "/bundle"), options),

    /** Where that can be had, for a link. @param {string} id */
    bundleUrl: (id) => baseUrl + of(id, "/bundle"),

    // These move an interview, and tell who comes second that it is done: none is sent twice.

    /** @param {string} id @param {string} reason @param {CallOptions} [options] @returns {Promise<InterviewOverview>} */
    holdInterview: (id, reason, options) =>
      post(of(id, "/hold"), { reason }, { retries: 0, ...options }),

    /** @param {string} id @param {string} reason @param {CallOptions} [options] @returns {Promise<InterviewOverview>} */
    releaseInterview: (id, reason, options) =>
      post(of(id, "/release"), { reason }, { retries: 0, ...options }),

    /** Forget its words, for ever. @param {string} id @param {string} reason @param {CallOptions} [options] @returns {Promise<Forgotten>} */
    forgetInterview: (id, reason, options) =>
      transport.json({
        method: "DELETE",
        path: of(id, query({ reason })),
        options: { retries: 0, ...options },
      }),

    /** The rules of an interview, as a table. @param {CallOptions} [options] @returns {Promise<StateMachine>} */
    getStateMachine: (options) => get("/api/v1/statemachine", options),

    /** The head of the log as a signed note. @param {CallOptions} [options] @returns {Promise<string>} */
    getCheckpoint: (options) =>
      transport.text({ method: "GET", path: `${AUDIT}/checkpoint`, options }),

    /** The public key that checkpoints are signed with. @param {CallOptions} [options] @returns {Promise<string>} */
    getAuditKey: (options) => transport.text({ method: "GET", path: `${AUDIT}/key`, options }),

    /**
     * What shows that an event is in the log of a checkpoint.
     *
     * @param {number} position of the event
     * @param {number} [size] of the checkpoint
     * @param {CallOptions} [options]
     * @returns {Promise<Inclusion>}
     */
    getInclusion: (position, size, options) =>
      get(`${AUDIT}/inclusion${query({ position, size })}`, options),

    /**
     * Check the whole log, which can take a while; `onProgress` is told how far it is.
     *
     * @param {CallOptions & { onProgress?: (progress: VerifyProgress) => void }} [options]
     * @returns {Promise<VerifyReport>}
     */
    async verifyLog({ onProgress, ...options } = {}) {
      const request = /** @type {const} */ ({ method: "POST", path: `${AUDIT}/verify`, options });
      for await (const line of transport.lines(request)) {
        if ("holds" in line) return line;
        if ("type" in line) throw errorOf(line);
        onProgress?.(line);
      }
      throw new UnreachableError("The gateway stopped before its report came.");
    },
  };
}

/** @typedef {ReturnType<typeof createClient>} Client */

const own = createClient();

export const {
  setBaseUrl,
  fetchHealth,
  fetchModels,
  selectModel,
  startInterview,
  sendResponse,
  getSummary,
  getInterview,
} = own;

/** @param {string} url */
function withoutSlash(url) {
  return url.replace(/\/+$/, "");
}

/** @param {string} id @param {string} [rest] */
function of(id, rest = "") {
  return `${INTERVIEWS}/${encodeURIComponent(id)}${rest}`;
}

/** @param {object} [parameters] those that are undefined or empty are left out */
function query(parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}

/**
 * A random UUID. Browsers have `randomUUID` only where a page came by https or from this machine.
 *
 * @returns {string}
 */
export function newInterviewId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
