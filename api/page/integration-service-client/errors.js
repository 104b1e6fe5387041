/**
 * What can go wrong, each kind a class of its own and told apart by `kind`:
 *
 *     if (isGatewayError(error)) switch (error.kind) { case "session-conflict": … }
 *
 * A call that its own AbortSignal ended rejects with that signal's reason, as `fetch` does.
 */

/**
 * @typedef {import("./openapi.js").components["schemas"]["Problem"]} Problem An RFC 9457 problem.
 * @typedef {import("./openapi.js").components["schemas"]["Session"]} Session
 * @typedef {import("./openapi.js").components["schemas"]["Verdict"]} Verdict
 */

/**
 * Marks these errors in all copies of this module that a program may have: `instanceof` knows those
 * of its own copy alone.
 */
const MARK = Symbol.for("integration-service-client/error");

/** Anything that is the matter between here and the gateway. Its message is for people. */
export class GatewayError extends Error {
  /** @param {string} message @param {ErrorOptions} [options] */
  constructor(message, options) {
    super(message, options);
    this.name = new.target.name;
  }
}
Object.defineProperty(GatewayError.prototype, MARK, { value: true });

/**
 * No answer came: the gateway is not running, or the connection broke. A browser says no more than
 * this to a page whose origin is not allowed, either.
 */
export class UnreachableError extends GatewayError {
  /** @readonly */
  kind = /** @type {const} */ ("unreachable");
}

/** No answer came in time. */
export class TimedOutError extends GatewayError {
  /** @readonly */
  kind = /** @type {const} */ ("timed-out");
}

/** Something answered that is no interview gateway, or sent elsewhere, or the address is none. */
export class NotAGatewayError extends GatewayError {
  /** @readonly */
  kind = /** @type {const} */ ("not-a-gateway");
}

/** The gateway answered with a problem. `status` is HTTP's, `problem` the answer itself. */
export class ProblemError extends GatewayError {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.detail);
    /** @readonly */
    this.problem = problem;
    /** @readonly */
    this.status = problem.status;
  }
}

/** The input cannot be used: `field` is the first that is wrong, `errors` are all of them. */
export class InvalidInputError extends ProblemError {
  /** @readonly */
  kind = /** @type {const} */ ("invalid-input");

  /** @returns {{ field: string, message: string }[]} */
  get errors() {
    return this.problem.errors ?? [];
  }

  /** Such as "message" or "session.messages[2]"; "" where it is none in particular. */
  get field() {
    return this.errors[0]?.field ?? "";
  }
}

/**
 * The session is behind the log or says other than it. Go on from `session`, the log's own;
 * `place` is where they first differ.
 */
export class SessionConflictError extends ProblemError {
  /** @readonly */
  kind = /** @type {const} */ ("session-conflict");

  /** @returns {Verdict | null} */
  get verdict() {
    return this.problem.verdict ?? null;
  }

  /** @returns {string | null} */
  get place() {
    return this.problem.place ?? null;
  }

  /** @returns {Session} */
  get session() {
    return /** @type {Session} */ (this.problem.session);
  }
}

/** The interview takes no more answers. `session` is the log's. */
export class InterviewCompleteError extends ProblemError {
  /** @readonly */
  kind = /** @type {const} */ ("interview-complete");

  /** @returns {Session} */
  get session() {
    return /** @type {Session} */ (this.problem.session);
  }
}

/** The log holds no such interview. */
export class UnknownInterviewError extends ProblemError {
  /** @readonly */
  kind = /** @type {const} */ ("unknown-interview");
}

/** The interview's words were forgotten. */
export class InterviewForgottenError extends ProblemError {
  /** @readonly */
  kind = /** @type {const} */ ("interview-forgotten");
}

/** The interview is on hold: it must be released before its words can be forgotten. */
export class InterviewOnHoldError extends ProblemError {
  /** @readonly */
  kind = /** @type {const} */ ("interview-on-hold");
}

/** No source offers the model; `knownModels` are those that can be chosen. */
export class UnknownModelError extends ProblemError {
  /** @readonly */
  kind = /** @type {const} */ ("unknown-model");

  /** @returns {string[]} */
  get knownModels() {
    return this.problem.knownModels ?? [];
  }
}

/** The event log cannot be used now. With `answerTaken`, the answer is in it all the same. */
export class LogUnavailableError extends ProblemError {
  /** @readonly */
  kind = /** @type {const} */ ("log-unavailable");

  get answerTaken() {
    return this.problem.answerTaken ?? false;
  }
}

/** Any other refusal: a Host that is not the gateway's, a body that is too large. */
export class RefusedError extends ProblemError {
  /** @readonly */
  kind = /** @type {const} */ ("refused");
}

/**
 * @typedef {UnreachableError | TimedOutError | NotAGatewayError | InvalidInputError
 *   | SessionConflictError | InterviewCompleteError | UnknownInterviewError
 *   | InterviewForgottenError | InterviewOnHoldError | UnknownModelError | LogUnavailableError
 *   | RefusedError} AnyGatewayError
 */

/**
 * What any call can reject with, besides the reason of its own signal.
 *
 * @typedef {UnreachableError | TimedOutError | NotAGatewayError | RefusedError} CallError
 */

/** By the name in a problem's `type`. @type {Record<string, new (problem: Problem) => ProblemError>} */
const KINDS = {
  "invalid-input": InvalidInputError,
  "session-conflict": SessionConflictError,
  "interview-complete": InterviewCompleteError,
  "unknown-interview": UnknownInterviewError,
  "interview-forgotten": InterviewForgottenError,
  "interview-on-hold": InterviewOnHoldError,
  "unknown-model": UnknownModelError,
  "log-unavailable": LogUnavailableError,
};

/**
 * Whether it is an error of this client, told apart by its `kind`. One that was copied to another
 * process or worker is not: it has lost all but its message on the way.
 *
 * @param {unknown} error
 * @returns {error is AnyGatewayError}
 */
export function isGatewayError(error) {
  return typeof error === "object" && error !== null && MARK in error;
}

/** The error that tells of a problem. @param {Problem} problem @returns {ProblemError} */
export function errorOf(problem) {
  const name = problem.type.slice(problem.type.lastIndexOf("/") + 1);
  return new (Object.hasOwn(KINDS, name) ? KINDS[name] : RefusedError)(problem);
}
