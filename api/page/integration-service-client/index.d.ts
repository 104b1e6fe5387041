/**
 * A client with settings of its own. `setBaseUrl` changes `baseUrl` later. `timeoutMs` limits each
 * attempt (a reply takes up to 5 s; 0 is no limit). `retries` is the number of further attempts.
 *
 * @param {LeftOut<{ baseUrl: string, fetch: typeof globalThis.fetch, timeoutMs: number, retries: number }>} [settings]
 * @returns {Client}
 */
export function createClient(settings?: LeftOut<{
    baseUrl: string;
    fetch: typeof globalThis.fetch;
    timeoutMs: number;
    retries: number;
}>): Client;
export * from "./errors.js";
export { newInterviewId } from "./interview-id.js";
/** The gateway's default address, from the environment if there is one. */
export const INTEGRATION_BASE_URL: string;
/**
 * Change the gateway's address.
 */
export const setBaseUrl: (url: string) => void;
/**
 * The state of the gateway and its seven services. A failed call is not retried: the failure is
 * the answer.
 *
 * @param {CallOptions} [options]
 * @returns {Promise<Health>}
 * @throws {CallError}
 */
export const fetchHealth: (options?: CallOptions) => Promise<Health>;
/**
 * The models of all sources, or the built-in list if no source is up.
 *
 * @param {CallOptions} [options]
 * @returns {Promise<Model[]>}
 * @throws {CallError}
 */
export const fetchModels: (options?: CallOptions) => Promise<Model[]>;
/**
 * Select the model for interviews that are started without one.
 *
 * @param {string} modelId
 * @param {CallOptions} [options]
 * @returns {Promise<Selected>}
 * @throws {CallError | InvalidInputError | UnknownModelError}
 */
export const selectModel: (modelId: string, options?: CallOptions) => Promise<Selected>;
/**
 * Start an interview. Resolves to its session, with the first question. If `setup` has no
 * `interviewId`, the client makes one, so that a retried start does not start a second interview.
 * SessionConflictError: another interview has that id.
 *
 * @param {Setup} setup
 * @param {CallOptions} [options]
 * @returns {Promise<Session>}
 * @throws {CallError | InvalidInputError | UnknownModelError | SessionConflictError | InterviewForgottenError | LogUnavailableError | DrainingError}
 */
export const startInterview: (setup: Setup, options?: CallOptions) => Promise<Session>;
/**
 * Answer the current question. Resolves to the session with the interviewer's reply. The same
 * answer sent again gets the same reply. UnknownInterviewError: the gateway runs with
 * STRICT_SESSIONS and its log does not know the session.
 *
 * @param {Session} session as the gateway returned it
 * @param {string} message 1 to 10,000 characters
 * @param {CallOptions} [options]
 * @returns {Promise<Session>}
 * @throws {CallError | InvalidInputError | SessionConflictError | InterviewCompleteError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError | DrainingError}
 */
export const sendResponse: (session: Session, message: string, options?: CallOptions) => Promise<Session>;
/**
 * Summarize the interview so far. It need not be complete.
 *
 * @param {Session} session as the gateway returned it
 * @param {CallOptions} [options]
 * @returns {Promise<Summary>}
 * @throws {CallError | InvalidInputError | SessionConflictError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError | DrainingError}
 */
export const getSummary: (session: Session, options?: CallOptions) => Promise<Summary>;
/**
 * An interview, with the session to continue from. If it has a `pendingAnswer`, the log has that
 * answer but no reply to it: send the same answer again to get the reply.
 *
 * @param {string} id
 * @param {CallOptions} [options]
 * @returns {Promise<Interview>}
 * @throws {CallError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
 */
export const getInterview: (id: string, options?: CallOptions) => Promise<Interview>;
/**
 * Start an interview, and hear its first question as it is written. If `setup` has no
 * `interviewId`, the client makes one.
 *
 * @param {Setup} setup
 * @param {CallOptions} [options]
 * @returns {AsyncGenerator<ReplyEvent, void, void>}
 * @throws {CallError | InvalidInputError | UnknownModelError | SessionConflictError | InterviewForgottenError | LogUnavailableError | DrainingError}
 */
export const streamStart: (setup: Setup, options?: CallOptions) => AsyncGenerator<ReplyEvent, void, void>;
/**
 * Answer the current question, and hear the interviewer's reply as it is written.
 *
 * @param {Session} session as the gateway returned it
 * @param {string} message 1 to 10,000 characters
 * @param {CallOptions} [options]
 * @returns {AsyncGenerator<ReplyEvent, void, void>}
 * @throws {CallError | InvalidInputError | SessionConflictError | InterviewCompleteError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError | DrainingError}
 */
export const streamResponse: (session: Session, message: string, options?: CallOptions) => AsyncGenerator<ReplyEvent, void, void>;
/**
 * Summarize the interview so far, and hear the summary as it is written.
 *
 * @param {Session} session as the gateway returned it
 * @param {CallOptions} [options]
 * @returns {AsyncGenerator<SummaryEvent, void, void>}
 * @throws {CallError | InvalidInputError | SessionConflictError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError | DrainingError}
 */
