/**
 * A client of its own. `baseUrl` can be set later too, `timeoutMs` is for each attempt (a reply
 * takes up to 5 s; 0 is no limit), and `retries` is how many attempts follow a first one that was
 * lost.
 *
 * @param {LeftOut<{ baseUrl: string, fetch: typeof globalThis.fetch, timeoutMs: number, retries: number }>} [settings]
 */
export function createClient(settings?: LeftOut<{
    baseUrl: string;
    fetch: typeof globalThis.fetch;
    timeoutMs: number;
    retries: number;
}>): {
    /** Where the gateway is, for a client that outlives a change of it. @param {string} url */
    setBaseUrl(url: string): void;
    /**
     * The gateway and its seven services. It is not asked again when it fails: that is the answer.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<Health>}
     * @throws {CallError}
     */
    fetchHealth: (options?: CallOptions) => Promise<Health>;
    /**
     * The models of all sources, or the built-in ones where there is none.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<Model[]>}
     * @throws {CallError}
     */
    fetchModels(options?: CallOptions): Promise<Model[]>;
    /**
     * Choose the model of the interviews that are started without one.
     *
     * @param {string} modelId
     * @param {CallOptions} [options]
     * @returns {Promise<Selected>}
     * @throws {CallError | InvalidInputError | UnknownModelError}
     */
    selectModel: (modelId: string, options?: CallOptions) => Promise<Selected>;
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
    startInterview: (setup: Setup, options?: CallOptions) => Promise<Session>;
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
    sendResponse: (session: Session, message: string, options?: CallOptions) => Promise<Session>;
    /**
     * Sum the interview up as it stands, complete or not.
     *
     * @param {Session} session as it came
     * @param {CallOptions} [options]
     * @returns {Promise<Summary>}
     * @throws {CallError | InvalidInputError | SessionConflictError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
     */
    getSummary: (session: Session, options?: CallOptions) => Promise<Summary>;
    /**
     * An interview with the session to go on from. Where it has a `pendingAnswer`, the gateway
     * stopped before it replied: send that answer again.
     *
     * @param {string} id
     * @param {CallOptions} [options]
     * @returns {Promise<Interview>}
     * @throws {CallError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
     */
    getInterview: (id: string, options?: CallOptions) => Promise<Interview>;
    /**
     * Newest first, by pages.
     *
     * @param {Filter} [filter]
     * @param {CallOptions} [options]
     * @returns {Promise<Interviews>}
     * @throws {CallError | InvalidInputError | LogUnavailableError}
     */
    listInterviews: (filter?: Filter, options?: CallOptions) => Promise<Interviews>;
    /**
     * What happened in an interview, in order.
     *
     * @param {string} id
     * @param {CallOptions} [options]
     * @returns {Promise<Events>}
     * @throws {CallError | UnknownInterviewError | LogUnavailableError}
     */
    getEvents: (id: string, options?: CallOptions) => Promise<Events>;
    /**
     * The session as its client held it after the event of that version.
     *
     * @param {string} id
     * @param {number} version
     * @param {CallOptions} [options]
     * @returns {Promise<Session>}
     * @throws {CallError | InvalidInputError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
     */
    getSessionAt: (id: string, version: number, options?: CallOptions) => Promise<Session>;
    /**
     * Who said what, to read.
     *
     * @param {string} id
     * @param {CallOptions} [options]
     * @returns {Promise<Transcript>}
     * @throws {CallError | InvalidInputError | UnknownInterviewError | LogUnavailableError}
     */
    getTranscript: (id: string, options?: CallOptions) => Promise<Transcript>;
    /** Where a transcript can be had, for a link. @param {string} id @param {Format} format */
    transcriptUrl: (id: string, format: Format) => string;
    /**
     * The evidence of an interview, to be checked without the gateway.
     *
     * @param {string} id
     * @param {CallOptions} [options]
     * @returns {Promise<Bundle>}
     * @throws {CallError | UnknownInterviewError | LogUnavailableError}
     */
    getBundle: (id: string, options?: CallOptions) => Promise<Bundle>;
    /** Where that can be had, for a link. @param {string} id */
    bundleUrl: (id: string) => string;
    /**
     * Keep its words from being forgotten.
     *
     * @param {string} id
     * @param {string} reason
     * @param {CallOptions} [options]
     * @returns {Promise<InterviewOverview>}
     * @throws {CallError | InvalidInputError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
     */
    holdInterview: (id: string, reason: string, options?: CallOptions) => Promise<InterviewOverview>;
    /**
     * Let its words be forgotten again.
     *
     * @param {string} id
     * @param {string} reason
     * @param {CallOptions} [options]
     * @returns {Promise<InterviewOverview>}
     * @throws {CallError | InvalidInputError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
     */
    releaseInterview: (id: string, reason: string, options?: CallOptions) => Promise<InterviewOverview>;
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
     * The head of the log as a signed note.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<string>}
     * @throws {CallError | LogUnavailableError}
     */
    getCheckpoint: (options?: CallOptions) => Promise<string>;
    /**
     * The same, stored in the log too.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<string>}
     * @throws {CallError | LogUnavailableError}
     */
    storeCheckpoint: (options?: CallOptions) => Promise<string>;
    /**
     * The public key that checkpoints are signed with.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<string>}
     * @throws {CallError | LogUnavailableError}
     */
    getAuditKey: (options?: CallOptions) => Promise<string>;
    /**
     * What shows that an event is in the log of a checkpoint.
     *
     * @param {number} position of the event
     * @param {number} [size] of the checkpoint
     * @param {CallOptions} [options]
     * @returns {Promise<Inclusion>}
     * @throws {CallError | InvalidInputError | LogUnavailableError}
     */
    getInclusion: (position: number, size?: number, options?: CallOptions) => Promise<Inclusion>;
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
    verifyLog({ onProgress, ...options }?: CallOptions & {
        onProgress?: ((progress: VerifyProgress) => void) | undefined;
    }): Promise<VerifyReport>;
};
/**
 * A random UUID. Browsers have `randomUUID` only where a page came by https or from this machine.
 *
 * @returns {string}
 */
