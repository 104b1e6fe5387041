/** Calls whose reply arrives word by word, as the interviewer writes it. */

import { errorOf, ProblemError, UnreachableError } from "./errors.js";
import { newInterviewId } from "./interview-id.js";
import { INTERVIEWS, pathOf } from "./paths.js";
import { mayPass, pauseAfter } from "./retries.js";

/** @import { CallOptions, ReplyEvent, Session, Setup, SummaryEvent } from "./index.js" */
/** @import { Request, Transport } from "./transport.js" */

/** The gateway sends something at least every 5 s. */
const SILENCE_MS = 15_000;

/** The events ahead of the last one. A later gateway may send others. */
const KNOWN = ["status", "delta", "reset"];

/** @param {Transport} transport */
export const streamCalls = (transport) => ({
  /**
   * Start an interview, and hear its first question as it is written. If `setup` has no
   * `interviewId`, the client makes one.
   *
   * @param {Setup} setup
   * @param {CallOptions} [options]
   * @returns {AsyncGenerator<ReplyEvent, void, void>}
   * @throws {CallError | InvalidInputError | UnknownModelError | SessionConflictError | InterviewForgottenError | LogUnavailableError | DrainingError}
   */
  streamStart: (setup, options) => {
    const body = { ...setup, interviewId: setup.interviewId ?? newInterviewId() };
    return hear(transport, post("start", body, options), reply(body.interviewId, options), "session");
  },

  /**
   * Answer the current question, and hear the interviewer's reply as it is written.
   *
   * @param {Session} session as the gateway returned it
   * @param {string} message 1 to 10,000 characters
   * @param {CallOptions} [options]
   * @returns {AsyncGenerator<ReplyEvent, void, void>}
   * @throws {CallError | InvalidInputError | SessionConflictError | InterviewCompleteError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError | DrainingError}
   */
  streamResponse: (session, message, options) => {
    const id = session.interviewId;
    const again = id ? reply(id, options) : null;
    return hear(transport, post("respond", { session, message }, options), again, "session");
  },

  /**
   * Summarize the interview so far, and hear the summary as it is written.
   *
   * @param {Session} session as the gateway returned it
   * @param {CallOptions} [options]
   * @returns {AsyncGenerator<SummaryEvent, void, void>}
   * @throws {CallError | InvalidInputError | SessionConflictError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError | DrainingError}
   */
  streamSummary: (session, options) =>
    hear(transport, post("summary", { session }, options), null, "summary"),

  /**
   * Hear the newest reply or summary of an interview, also if it is already complete.
   *
   * @param {string} interviewId
   * @param {CallOptions} [options]
   * @returns {AsyncGenerator<ReplyEvent | SummaryEvent, void, void>}
   * @throws {CallError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
   */
  joinReply: (interviewId, options) =>
    hear(transport, reply(interviewId, options), reply(interviewId, options), null),

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
  async stopReply(interviewId, options) {
    await transport.text({ ...reply(interviewId, options), method: "DELETE", once: true });
  },
});

/** @returns {Request} */
const post = (/** @type {string} */ name, /** @type {unknown} */ body, /** @type {CallOptions | undefined} */ options) =>
  ({ method: "POST", path: `${INTERVIEWS}/${name}`, body, options });

/** @returns {Request} */
const reply = (/** @type {string} */ id, /** @type {CallOptions | undefined} */ options) =>
  ({ method: "GET", path: pathOf(id, "/reply"), options });

/**
 * The events of one reply, over as many connections as it takes. `retries` counts the connections
 * in a row that bring no further words.
 *
 * @param {Transport} transport
 * @param {Request} first
 * @param {Request | null} again asks for the events after the last one; if null, `first` is sent again
 * @param {"session" | "summary" | null} member of the last event; null for either
 * @returns {AsyncGenerator<any, void, void>}
 */
async function* hear(transport, first, again, member) {
  const { retries = transport.retries, signal } = first.options ?? {};
  const seen = new Set(); // ids since the last reset
  let lastId = "";
  let text = ""; // since the last reset
  let longest = 0;
  for (let attempt = 0; ; attempt += 1) {
    const resumed = lastId && again ? { ...again, headers: { "last-event-id": lastId } } : null;
    let beginsAnew = !resumed && text !== "";
    let isOver = false;
    if (!resumed) seen.clear();
    try {
      for await (const { type, id, data } of transport.events(resumed ?? first, SILENCE_MS)) {
        signal?.throwIfAborted(); // one part of the answer can hold several events
        if (type === "reset") seen.clear();
        else if (seen.has(id)) continue; // so that no word is shown twice
        if (id) seen.add((lastId = id));
        if (type === "problem") {
          isOver = true;
          throw errorOf(transport.parsed(data, "type"));
        }
        if (type === "done" || type === "answer") {
          const done = type === "done" ? transport.parsed(data) : plain(transport, data, member);
          if (member && !(member in done)) {
            lastId = ""; // somebody asked for another reply meanwhile: this one is not the newest
            break;
          }
          isOver = true;
          const words = done.session?.messages.at(-1)?.content ?? done.summary;
          if (words !== text) yield { type: "reset", text: words, reason: "whole" };
          return void (yield { ...done, type: "done" });
        }
        if (!KNOWN.includes(type)) continue;
        const event = { ...transport.parsed(data), type };
        if (type !== "status") {
          if (beginsAnew) {
            event.type = "reset";
            event.reason ??= "began anew";
          }
          beginsAnew = false;
          text = event.type === "delta" ? text + event.text : event.text;
        }
        yield event;
        if (text.length > longest) {
          longest = text.length;
          attempt = 0;
        }
      }
      throw new UnreachableError("The connection broke off before the reply was complete.");
    } catch (error) {
      if (isOver || attempt >= retries) throw error;
      if (!mayPass(error)) {
        // If the gateway does not have that reply any more, the first request has the last word.
        if (!resumed || again?.path === first.path || !(error instanceof ProblemError)) throw error;
        lastId = "";
      }
      await pauseAfter(attempt, signal);
    }
  }
}

/** The last event of a gateway that does not stream. */
const plain = (/** @type {Transport} */ transport, /** @type {string} */ data, /** @type {string | null} */ member) =>
  member === "summary" ? transport.parsed(data, member) : { session: transport.parsed(data, "messages") };
