/**
 * The client's errors. Each has a `kind`:
 *
 *     if (isGatewayError(error)) switch (error.kind) { case "session-conflict": … }
 *
 * A call that its AbortSignal ends rejects with the signal's reason, as `fetch` does.
 */

/**
 * @typedef {import("./openapi.js").components["schemas"]["Problem"]} Problem An RFC 9457 problem.
 * @typedef {import("./openapi.js").components["schemas"]["Session"]} Session
 * @typedef {import("./openapi.js").components["schemas"]["Verdict"]} Verdict
 */

/** Marks the errors of every copy of this module in a program; `instanceof` knows one copy only. */
const MARK = Symbol.for("integration-service-client/error");

/** Any error of this client. Its message can be shown to people. */
export class GatewayError extends Error {
  /** @param {string} message @param {ErrorOptions} [options] */
  constructor(message, options) {
    super(message, options);
    this.name = new.target.name;
  }
}
Object.defineProperty(GatewayError.prototype, MARK, { value: true });

/**
 * No answer: the gateway is not running, the connection broke, or (in a browser) the gateway does not
 * allow the page's origin. The gateway logs each origin that it refuses.
 */
export class UnreachableError extends GatewayError {
  /** @readonly */
  kind = /** @type {const} */ ("unreachable");
}

/** No answer within `timeoutMs`. */
export class TimedOutError extends GatewayError {
  /** @readonly */
  kind = /** @type {const} */ ("timed-out");
}

/** The address is malformed, redirects, or belongs to another program. */
export class NotAGatewayError extends GatewayError {
  /** @readonly */
  kind = /** @type {const} */ ("not-a-gateway");
}

/** The gateway answered with a problem. `status` is the HTTP status. */
export class ProblemError extends GatewayError {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.detail);
    /** @readonly */
    this.problem = problem;
    /** @readonly */
    this.status = problem.status;
  }

  /**
   * Whether the answer is in the log nevertheless; null where that is not known.
   *
   * @returns {boolean | null}
   */
  get answerTaken() {
    return false;
  }
}

/** The input is invalid. `field` is the first invalid field, `errors` has all of them. */
export class InvalidInputError extends ProblemError {
  /** @readonly */
  kind = /** @type {const} */ ("invalid-input");

  /** @returns {{ field: string, message: string }[]} */
  get errors() {
    return this.problem.errors ?? [];
  }

  /** Such as "message" or "session.messages[2]"; or "". */
  get field() {
    return this.errors[0]?.field ?? "";
  }
}

/** The session is behind the log or differs from it, first at `place`. `session` is the log's. */
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

/** The interview is complete. `session` is the log's. */
export class InterviewCompleteError extends ProblemError {
  /** @readonly */
  kind = /** @type {const} */ ("interview-complete");

  /** @returns {Session} */
  get session() {
    return /** @type {Session} */ (this.problem.session);
  }
}

/** The log has no such interview. */
export class UnknownInterviewError extends ProblemError {
  /** @readonly */
  kind = /** @type {const} */ ("unknown-interview");
}

/** The interview's words were erased. */
export class InterviewForgottenError extends ProblemError {
  /** @readonly */
  kind = /** @type {const} */ ("interview-forgotten");
}

/** The interview is on hold: release it before its words are erased. */
export class InterviewOnHoldError extends ProblemError {
  /** @readonly */
  kind = /** @type {const} */ ("interview-on-hold");
}

/** No source has the model. `knownModels` has those that can be chosen. */
export class UnknownModelError extends ProblemError {
  /** @readonly */
  kind = /** @type {const} */ ("unknown-model");

  /** @returns {string[]} */
  get knownModels() {
    return this.problem.knownModels ?? [];
  }
}

/**
 * The event log cannot be used now. `answerTaken`: whether the answer is in it nevertheless. Send the same again in
 * each case: nothing is recorded twice.
 */
export class LogUnavailableError extends ProblemError {
  /** @readonly */
  kind = /** @type {const} */ ("log-unavailable");

  get answerTaken() {
    return this.problem.answerTaken ?? null;
  }
}

/** The gateway is about to stop. Nothing of the request is in the log: send it again. */
export class DrainingError extends ProblemError {
  /** @readonly */
  kind = /** @type {const} */ ("draining");
}

/** The token that `fetch` sends is missing, has expired or is not valid: sign in again. */
export class NotSignedInError extends ProblemError {
  /** @readonly */
  kind = /** @type {const} */ ("not-signed-in");
}

/** The caller has sent too many requests. Nothing of this one is in the log: send it again later. */
export class QuotaExceededError extends ProblemError {
  /** @readonly */
  kind = /** @type {const} */ ("quota-exceeded");

  /** @param {Problem} problem @param {Headers} [headers] of the response */
  constructor(problem, headers) {
    super(problem);
    /** @readonly Seconds until the gateway takes the next request. */
    this.retryAfterSeconds = Number(headers?.get("retry-after") ?? 1);
  }
}

/** Any other problem, such as a body that is too large. */
export class RefusedError extends ProblemError {
  /** @readonly */
  kind = /** @type {const} */ ("refused");
}

/**
 * @typedef {UnreachableError | TimedOutError | NotAGatewayError | InvalidInputError
 *   | SessionConflictError | InterviewCompleteError | UnknownInterviewError
 *   | InterviewForgottenError | InterviewOnHoldError | UnknownModelError | LogUnavailableError
 *   | DrainingError | NotSignedInError | QuotaExceededError | RefusedError} AnyGatewayError
 */

/**
 * The errors of any call, besides its signal's reason.
 *
 * @typedef {UnreachableError | TimedOutError | NotAGatewayError | NotSignedInError | QuotaExceededError
 *   | RefusedError} CallError
 */

/** By the last part of a problem's `type`. @type {Record<string, new (problem: Problem, headers?: Headers) => ProblemError>} */
const KINDS = {
  "invalid-input": InvalidInputError,
  "session-conflict": SessionConflictError,
  "interview-complete": InterviewCompleteError,
  "unknown-interview": UnknownInterviewError,
  "interview-forgotten": InterviewForgottenError,
  "interview-on-hold": InterviewOnHoldError,
  "unknown-model": UnknownModelError,
  "log-unavailable": LogUnavailableError,
  "draining": DrainingError,
  "not-signed-in": NotSignedInError,
  "quota-exceeded": QuotaExceededError,
};

/**
 * Whether it is an error of this client, with a `kind`. An error that was copied to another process
 * or worker is not: only its message is copied.
 *
 * @param {unknown} error
 * @returns {error is AnyGatewayError}
 */
export function isGatewayError(error) {
  return typeof error === "object" && error !== null && MARK in error;
}

/** The error for a problem. @param {Problem} problem @param {Headers} [headers] @returns {ProblemError} */
export function errorOf(problem, headers) {
  const name = problem.type.slice(problem.type.lastIndexOf("/") + 1);
  return new (Object.hasOwn(KINDS, name) ? KINDS[name] : RefusedError)(problem, headers);
}
