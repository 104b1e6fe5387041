export function streamCalls(transport: Transport): {
    /**
     * Start an interview, and hear its first question as it is written. If `setup` has no
     * `interviewId`, the client makes one.
     *
     * @param {Setup} setup
     * @param {CallOptions} [options]
     * @returns {AsyncGenerator<ReplyEvent, void, void>}
     * @throws {CallError | InvalidInputError | UnknownModelError | SessionConflictError | InterviewForgottenError | LogUnavailableError | DrainingError}
     */
    streamStart: (setup: Setup, options?: CallOptions) => AsyncGenerator<ReplyEvent, void, void>;
    /**
     * Answer the current question, and hear the interviewer's reply as it is written.
     *
     * @param {Session} session as the gateway returned it
     * @param {string} message 1 to 10,000 characters
     * @param {CallOptions} [options]
     * @returns {AsyncGenerator<ReplyEvent, void, void>}
     * @throws {CallError | InvalidInputError | SessionConflictError | InterviewCompleteError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError | DrainingError}
     */
    streamResponse: (session: Session, message: string, options?: CallOptions) => AsyncGenerator<ReplyEvent, void, void>;
    /**
     * Summarize the interview so far, and hear the summary as it is written.
     *
     * @param {Session} session as the gateway returned it
     * @param {CallOptions} [options]
     * @returns {AsyncGenerator<SummaryEvent, void, void>}
     * @throws {CallError | InvalidInputError | SessionConflictError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError | DrainingError}
     */
    streamSummary: (session: Session, options?: CallOptions) => AsyncGenerator<SummaryEvent, void, void>;
    /**
     * Hear the newest reply or summary of an interview, also if it is already complete.
     *
     * @param {string} interviewId
     * @param {CallOptions} [options]
     * @returns {AsyncGenerator<ReplyEvent | SummaryEvent, void, void>}
     * @throws {CallError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
     */
    joinReply: (interviewId: string, options?: CallOptions) => AsyncGenerator<ReplyEvent | SummaryEvent, void, void>;
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
    stopReply(interviewId: string, options?: CallOptions): Promise<void>;
};
import type { Transport } from "./transport.js";
import type { ReplyEvent } from "./index.js";
import type { Setup } from "./index.js";
import type { CallOptions } from "./index.js";
import type { Session } from "./index.js";
import type { SummaryEvent } from "./index.js";
