/**
 * A client of its own. `baseUrl` can be set later too, `timeoutMs` is for each attempt (a reply
 * takes up to 5 s), and `retries` is how many attempts follow a first one that was lost.
 *
 * @param {{ baseUrl?: string, fetch?: typeof globalThis.fetch, timeoutMs?: number, retries?: number }} [settings]
 */
export function createClient(settings?: {
    baseUrl?: string;
    fetch?: typeof globalThis.fetch;
    timeoutMs?: number;
    retries?: number;
}): {
    /** Where the gateway is, for a client that outlives a change of it. @param {string} url */
    setBaseUrl(url: string): void;
    /**
     * The gateway and its seven services. It is not asked again when it fails: that is the answer.
     *
     * @param {CallOptions} [options]
     * @returns {Promise<Health>}
     */
    fetchHealth: (options?: CallOptions) => Promise<Health>;
    /** @param {CallOptions} [options] @returns {Promise<Model[]>} */
    fetchModels: (options?: CallOptions) => Promise<Model[]>;
    /**
     * Choose the model of the interviews that are started without one.
     *
     * @param {string} modelId
     * @param {CallOptions} [options]
     * @returns {Promise<Selected>}
     */
    selectModel: (modelId: string, options?: CallOptions) => Promise<Selected>;
    /**
     * Set up an interview: its session, with the first question. Unless `setup` has an
     * `interviewId`, the client gives it one, so that a start whose reply was lost starts one
     * interview and not two.
     *
     * @param {Setup} setup
     * @param {CallOptions} [options]
     * @returns {Promise<Session>}
     */
    startInterview: (setup: Setup, options?: CallOptions) => Promise<Session>;
    /**
     * Answer the question that waits: the session with the interviewer's reply.
     *
     * @param {Session} session as it came
     * @param {string} message 1 to 10,000 characters
     * @param {CallOptions} [options]
     * @returns {Promise<Session>}
     */
    sendResponse: (session: Session, message: string, options?: CallOptions) => Promise<Session>;
    /** @param {Session} session @param {CallOptions} [options] @returns {Promise<Summary>} */
    getSummary: (session: Session, options?: CallOptions) => Promise<Summary>;
    /**
     * An interview with the session to go on from. Where it has a `pendingAnswer`, the gateway
     * stopped before it replied: send that answer again.
     *
     * @param {string} id
     * @param {CallOptions} [options]
     * @returns {Promise<Interview>}
     */
    getInterview: (id: string, options?: CallOptions) => Promise<Interview>;
    /** Newest first, by pages. @param {Filter} [filter] @param {CallOptions} [options] @returns {Promise<Interviews>} */
    listInterviews: (filter?: Filter, options?: CallOptions) => Promise<Interviews>;
    /** @param {string} id @param {CallOptions} [options] @returns {Promise<Events>} */
    getEvents: (id: string, options?: CallOptions) => Promise<Events>;
    /**
     * The session as its client held it after the event of that version.
     *
     * @param {string} id
     * @param {number} version
     * @param {CallOptions} [options]
     * @returns {Promise<Session>}
     */
    getSessionAt: (id: string, version: number, options?: CallOptions) => Promise<Session>;
    /** @param {string} id @param {CallOptions} [options] @returns {Promise<Transcript>} */
    getTranscript: (id: string, options?: CallOptions) => Promise<Transcript>;
    /** Where a transcript can be had, for a link. @param {string} id @param {Format} format */
    transcriptUrl: (id: string, format: Format) => string;
    /** The evidence of an interview, to be checked without the gateway. @param {string} id @param {CallOptions} [options] @returns {Promise<Bundle>} */
    getBundle: (id: string, options?: CallOptions) => Promise<Bundle>;
    /** Where that can be had, for a link. @param {string} id */
    bundleUrl: (id: string) => string;
    /** @param {string} id @param {string} reason @param {CallOptions} [options] @returns {Promise<InterviewOverview>} */
    holdInterview: (id: string, reason: string, options?: CallOptions) => Promise<InterviewOverview>;
    /** @param {string} id @param {string} reason @param {CallOptions} [options] @returns {Promise<InterviewOverview>} */
    releaseInterview: (id: string, reason: string, options?: CallOptions) => Promise<InterviewOverview>;
    /** Forget its words, for ever. @param {string} id @param {string} reason @param {CallOptions} [options] @returns {Promise<Forgotten>} */
    forgetInterview: (id: string, reason: string, options?: CallOptions) => Promise<Forgotten>;
    /** The rules of an interview, as a table. @param {CallOptions} [options] @returns {Promise<StateMachine>} */
    getStateMachine: (options?: CallOptions) => Promise<StateMachine>;
    /** The head of the log as a signed note. @param {CallOptions} [options] @returns {Promise<string>} */
    getCheckpoint: (options?: CallOptions) => Promise<string>;
    /** The public key that checkpoints are signed with. @param {CallOptions} [options] @returns {Promise<string>} */
    getAuditKey: (options?: CallOptions) => Promise<string>;
    /**
     * What shows that an event is in the log of a checkpoint.
     *
     * @param {number} position of the event
     * @param {number} [size] of the checkpoint
     * @param {CallOptions} [options]
     * @returns {Promise<Inclusion>}
     */
    getInclusion: (position: number, size?: number, options?: CallOptions) => Promise<Inclusion>;
    /**
     * Check the whole log, which can take a while; `onProgress` is told how far it is.
     *
     * @param {CallOptions & { onProgress?: (progress: VerifyProgress) => void }} [options]
     * @returns {Promise<VerifyReport>}
     */
    verifyLog({ onProgress, ...options }?: CallOptions & {
        onProgress?: (progress: VerifyProgress) => void;
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
export function fetchHealth(options?: CallOptions): Promise<Health>;
export function fetchModels(options?: CallOptions): Promise<Model[]>;
export function selectModel(modelId: string, options?: CallOptions): Promise<Selected>;
export function startInterview(setup: Setup, options?: CallOptions): Promise<Session>;
export function sendResponse(session: Session, message: string, options?: CallOptions): Promise<Session>;
export function getSummary(session: Session, options?: CallOptions): Promise<Summary>;
export function getInterview(id: string, options?: CallOptions): Promise<Interview>;
export type Schemas = import("./openapi.js").components["schemas"];
export type CallOptions = import("./transport.js").CallOptions;
export type Session = Schemas["Session"];
export type Role = Schemas["Role"];
export type Message = Schemas["Message"];
export type Model = Schemas["Model"];
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
export type Setup = Pick<Schemas["StartRequest"], "role"> & Partial<Schemas["StartRequest"]>;
export type Filter = {
    state?: InterviewOverview["state"];
    role?: Role;
    q?: string;
    limit?: number;
    cursor?: string;
};
export type Format = "json" | "md" | "html";
export type Client = ReturnType<typeof createClient>;
