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
 * @typedef {import("./errors.js").CallError} CallError
 * @typedef {Schemas["Session"]} Session
 * @typedef {Schemas["Role"]} Role
 * @typedef {Schemas["Message"]} Message
 * @typedef {Schemas["Model"]} Model
 * @typedef {Schemas["ModelsReply"]} Models
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
 * @typedef {Pick<Schemas["StartRequest"], "role"> & LeftOut<Schemas["StartRequest"]>} Setup
 * @typedef {LeftOut<{ state: InterviewOverview["state"], role: Role, q: string, limit: number, cursor: string }>} Filter
 * @typedef {"json" | "md" | "html"} Format
 */

/**
 * Any of its members may be missing or undefined: under `exactOptionalPropertyTypes` these are two.
 *
 * @template Whole
 * @typedef {{ [Name in keyof Whole]?: Whole[Name] | undefined }} LeftOut
 */

/** @type {string | undefined} */
const set = /** @type {any} */ (globalThis).process?.env?.INTEGRATION_BASE_URL;

/** Where the gateway is, unless told otherwise: from the environment, where there is one. */
export const INTEGRATION_BASE_URL = set || "http://localhost:8009";

const INTERVIEWS = "/api/v1/interviews";
const AUDIT = "/api/v1/audit";
const TEXT = "text/plain";
const JSON_LINES = "application/x-ndjson";

/**
 * A client of its own. `baseUrl` can be set later too, `timeoutMs` is for each attempt (a reply
 * takes up to 5 s; 0 is no limit), and `retries` is how many attempts follow a first one that was
 * lost.
 *
 * @param {LeftOut<{ baseUrl: string, fetch: typeof globalThis.fetch, timeoutMs: number, retries: number }>} [settings]
 */
