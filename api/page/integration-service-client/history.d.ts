export function historyCalls(transport: import("./transport.js").Transport): {
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
};
import type { Interviews } from "./index.js";
import type { Filter } from "./index.js";
import type { CallOptions } from "./index.js";
import type { Events } from "./index.js";
import type { Session } from "./index.js";
import type { Transcript } from "./index.js";
import type { Format } from "./index.js";
import type { Bundle } from "./index.js";
import type { InterviewOverview } from "./index.js";
import type { Forgotten } from "./index.js";
import type { StateMachine } from "./index.js";
