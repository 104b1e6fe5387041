/**
 * Whether it is an error of this client, with a `kind`. An error that was copied to another process
 * or worker is not: only its message is copied.
 *
 * @param {unknown} error
 * @returns {error is AnyGatewayError}
 */
export function isGatewayError(error: unknown): error is AnyGatewayError;
/** The error for a problem. @param {Problem} problem @param {Headers} [headers] @returns {ProblemError} */
export function errorOf(problem: Problem, headers?: Headers): ProblemError;
/** Any error of this client. Its message can be shown to people. */
export class GatewayError extends Error {
    /** @param {string} message @param {ErrorOptions} [options] */
    constructor(message: string, options?: ErrorOptions);
}
/**
 * No answer: the gateway is not running, the connection broke, or (in a browser) the gateway does not
 * allow the page's origin. The gateway logs each origin that it refuses.
 */
export class UnreachableError extends GatewayError {
    /** @readonly */
    readonly kind: "unreachable";
}
/** No answer within `timeoutMs`. */
export class TimedOutError extends GatewayError {
    /** @readonly */
    readonly kind: "timed-out";
}
/** The address is malformed, redirects, or belongs to another program. */
export class NotAGatewayError extends GatewayError {
    /** @readonly */
    readonly kind: "not-a-gateway";
}
/** The gateway answered with a problem. `status` is the HTTP status. */
export class ProblemError extends GatewayError {
    /** @param {Problem} problem */
    constructor(problem: Problem);
    /** @readonly */
    readonly problem: {
        type: string;
        title: string;
        status: number;
        detail: string;
        instance: string;
        errors: import("./openapi.js").components["schemas"]["FieldError"][] | null;
        verdict: import("./openapi.js").components["schemas"]["Verdict"] | null;
        place: string | null;
        session: import("./openapi.js").components["schemas"]["Session"] | null;
        knownModels: string[] | null;
        answerTaken: boolean | null;
        "violated-policies": string[] | null;
        service: string | null;
    };
    /** @readonly */
    readonly status: number;
    /**
     * Whether the answer is in the log nevertheless; null where that is not known.
     *
     * @returns {boolean | null}
     */
    get answerTaken(): boolean | null;
}
/** The input is invalid. `field` is the first invalid field, `errors` has all of them. */
export class InvalidInputError extends ProblemError {
    /** @readonly */
    readonly kind: "invalid-input";
    /** @returns {{ field: string, message: string }[]} */
    get errors(): {
        field: string;
        message: string;
    }[];
    /** Such as "message" or "session.messages[2]"; or "". */
    get field(): string;
}
/** The session is behind the log or differs from it, first at `place`. `session` is the log's. */
export class SessionConflictError extends ProblemError {
    /** @readonly */
    readonly kind: "session-conflict";
    /** @returns {Verdict | null} */
    get verdict(): Verdict | null;
    /** @returns {string | null} */
    get place(): string | null;
    /** @returns {Session} */
    get session(): Session;
}
/** The interview is complete. `session` is the log's. */
export class InterviewCompleteError extends ProblemError {
    /** @readonly */
    readonly kind: "interview-complete";
    /** @returns {Session} */
    get session(): Session;
}
/** The log has no such interview. */
export class UnknownInterviewError extends ProblemError {
    /** @readonly */
    readonly kind: "unknown-interview";
}
/** The interview's words were erased. */
export class InterviewForgottenError extends ProblemError {
    /** @readonly */
    readonly kind: "interview-forgotten";
}
/** The interview is on hold: release it before its words are erased. */
export class InterviewOnHoldError extends ProblemError {
    /** @readonly */
    readonly kind: "interview-on-hold";
}
/** No source has the model. `knownModels` has those that can be chosen. */
export class UnknownModelError extends ProblemError {
    /** @readonly */
    readonly kind: "unknown-model";
    /** @returns {string[]} */
    get knownModels(): string[];
}
/**
 * The event log cannot be used now. `answerTaken`: whether the answer is in it nevertheless. Send the same again in
 * each case: nothing is recorded twice.
 */
export class LogUnavailableError extends ProblemError {
    /** @readonly */
    readonly kind: "log-unavailable";
}
/** The gateway is about to stop. Nothing of the request is in the log: send it again. */
export class DrainingError extends ProblemError {
    /** @readonly */
    readonly kind: "draining";
}
/** The token that `fetch` sends is missing, has expired or is not valid: sign in again. */
export class NotSignedInError extends ProblemError {
    /** @readonly */
    readonly kind: "not-signed-in";
}
/** The caller has sent too many requests. Nothing of this one is in the log: send it again later. */
export class QuotaExceededError extends ProblemError {
    /** @param {Problem} problem @param {Headers} [headers] of the response */
    constructor(problem: Problem, headers?: Headers);
    /** @readonly */
    readonly kind: "quota-exceeded";
    /** @readonly Seconds until the gateway takes the next request. */
    readonly retryAfterSeconds: number;
}
/** Any other problem, such as a body that is too large. */
export class RefusedError extends ProblemError {
    /** @readonly */
    readonly kind: "refused";
}
/**
 * An RFC 9457 problem.
 */
export type Problem = import("./openapi.js").components["schemas"]["Problem"];
export type Session = import("./openapi.js").components["schemas"]["Session"];
export type Verdict = import("./openapi.js").components["schemas"]["Verdict"];
export type AnyGatewayError = UnreachableError | TimedOutError | NotAGatewayError | InvalidInputError | SessionConflictError | InterviewCompleteError | UnknownInterviewError | InterviewForgottenError | InterviewOnHoldError | UnknownModelError | LogUnavailableError | DrainingError | NotSignedInError | QuotaExceededError | RefusedError;
/**
 * The errors of any call, besides its signal's reason.
 */
export type CallError = UnreachableError | TimedOutError | NotAGatewayError | NotSignedInError | QuotaExceededError | RefusedError;
