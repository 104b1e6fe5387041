/** Calls that conduct an interview, and show which services and models there are. */

import { newInterviewId } from "./interview-id.js";
import { INTERVIEWS, pathOf } from "./paths.js";

/** @import { CallOptions, Health, Interview, Model, Models, Selected, Session, Setup, Summary } from "./index.js" */

/** @param {import("./transport.js").Transport} transport */
export const conductCalls = (transport) => ({
  /**
   * The state of the gateway and its seven services. A failed call is not retried: the failure is
   * the answer.
   *
   * @param {CallOptions} [options]
   * @returns {Promise<Health>}
   * @throws {CallError}
   */
  fetchHealth: (options) =>
    transport.json({ method: "GET", path: "/health", once: true, options }, "services"),

  /**
   * The models of all sources, or the built-in list if no source is up.
   *
   * @param {CallOptions} [options]
   * @returns {Promise<Model[]>}
   * @throws {CallError}
   */
  async fetchModels(options) {
    /** @type {Models} */
    const { models } = await transport.get("/api/v1/models", "models", options);
    return models;
  },

  /**
   * Select the model for interviews that are started without one.
   *
   * @param {string} modelId
   * @param {CallOptions} [options]
   * @returns {Promise<Selected>}
   * @throws {CallError | InvalidInputError | UnknownModelError}
   */
  selectModel: (modelId, options) =>
    transport.post("/api/v1/models/select", { modelId }, "selected", options),

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
  startInterview: (setup, options) =>
    transport.post(
      `${INTERVIEWS}/start`,
      { ...setup, interviewId: setup.interviewId ?? newInterviewId() },
      "messages",
      options,
    ),

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
  sendResponse: (session, message, options) =>
    transport.post(`${INTERVIEWS}/respond`, { session, message }, "messages", options),

  /**
   * Summarize the interview so far. It need not be complete.
   *
   * @param {Session} session as the gateway returned it
   * @param {CallOptions} [options]
   * @returns {Promise<Summary>}
   * @throws {CallError | InvalidInputError | SessionConflictError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError | DrainingError}
   */
  getSummary: (session, options) =>
    transport.post(`${INTERVIEWS}/summary`, { session }, "summary", options),

  /**
   * An interview, with the session to continue from. If it has a `pendingAnswer`, the log has that
   * answer but no reply to it: send the same answer again to get the reply.
   *
   * @param {string} id
   * @param {CallOptions} [options]
   * @returns {Promise<Interview>}
   * @throws {CallError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
   */
  getInterview: (id, options) => transport.get(pathOf(id), "session", options),
});
