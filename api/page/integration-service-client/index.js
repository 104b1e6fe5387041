/**
 * The interview gateway's client, for browsers, Electron and Node 20. No dependencies.
 *
 *     import { startInterview, sendResponse, getSummary } from "integration-service-client";
 *
 *     let session = await startInterview({ role: "Data Analyst", totalQuestions: 3 });
 *     while (!session.isComplete) session = await sendResponse(session, await ask(session));
 *     const { summary } = await getSummary(session);
 *
 * Each function resolves to the gateway's JSON, and rejects with an error of `errors.js`. A lost
 * request is retried. That is safe: the gateway records no move twice.
 *
 * With `streamStart`, `streamResponse`, `streamSummary` and `joinReply`, the words of a reply arrive
 * as the interviewer writes them. They connect again by themselves:
 *
 *     for await (const event of streamResponse(session, answer)) {
 *       if (event.type === "delta") show(event.text);
 *       else if (event.type === "reset") showInstead(event.text);
 *       else if (event.type === "done") session = event.session;
 *     }
 */

import { auditCalls } from "./audit.js";
import { conductCalls } from "./conduct.js";
import { historyCalls } from "./history.js";
import { streamCalls } from "./streams.js";
import { Transport } from "./transport.js";

export * from "./errors.js";
export { newInterviewId } from "./interview-id.js";

/**
 * @typedef {import("./openapi.js").components["schemas"]} Schemas
 * @typedef {import("./transport.js").CallOptions} CallOptions
 * @typedef {import("./errors.js").CallError} CallError
 * @typedef {Schemas["Session"]} Session
 * @typedef {string} Role
 * @typedef {Schemas["Message"]} Message
 * @typedef {Schemas["Model"]} Model
 * @typedef {Schemas["ModelsReply"]} Models
 * @typedef {Schemas["HealthReply"]} Health
 * @typedef {Schemas["ServiceReply"]} Service
 * @typedef {Schemas["SelectReply"]} Selected
 * @typedef {Schemas["SummaryReply"]} Summary
 * @typedef {Schemas["InterviewOverview"]} InterviewOverview
 * @typedef {Schemas["ListedInterview"]} ListedInterview
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
 * @typedef {LeftOut<Schemas["StartRequest"]>} Setup
 * @typedef {LeftOut<{ state: InterviewOverview["state"], role: Role, q: string, limit: number, cursor: string, practice: "false" | "true" | "only" }>} Filter
 * @typedef {"json" | "md" | "html" | "pdf"} Format
 */

/**
 * `status`: what is waited for. `delta`: the next words. `reset`: show this text instead of all that
 * was shown of the reply. `done`, the last event: the reply is in the log.
 *
 * @typedef {{ type: "status", phase: "queued" | "loading" | "reading" | "writing", backend: string, model?: string | null, elapsedMs: number }} StatusEvent
 * @typedef {{ type: "delta", text: string }} DeltaEvent
 * @typedef {{ type: "reset", text: string, reason: string }} ResetEvent
 * @typedef {{ type: "done", session: Session, event?: Recorded }} DoneEvent
 * @typedef {{ type: "done", event?: Recorded } & Summary} SummaryDoneEvent
 * @typedef {{ position?: number, leaf: string }} Recorded where it is in the log; only a gateway that streams tells it
 * @typedef {StatusEvent | DeltaEvent | ResetEvent | DoneEvent} ReplyEvent
 * @typedef {StatusEvent | DeltaEvent | ResetEvent | SummaryDoneEvent} SummaryEvent
 */

/**
 * Each member may be missing or undefined: `exactOptionalPropertyTypes` tells the two apart.
 *
 * @template Whole
 * @typedef {{ [Name in keyof Whole]?: Whole[Name] | undefined }} LeftOut
 */

/** @type {string | undefined} */
const set = /** @type {any} */ (globalThis).process?.env?.INTEGRATION_BASE_URL;

/** The gateway's default address, from the environment if there is one. */
export const INTEGRATION_BASE_URL = set || "http://localhost:8009";

/**
 * A client with settings of its own. `setBaseUrl` changes `baseUrl` later. `timeoutMs` limits each
 * attempt (a reply takes up to 5 s; 0 is no limit). `retries` is the number of further attempts.
 *
 * @param {LeftOut<{ baseUrl: string, fetch: typeof globalThis.fetch, timeoutMs: number, retries: number }>} [settings]
 * @returns {Client}
 */
export function createClient(settings = {}) {
  let baseUrl = withoutSlash(settings.baseUrl ?? INTEGRATION_BASE_URL);
  const { timeoutMs = 10_000, retries = 4 } = settings;
  const transport = new Transport(() => baseUrl, settings.fetch, timeoutMs, retries);
  return {
    setBaseUrl(url) {
      baseUrl = withoutSlash(url);
    },
    ...conductCalls(transport),
    ...streamCalls(transport),
    ...historyCalls(transport),
    ...auditCalls(transport),
  };
}

/**
 * @typedef {object} AddressSetter
 * @property {(url: string) => void} setBaseUrl Change the gateway's address.
 */

/**
 * All calls to one gateway.
 *
 * @typedef {AddressSetter & ReturnType<typeof conductCalls> & ReturnType<typeof streamCalls>
 *   & ReturnType<typeof historyCalls> & ReturnType<typeof auditCalls>} Client
 */

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
  streamStart,
  streamResponse,
  streamSummary,
  joinReply,
  stopReply,
} = own;

/** @param {string} url from a setting; the first call rejects one that is empty */
function withoutSlash(url) {
  return String(url).trim().replace(/\/+$/, "");
}