export function newInterviewId(): string;
export * from "./errors.js";
/** Where the gateway is, unless told otherwise: from the environment, where there is one. */
export const INTEGRATION_BASE_URL: string;
/** Where the gateway is, for a client that outlives a change of it. @param {string} url */
export function setBaseUrl(url: string): void;
/**
 * The gateway and its seven services. It is not asked again when it fails: that is the answer.
 *
 * @param {CallOptions} [options]
 * @returns {Promise<Health>}
 * @throws {CallError}
 */
export function fetchHealth(options?: CallOptions): Promise<Health>;
/**
 * The models of all sources, or the built-in ones where there is none.
 *
 * @param {CallOptions} [options]
 * @returns {Promise<Model[]>}
 * @throws {CallError}
 */
export function fetchModels(options?: CallOptions): Promise<Model[]>;
/**
 * Choose the model of the interviews that are started without one.
 *
 * @param {string} modelId
 * @param {CallOptions} [options]
 * @returns {Promise<Selected>}
 * @throws {CallError | InvalidInputError | UnknownModelError}
 */
export function selectModel(modelId: string, options?: CallOptions): Promise<Selected>;
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
export function startInterview(setup: Setup, options?: CallOptions): Promise<Session>;
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
export function sendResponse(session: Session, message: string, options?: CallOptions): Promise<Session>;
/**
 * Sum the interview up as it stands, complete or not.
 *
 * @param {Session} session as it came
 * @param {CallOptions} [options]
 * @returns {Promise<Summary>}
 * @throws {CallError | InvalidInputError | SessionConflictError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
 */
export function getSummary(session: Session, options?: CallOptions): Promise<Summary>;
/**
 * An interview with the session to go on from. Where it has a `pendingAnswer`, the gateway
 * stopped before it replied: send that answer again.
 *
 * @param {string} id
 * @param {CallOptions} [options]
 * @returns {Promise<Interview>}
 * @throws {CallError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
 */
export function getInterview(id: string, options?: CallOptions): Promise<Interview>;
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
 * Any of its members may be missing or undefined: under `exactOptionalPropertyTypes` these are two.
 */
export type LeftOut<Whole> = { [Name in keyof Whole]?: Whole[Name] | undefined; };
export type Client = ReturnType<typeof createClient>;