export function createClient(settings = {}) {
  let baseUrl = withoutSlash(settings.baseUrl ?? INTEGRATION_BASE_URL);
  const { timeoutMs = 10_000, retries = 4 } = settings;
  const transport = new Transport(() => baseUrl, settings.fetch, timeoutMs, retries);

  /**
   * @template Reply
   * @param {string} path
   * @param {keyof Reply} known the member by which the reply is known
   * @param {CallOptions} [options]
   * @returns {Promise<Reply>}
   */
  const get = (path, known, options) => transport.json({ method: "GET", path, options }, known);

  /**
   * @template Reply
   * @param {string} path
   * @param {unknown} body
   * @param {keyof Reply} known the member by which the reply is known
   * @param {CallOptions} [options]
   * @returns {Promise<Reply>}
   */
  const post = (path, body, known, options) =>
    transport.json({ method: "POST", path, body, options }, known);

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
     * @throws {CallError}
     */
    fetchHealth: (options) =>
      transport.json({ method: "GET", path: "/health", once: true, options }, "services"),

    /**
     * The models of all sources, or the built-in ones where there is none.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<Model[]>}
     * @throws {CallError}
     */
    async fetchModels(options) {
      /** @type {Models} */
      const { models } = await get("/api/v1/models", "models", options);
      return models;
    },

    /**
     * Choose the model of the interviews that are started without one.
     *
     * @param {string} modelId
     * @param {CallOptions} [options]
     * @returns {Promise<Selected>}
     * @throws {CallError | InvalidInputError | UnknownModelError}
     */
    selectModel: (modelId, options) =>
      post("/api/v1/models/select", { modelId }, "selected", options),

    /**
     * Set up an interview: its session, with the first question. Unless `setup` has an
     * `interviewId`, the client gives it one, so that a start whose reply was lost starts one
     * interview and not two. SessionConflictError: that id is another interview's.
     *
     * @param {Setup} setup
     * @param {CallOptions} [options]
     * @returns {Promise<Session>}
     * @throws {CallError | InvalidInputError | UnknownModelError | SessionConflictError | InterviewForgottenError | LogUnavailableError}
     */
    startInterview: (setup, options) =>
      post(
        `${INTERVIEWS}/start`,
        { ...setup, interviewId: setup.interviewId ?? newInterviewId() },
        "messages",
        options,
      ),

    /**
     * Answer the question that waits: the session with the interviewer's reply. Sent again, the
     * same answer fetches the same reply. UnknownInterviewError: the gateway runs with
     * STRICT_SESSIONS and its log does not know the session.
     *
     * @param {Session} session as it came
     * @param {string} message 1 to 10,000 characters
     * @param {CallOptions} [options]
     * @returns {Promise<Session>}
     * @throws {CallError | InvalidInputError | SessionConflictError | InterviewCompleteError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
     */
    sendResponse: (session, message, options) =>
      post(`${INTERVIEWS}/respond`, { session, message }, "messages", options),

    /**
     * Sum the interview up as it stands, complete or not.
     *
     * @param {Session} session as it came
     * @param {CallOptions} [options]
     * @returns {Promise<Summary>}
     * @throws {CallError | InvalidInputError | SessionConflictError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
     */
    getSummary: (session, options) =>
      post(`${INTERVIEWS}/summary`, { session }, "summary", options),

    /**
     * An interview with the session to go on from. Where it has a `pendingAnswer`, the gateway
     * stopped before it replied: send that answer again.
     *
     * @param {string} id
     * @param {CallOptions} [options]
     * @returns {Promise<Interview>}
     * @throws {CallError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
     */
    getInterview: (id, options) => get(of(id), "session", options),

    /**
     * Newest first, by pages.
     *
     * @param {Filter} [filter]
     * @param {CallOptions} [options]
     * @returns {Promise<Interviews>}
     * @throws {CallError | InvalidInputError | LogUnavailableError}
     */
    listInterviews: (filter, options) =>
      get(`${INTERVIEWS}${query(filter)}`, "interviews", options),

    /**
     * What happened in an interview, in order.
     *
     * @param {string} id
     * @param {CallOptions} [options]
     * @returns {Promise<Events>}
     * @throws {CallError | UnknownInterviewError | LogUnavailableError}
     */
    getEvents: (id, options) => get(of(id, "/events"), "events", options),

    /**
     * The session as its client held it after the event of that version.
     *
     * @param {string} id
     * @param {number} version
     * @param {CallOptions} [options]
     * @returns {Promise<Session>}
     * @throws {CallError | InvalidInputError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
     */
    getSessionAt: (id, version, options) =>
      get(of(id, `/session${query({ version })}`), "messages", options),

    /**
     * Who said what, to read.
     *
     * @param {string} id
     * @param {CallOptions} [options]
     * @returns {Promise<Transcript>}
     * @throws {CallError | InvalidInputError | UnknownInterviewError | LogUnavailableError}
     */
    getTranscript: (id, options) => get(of(id, "/transcript"), "entries", options),

    /** Where a transcript can be had, for a link. @param {string} id @param {Format} format */
    transcriptUrl: (id, format) => baseUrl + of(id, `/transcript${query({ format })}`),

    /**
     * The evidence of an interview, to be checked without the gateway.
     *
     * @param {string} id
     * @param {CallOptions} [options]
     * @returns {Promise<Bundle>}
     * @throws {CallError | UnknownInterviewError | LogUnavailableError}
     */
    getBundle: (id, options) => get(of(id, "/bundle"), "format", options),

    /** Where that can be had, for a link. @param {string} id */
    bundleUrl: (id) => baseUrl + of(id, "/bundle"),

    // These move an interview, and tell who comes second that it is done: none is sent twice.

    /**
     * Keep its words from being forgotten.
     *
     * @param {string} id
     * @param {string} reason
     * @param {CallOptions} [options]
     * @returns {Promise<InterviewOverview>}
     * @throws {CallError | InvalidInputError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
     */
    holdInterview: (id, reason, options) =>
      transport.json(
        { method: "POST", path: of(id, "/hold"), body: { reason }, once: true, options },
        "onHold",
      ),

    /**
     * Let its words be forgotten again.
     *
     * @param {string} id
     * @param {string} reason
     * @param {CallOptions} [options]
     * @returns {Promise<InterviewOverview>}
     * @throws {CallError | InvalidInputError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
     */
    releaseInterview: (id, reason, options) =>
      transport.json(
        { method: "POST", path: of(id, "/release"), body: { reason }, once: true, options },
        "onHold",
      ),

    /**
     * Forget its words, for ever. Where a program reads the log's file, they stay in its bytes for a
     * while: then `overwritten` is false, and `detail` says when they will be gone. The same call
     * again tells whether they are.
     *
     * @param {string} id
     * @param {string} reason
     * @param {CallOptions} [options]
     * @returns {Promise<Forgotten>}
     * @throws {CallError | InvalidInputError | UnknownInterviewError | InterviewOnHoldError | LogUnavailableError}
     */
    forgetInterview: (id, reason, options) =>
      transport.json(
        { method: "DELETE", path: of(id, query({ reason })), once: true, options },
        "forgottenAt",
      ),

    /**
     * The rules of an interview, as a table.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<StateMachine>}
     * @throws {CallError}
     */
    getStateMachine: (options) => get("/api/v1/statemachine", "transitions", options),

    /**
     * The head of the log as a signed note.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<string>}
     * @throws {CallError | LogUnavailableError}
     */
    getCheckpoint: (options) =>
      transport.text({ method: "GET", path: `${AUDIT}/checkpoint`, type: TEXT, options }),

    /**
     * The same, stored in the log too.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<string>}
     * @throws {CallError | LogUnavailableError}
     */
    storeCheckpoint: (options) =>
      transport.text({ method: "POST", path: `${AUDIT}/checkpoint`, type: TEXT, options }),

    /**
     * The public key that checkpoints are signed with.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<string>}
     * @throws {CallError | LogUnavailableError}
     */
    getAuditKey: (options) =>
      transport.text({ method: "GET", path: `${AUDIT}/key`, type: TEXT, options }),

    /**
     * What shows that an event is in the log of a checkpoint.
     *
     * @param {number} position of the event
     * @param {number} [size] of the checkpoint
     * @param {CallOptions} [options]
     * @returns {Promise<Inclusion>}
     * @throws {CallError | InvalidInputError | LogUnavailableError}
     */
    getInclusion: (position, size, options) =>
      get(`${AUDIT}/inclusion${query({ position, size })}`, "proof", options),

    /**
     * Check whether the whole log agrees with itself, which can take a while; `onProgress` is told
     * how far it is. That it was not rewritten, only a checkpoint shows that somebody kept elsewhere
     * (`coverage`). It is not asked again, and has no time limit unless `timeoutMs` is given.
     * RefusedError also where the log is in memory, and has no file to check.
     *
     * @param {CallOptions & { onProgress?: ((progress: VerifyProgress) => void) | undefined }} [options]
     * @returns {Promise<VerifyReport>}
     * @throws {CallError | LogUnavailableError}
     */
    async verifyLog({ onProgress, ...options } = {}) {
      const request = /** @type {const} */ ({
        method: "POST", path: `${AUDIT}/verify`, type: JSON_LINES, options,
      });
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

/** @param {string} url as a setting has it: who has none set is told so by the first call */
function withoutSlash(url) {
  return String(url).trim().replace(/\/+$/, "");
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
