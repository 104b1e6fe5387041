/**
 * A client with settings of its own. `setBaseUrl` changes `baseUrl` later. `timeoutMs` limits each
 * attempt (a reply takes up to 5 s; 0 is no limit). `retries` is the number of further attempts.
 *
 * @param {LeftOut<{ baseUrl: string, fetch: typeof globalThis.fetch, timeoutMs: number, retries: number }>} [settings]
 */
export function createClient(settings?: LeftOut<{
    baseUrl: string;
    fetch: typeof globalThis.fetch;
    timeoutMs: number;
    retries: number;
}>): {
    /**
     * A checkpoint: a signed note of the log's size and root hash.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<string>}
     * @throws {CallError | LogUnavailableError}
     */
    getCheckpoint: (options?: CallOptions) => Promise<string>;
    /**
     * A checkpoint that is stored in the log too.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<string>}
     * @throws {CallError | LogUnavailableError}
     */
    storeCheckpoint: (options?: CallOptions) => Promise<string>;
    /**
     * The public key of the checkpoints' signatures.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<string>}
     * @throws {CallError | LogUnavailableError}
     */
    getAuditKey: (options?: CallOptions) => Promise<string>;
    /**
     * The proof that an event is in the log of a checkpoint.
     *
     * @param {number} position of the event
     * @param {number} [size] of the checkpoint
     * @param {CallOptions} [options]
     * @returns {Promise<Inclusion>}
     * @throws {CallError | InvalidInputError | LogUnavailableError}
     */
    getInclusion: (position: number, size?: number, options?: CallOptions) => Promise<Inclusion>;
    /**
     * Check whether the whole log agrees with itself. Only a checkpoint that somebody kept elsewhere
     * shows that it was not rewritten (`coverage`). The check can take long: `onProgress` gets its
     * progress. It is not retried, and has no time limit unless `timeoutMs` is given. RefusedError:
     * the log is in memory and has no file to check.
     *
     * @param {CallOptions & { onProgress?: ((progress: VerifyProgress) => void) | undefined }} [options]
     * @returns {Promise<VerifyReport>}
     * @throws {CallError | LogUnavailableError}
     */
    verifyLog({ onProgress, ...options }?: CallOptions & {
        onProgress?: ((progress: VerifyProgress) => void) | undefined;
    }): Promise<VerifyReport>;
    /**
     * Interviews in pages, newest first.
     *
     * @param {Filter} [filter]
     * @param {CallOptions} [options]
     * @returns {Promise<Interviews>}
     * @throws {CallError | InvalidInputError | LogUnavailableError}
     */
    listInterviews: (filter?: Filter, options?: CallOptions) => Promise<Interviews>;
    /**
     * The events of an interview, in order.
     *
     * @param {string} id
     * @param {CallOptions} [options]
     * @returns {Promise<Events>}
     * @throws {CallError | UnknownInterviewError | LogUnavailableError}
     */
    getEvents: (id: string, options?: CallOptions) => Promise<Events>;
    /**
     * The session as the client had it after the event of that version.
     *
     * @param {string} id
     * @param {number} version
     * @param {CallOptions} [options]
     * @returns {Promise<Session>}
     * @throws {CallError | InvalidInputError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
     */
    getSessionAt: (id: string, version: number, options?: CallOptions) => Promise<Session>;
    /**
     * The transcript of an interview.
     *
     * @param {string} id
     * @param {CallOptions} [options]
     * @returns {Promise<Transcript>}
     * @throws {CallError | InvalidInputError | UnknownInterviewError | LogUnavailableError}
     */
    getTranscript: (id: string, options?: CallOptions) => Promise<Transcript>;
    /** The URL of a transcript, for a link. @param {string} id @param {Format} format */
    transcriptUrl: (id: string, format: Format) => string;
    /**
     * The evidence of an interview: a bundle that can be checked without the gateway.
     *
     * @param {string} id
     * @param {CallOptions} [options]
     * @returns {Promise<Bundle>}
     * @throws {CallError | UnknownInterviewError | LogUnavailableError}
     */
    getBundle: (id: string, options?: CallOptions) => Promise<Bundle>;
    /** The URL of a bundle, for a link. @param {string} id */
    bundleUrl: (id: string) => string;
    /**
     * Put an interview on hold: its words cannot be erased until it is released. Not retried.
     *
     * @param {string} id
     * @param {string} reason
     * @param {CallOptions} [options]
     * @returns {Promise<InterviewOverview>}
     * @throws {CallError | InvalidInputError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
     */
    holdInterview: (id: string, reason: string, options?: CallOptions) => Promise<InterviewOverview>;
    /**
     * Release an interview from its hold. Not retried.
     *
     * @param {string} id
     * @param {string} reason
     * @param {CallOptions} [options]
     * @returns {Promise<InterviewOverview>}
     * @throws {CallError | InvalidInputError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
     */
    releaseInterview: (id: string, reason: string, options?: CallOptions) => Promise<InterviewOverview>;
    /**
     * Erase the words of an interview for good. While another program reads the log's file, they can
     * stay in its bytes: then `overwritten` is false and `detail` says when they will be gone. Call it
     * again to see whether they are. Not retried.
     *
     * @param {string} id
     * @param {string} reason
     * @param {CallOptions} [options]
     * @returns {Promise<Forgotten>}
     * @throws {CallError | InvalidInputError | UnknownInterviewError | InterviewOnHoldError | LogUnavailableError}
     */
    forgetInterview: (id: string, reason: string, options?: CallOptions) => Promise<Forgotten>;
    /**
     * The rules of an interview, as a table.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<StateMachine>}
     * @throws {CallError}
     */
    getStateMachine: (options?: CallOptions) => Promise<StateMachine>;
    /**
     * The state of the gateway and its seven services. A failed call is not retried: the failure is
     * the answer.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<Health>}
     * @throws {CallError}
     */
    fetchHealth: (options?: CallOptions) => Promise<Health>;
    /**
     * The models of all sources, or the built-in list if no source is up.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<Model[]>}
     * @throws {CallError}
     */
    fetchModels(options?: CallOptions): Promise<Model[]>;
    /**
     * Select the model for interviews that are started without one.
     *
     * @param {string} modelId
     * @param {CallOptions} [options]
     * @returns {Promise<Selected>}
     * @throws {CallError | InvalidInputError | UnknownModelError}
     */
    selectModel: (modelId: string, options?: CallOptions) => Promise<Selected>;
    /**
     * Start an interview. Resolves to its session, with the first question. If `setup` has no
     * `interviewId`, the client makes one, so that a retried start does not start a second interview.
     * SessionConflictError: another interview has that id.
     *
     * @param {Setup} setup
     * @param {CallOptions} [options]
     * @returns {Promise<Session>}
     * @throws {CallError | InvalidInputError | UnknownModelError | SessionConflictError | InterviewForgottenError | LogUnavailableError}
     */
    startInterview: (setup: Setup, options?: CallOptions) => Promise<Session>;
    /**
     * Answer the current question. Resolves to the session with the interviewer's reply. The same
     * answer sent again gets the same reply. UnknownInterviewError: the gateway runs with
     * STRICT_SESSIONS and its log does not know the session.
     *
     * @param {Session} session as the gateway returned it
     * @param {string} message 1 to 10,000 characters
     * @param {CallOptions} [options]
     * @returns {Promise<Session>}
     * @throws {CallError | InvalidInputError | SessionConflictError | InterviewCompleteError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
     */
    sendResponse: (session: Session, message: string, options?: CallOptions) => Promise<Session>;
    /**
     * Summarize the interview so far. It need not be complete.
     *
     * @param {Session} session as the gateway returned it
     * @param {CallOptions} [options]
     * @returns {Promise<Summary>}
     * @throws {CallError | InvalidInputError | SessionConflictError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
     */
    getSummary: (session: Session, options?: CallOptions) => Promise<Summary>;
    /**
     * An interview, with the session to continue from. If it has a `pendingAnswer`, the log has that
     * answer but no reply to it: send the same answer again to get the reply.
     *
     * @param {string} id
     * @param {CallOptions} [options]
     * @returns {Promise<Interview>}
     * @throws {CallError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
     */
    getInterview: (id: string, options?: CallOptions) => Promise<Interview>;
    /** Change the gateway's address. @param {string} url */
    setBaseUrl(url: string): void;
};
export * from "./errors.js";
export { newInterviewId } from "./interview-id.js";
/** The gateway's default address, from the environment if there is one. */
export const INTEGRATION_BASE_URL: string;
/** Change the gateway's address. @param {string} url */
export function setBaseUrl(url: string): void;
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
 * @throws {CallError | InvalidInputError | UnknownModelError | SessionConflictError | InterviewForgottenError | LogUnavailableError}
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
 * @throws {CallError | InvalidInputError | SessionConflictError | InterviewCompleteError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
 */
export const sendResponse: (session: Session, message: string, options?: CallOptions) => Promise<Session>;
/**
 * Summarize the interview so far. It need not be complete.
 *
 * @param {Session} session as the gateway returned it
 * @param {CallOptions} [options]
 * @returns {Promise<Summary>}
 * @throws {CallError | InvalidInputError | SessionConflictError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
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
export type Schemas = import("./openapi.js").components["schemas"];
export type CallOptions = import("./transport.js").CallOptions;
export type CallError = import("./errors.js").CallError;
export type Session = Schemas["Session"];
export type Role = Schemas["Role"];
export type Message = Schemas["Message"];
export type Model = Schemas["Model"];
export type Models = Schemas["ModelsReply"];
export type Health = Schemas["HealthReply"];
export type Service = Schemas["ServiceReply"];
export type Selected = Schemas["SelectReply"];
export type Summary = Schemas["SummaryReply"];
export type InterviewOverview = Schemas["InterviewOverview"];
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
export type Setup = Pick<Schemas["StartRequest"], "role"> & LeftOut<Schemas["StartRequest"]>;
export type Filter = LeftOut<{
    state: InterviewOverview["state"];
    role: Role;
    q: string;
    limit: number;
    cursor: string;
}>;
export type Format = "json" | "md" | "html";
/**
 * Each member may be missing or undefined: `exactOptionalPropertyTypes` tells the two apart.
 */
export type LeftOut<Whole> = { [Name in keyof Whole]?: Whole[Name] | undefined; };
export type Client = ReturnType<typeof createClient>;