export const streamSummary: (session: Session, options?: CallOptions) => AsyncGenerator<SummaryEvent, void, void>;
/**
 * Hear the newest reply or summary of an interview, also if it is already complete.
 *
 * @param {string} interviewId
 * @param {CallOptions} [options]
 * @returns {AsyncGenerator<ReplyEvent | SummaryEvent, void, void>}
 * @throws {CallError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
 */
export const joinReply: (interviewId: string, options?: CallOptions) => AsyncGenerator<ReplyEvent | SummaryEvent, void, void>;
/**
 * Wait no longer for the interviewer. What was said so far is the reply if it asks a whole
 * question; otherwise the built-in question is. Its listeners hear which. Not retried.
 * RefusedError with status 404: no reply is under way.
 *
 * @param {string} interviewId
 * @param {CallOptions} [options]
 * @returns {Promise<void>}
 * @throws {CallError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
 */
export const stopReply: (interviewId: string, options?: CallOptions) => Promise<void>;
export type Schemas = import("./openapi.js").components["schemas"];
export type CallOptions = import("./transport.js").CallOptions;
export type CallError = import("./errors.js").CallError;
export type Session = Schemas["Session"];
export type Role = string;
export type Message = Schemas["Message"];
export type Model = Schemas["Model"];
export type Models = Schemas["ModelsReply"];
export type Health = Schemas["HealthReply"];
export type Service = Schemas["ServiceReply"];
export type Selected = Schemas["SelectReply"];
export type Summary = Schemas["SummaryReply"];
export type InterviewOverview = Schemas["InterviewOverview"];
export type ListedInterview = Schemas["ListedInterview"];
export type Interview = Schemas["InterviewReply"];
export type Interviews = Schemas["InterviewsReply"];
export type InterviewEvent = Schemas["EventReply"];
export type Events = Schemas["EventsReply"];
export type Forgotten = Schemas["ForgottenReply"];
export type Inclusion = Schemas["InclusionReply"];
export type StateMachine = Schemas["StateMachineReply"];
export type VerifyProgress = Schemas["VerifyProgress"];
export type VerifyReport = Schemas["VerifyReport"];
export type Bundle = Schemas["Bundle"];
export type Transcript = Schemas["Transcript"];
export type Setup = LeftOut<Schemas["StartRequest"]>;
export type Filter = LeftOut<{
    state: InterviewOverview["state"];
    role: Role;
    q: string;
    limit: number;
    cursor: string;
    practice: "false" | "true" | "only";
}>;
export type Format = "json" | "md" | "html" | "pdf";
/**
 * `status`: what is waited for. `delta`: the next words. `reset`: show this text instead of all that
 * was shown of the reply. `done`, the last event: the reply is in the log.
 */
export type StatusEvent = {
    type: "status";
    phase: "queued" | "loading" | "reading" | "writing";
    backend: string;
    model?: string | null;
    elapsedMs: number;
};
/**
 * `status`: what is waited for. `delta`: the next words. `reset`: show this text instead of all that
 * was shown of the reply. `done`, the last event: the reply is in the log.
 */
export type DeltaEvent = {
    type: "delta";
    text: string;
};
/**
 * `status`: what is waited for. `delta`: the next words. `reset`: show this text instead of all that
 * was shown of the reply. `done`, the last event: the reply is in the log.
 */
export type ResetEvent = {
    type: "reset";
    text: string;
    reason: string;
};
/**
 * `status`: what is waited for. `delta`: the next words. `reset`: show this text instead of all that
 * was shown of the reply. `done`, the last event: the reply is in the log.
 */
export type DoneEvent = {
    type: "done";
    session: Session;
    event?: Recorded;
};
/**
 * `status`: what is waited for. `delta`: the next words. `reset`: show this text instead of all that
 * was shown of the reply. `done`, the last event: the reply is in the log.
 */
export type SummaryDoneEvent = {
    type: "done";
    event?: Recorded;
} & Summary;
/**
 * where it is in the log; only a gateway that streams tells it
 */
export type Recorded = {
    position?: number;
    leaf: string;
};
/**
 * `status`: what is waited for. `delta`: the next words. `reset`: show this text instead of all that
 * was shown of the reply. `done`, the last event: the reply is in the log.
 */
export type ReplyEvent = StatusEvent | DeltaEvent | ResetEvent | DoneEvent;
/**
 * `status`: what is waited for. `delta`: the next words. `reset`: show this text instead of all that
 * was shown of the reply. `done`, the last event: the reply is in the log.
 */
export type SummaryEvent = StatusEvent | DeltaEvent | ResetEvent | SummaryDoneEvent;
/**
 * Each member may be missing or undefined: `exactOptionalPropertyTypes` tells the two apart.
 */
export type LeftOut<Whole> = { [Name in keyof Whole]?: Whole[Name] | undefined; };
export type AddressSetter = {
    /**
     * Change the gateway's address.
     */
    setBaseUrl: (url: string) => void;
};
/**
 * All calls to one gateway.
 */
export type Client = AddressSetter & ReturnType<typeof conductCalls> & ReturnType<typeof streamCalls> & ReturnType<typeof historyCalls> & ReturnType<typeof auditCalls>;
import { conductCalls } from "./conduct.js";
import { streamCalls } from "./streams.js";
import { historyCalls } from "./history.js";
import { auditCalls } from "./audit.js";
