/**
 * Whether it is an error of this client, told apart by its `kind`. One that was copied to another
 * process or worker is not: it has lost all but its message on the way.
 *
 * @param {unknown} error
 * @returns {error is AnyGatewayError}
 */
export function isGatewayError(error: unknown): error is AnyGatewayError;
/** The error that tells of a problem. @param {Problem} problem @returns {ProblemError} */
export function errorOf(problem: Problem): ProblemError;
/** Anything that is the matter between here and the gateway. Its message is for people. */
export class GatewayError extends Error {
    /** @param {string} message @param {ErrorOptions} [options] */
    constructor(message: string, options?: ErrorOptions);
}
/**
 * No answer came: the gateway is not running, or the connection broke. A browser says no more than
 * this to a page whose origin is not allowed, either.
 */
export class UnreachableError extends GatewayError {
    /** @readonly */
    readonly kind: "unreachable";
}
/** No answer came in time. */
export class TimedOutError extends GatewayError {
    /** @readonly */
    readonly kind: "timed-out";
}
/** Something answered that is no interview gateway, or sent elsewhere, or the address is none. */
export class NotAGatewayError extends GatewayError {
    /** @readonly */
    readonly kind: "not-a-gateway";
}
/** The gateway answered with a problem. `status` is HTTP's, `problem` the answer itself. */
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
    };
    /** @readonly */
    readonly status: number;
}
/** The input cannot be used: `field` is the first that is wrong, `errors` are all of them. */
export class InvalidInputError extends ProblemError {
    /** @readonly */
    readonly kind: "invalid-input";
    /** @returns {{ field: string, message: string }[]} */
    get errors(): {
        field: string;
        message: string;
    }[];
    /** Such as "message" or "session.messages[2]"; "" where it is none in particular. */
    get field(): string;
}
/**
 * The session is behind the log or says other than it. Go on from `session`, the log's own;
 * `place` is where they first differ.
 */
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
/** The interview takes no more answers. `session` is the log's. */
export class InterviewCompleteError extends ProblemError {
    /** @readonly */
    readonly kind: "interview-complete";
    /** @returns {Session} */
    get session(): Session;
}
/** The log holds no such interview. */
export class UnknownInterviewError extends ProblemError {
    /** @readonly */
    readonly kind: "unknown-interview";
}
/** The interview's words were forgotten. */
export class InterviewForgottenError extends ProblemError {
    /** @readonly */
    readonly kind: "interview-forgotten";
}
/** The interview is on hold: it must be released before its words can be forgotten. */
export class InterviewOnHoldError extends ProblemError {
    /** @readonly */
    readonly kind: "interview-on-hold";
}
/** No source offers the model; `knownModels` are those that can be chosen. */
export class UnknownModelError extends ProblemError {
    /** @readonly */
    readonly kind: "unknown-model";
    /** @returns {string[]} */
    get knownModels(): string[];
}
/** The event log cannot be used now. With `answerTaken`, the answer is in it all the same. */
export class LogUnavailableError extends ProblemError {
    /** @readonly */
    readonly kind: "log-unavailable";
    get answerTaken(): boolean;
}
/** Any other refusal: a Host that is not the gateway's, a body that is too large. */
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
export type AnyGatewayError = UnreachableError | TimedOutError | NotAGatewayError | InvalidInputError | SessionConflictError | InterviewCompleteError | UnknownInterviewError | InterviewForgottenError | InterviewOnHoldError | UnknownModelError | LogUnavailableError | RefusedError;
/**
 * What any call can reject with, besides the reason of its own signal.
 */
export type CallError = UnreachableError | TimedOutError | NotAGatewayError | RefusedError;
