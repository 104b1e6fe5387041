/** Calls that read recorded interviews, keep their words, and erase them. */

import { INTERVIEWS, pathOf, query } from "./paths.js";

/** @import { Bundle, CallOptions, Events, Filter, Forgotten, Format, InterviewOverview, Interviews, Session, StateMachine, Transcript } from "./index.js" */

/** @param {import("./transport.js").Transport} transport */
export const historyCalls = (transport) => ({
  /**
   * Interviews in pages, newest first.
   *
   * @param {Filter} [filter]
   * @param {CallOptions} [options]
   * @returns {Promise<Interviews>}
   * @throws {CallError | InvalidInputError | LogUnavailableError}
   */
  listInterviews: (filter, options) =>
    transport.get(`${INTERVIEWS}${query(filter)}`, "interviews", options),

  /**
   * The events of an interview, in order.
   *
   * @param {string} id
   * @param {CallOptions} [options]
   * @returns {Promise<Events>}
   * @throws {CallError | UnknownInterviewError | LogUnavailableError}
   */
  getEvents: (id, options) => transport.get(pathOf(id, "/events"), "events", options),

  /**
   * The session as the client had it after the event of that version.
   *
   * @param {string} id
   * @param {number} version
   * @param {CallOptions} [options]
   * @returns {Promise<Session>}
   * @throws {CallError | InvalidInputError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
   */
  getSessionAt: (id, version, options) =>
    transport.get(pathOf(id, `/session${query({ version })}`), "messages", options),

  /**
   * The transcript of an interview.
   *
   * @param {string} id
   * @param {CallOptions} [options]
   * @returns {Promise<Transcript>}
   * @throws {CallError | InvalidInputError | UnknownInterviewError | LogUnavailableError}
   */
  getTranscript: (id, options) => transport.get(pathOf(id, "/transcript"), "entries", options),

  /** The URL of a transcript, for a link. @param {string} id @param {Format} format */
  transcriptUrl: (id, format) => transport.baseUrl() + pathOf(id, `/transcript${query({ format })}`),

  /**
   * The evidence of an interview: a bundle that can be checked without the gateway.
   *
   * @param {string} id
   * @param {CallOptions} [options]
   * @returns {Promise<Bundle>}
   * @throws {CallError | UnknownInterviewError | LogUnavailableError}
   */
  getBundle: (id, options) => transport.get(pathOf(id, "/bundle"), "format", options),

  /** The URL of a bundle, for a link. @param {string} id */
  bundleUrl: (id) => transport.baseUrl() + pathOf(id, "/bundle"),

  /**
   * Put an interview on hold: its words cannot be erased until it is released. Not retried.
   *
   * @param {string} id
   * @param {string} reason
   * @param {CallOptions} [options]
   * @returns {Promise<InterviewOverview>}
   * @throws {CallError | InvalidInputError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
   */
  holdInterview: (id, reason, options) =>
    transport.json(
      { method: "POST", path: pathOf(id, "/hold"), body: { reason }, once: true, options },
      "onHold",
    ),

  /**
   * Release an interview from its hold. Not retried.
   *
   * @param {string} id
   * @param {string} reason
   * @param {CallOptions} [options]
   * @returns {Promise<InterviewOverview>}
   * @throws {CallError | InvalidInputError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
   */
  releaseInterview: (id, reason, options) =>
    transport.json(
      { method: "POST", path: pathOf(id, "/release"), body: { reason }, once: true, options },
      "onHold",
    ),

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
  forgetInterview: (id, reason, options) =>
    transport.json(
      { method: "DELETE", path: pathOf(id, query({ reason })), once: true, options },
      "forgottenAt",
    ),

  /**
   * The rules of an interview, as a table.
   *
   * @param {CallOptions} [options]
   * @returns {Promise<StateMachine>}
   * @throws {CallError}
   */
  getStateMachine: (options) => transport.get("/api/v1/statemachine", "transitions", options),
});
