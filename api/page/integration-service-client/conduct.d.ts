export function conductCalls(transport: import("./transport.js").Transport): {
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
     * @throws {CallError | InvalidInputError | UnknownModelError | SessionConflictError | InterviewForgottenError | LogUnavailableError | DrainingError}
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
     * @throws {CallError | InvalidInputError | SessionConflictError | InterviewCompleteError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError | DrainingError}
     */
    sendResponse: (session: Session, message: string, options?: CallOptions) => Promise<Session>;
    /**
     * Summarize the interview so far. It need not be complete.
     *
     * @param {Session} session as the gateway returned it
     * @param {CallOptions} [options]
     * @returns {Promise<Summary>}
     * @throws {CallError | InvalidInputError | SessionConflictError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError | DrainingError}
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
};
import type { Health } from "./index.js";
import type { CallOptions } from "./index.js";
import type { Model } from "./index.js";
import type { Selected } from "./index.js";
import type { Session } from "./index.js";
import type { Setup } from "./index.js";
import type { Summary } from "./index.js";
import type { Interview } from "./index.js";
