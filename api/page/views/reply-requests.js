/** Requests for the interviewer's next words: post an answer, or join the reply under way. */

import { gateway, HEARING } from "../gateway.js";

/** @typedef {import("../integration-service-client/index.js").Session} Session */

/**
 * @callback Ask
 * @param {Session} session
 * @param {string} answer empty at the start
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<import("../integration-service-client/index.js").ReplyEvent, void, void>}
 */

/**
 * What an interview was started with. A start that is posted again must say the same.
 *
 * @typedef {NonNullable<import("../integration-service-client/index.js").Interview["brief"]>} Brief
 */

/** @param {string} id @param {() => Brief | null | undefined} briefOf @returns {{ post: Ask, join: Ask }} */
export function replyRequests(id, briefOf) {
  /** @type {Ask} */
  function post(session, answer, signal) {
    if (answer) return gateway.streamResponse(session, answer, { ...HEARING, signal });
    const { role, model, totalQuestions } = session.config;
    const { kitVersion, ...brief } = briefOf() ?? {};
    return gateway.streamStart({ ...brief, role, model, totalQuestions, interviewId: id }, { ...HEARING, signal });
  }

  /** If there is no reply under way, the same request begins it. @type {Ask} */
  async function* join(session, answer, signal) {
    try {
      for await (const event of gateway.joinReply(id, { ...HEARING, signal })) {
        if (event.type === "done" && !("session" in event)) return yield* post(session, answer, signal); // a summary's
        yield event;
      }
    } catch (error) {
      if (/** @type {{ status?: number }} */ (error).status !== 404) throw error;
      yield* post(session, answer, signal);
    }
  }

  return { post, join };
}
