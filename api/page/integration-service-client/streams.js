/** Calls whose reply arrives word by word, as the interviewer writes it. */

import { errorOf, ProblemError, UnreachableError } from "./errors.js";
import { newInterviewId } from "./interview-id.js";
import { INTERVIEWS, pathOf } from "./paths.js";
import { mayPass, pauseAfter } from "./retries.js";

/** @import { CallOptions, ReplyEvent, Session, Setup, Summary, SummaryEvent } from "./index.js" */
/** @import { Request, Transport } from "./transport.js" */

/** The gateway sends something at least every 5 s. */
const SILENCE_MS = 15_000;

/** The events that are yielded. A later gateway may send others. */
const KNOWN = ["status", "delta", "reset", "done"];

/** The plain answer of a call: the member that it must have, its words, and its name in `done`. */
const SESSION = {
  member: "messages",
  name: "session",
  words: (/** @type {Session} */ { messages }) => messages.at(-1)?.content ?? "",
};
const SUMMARY = { member: "summary", name: "summary", words: (/** @type {Summary} */ { summary }) => summary };

/** @param {Transport} transport */
export const streamCalls = (transport) => ({
  /**
   * Start an interview, and hear its first question as it is written. If `setup` has no
   * `interviewId`, the client makes one.
   *
   * @param {Setup} setup
   * @param {CallOptions} [options]
   * @returns {AsyncGenerator<ReplyEvent, void, void>}
   * @throws {CallError | InvalidInputError | UnknownModelError | SessionConflictError | InterviewForgottenError | LogUnavailableError}
   */
  streamStart: (setup, options) => {
    const body = { ...setup, interviewId: setup.interviewId ?? newInterviewId() };
    return hear(transport, post("start", body, options), reply(body.interviewId, options), SESSION);
  },

  /**
   * Answer the current question, and hear the interviewer's reply as it is written.
   *
   * @param {Session} session as the gateway returned it
   * @param {string} message 1 to 10,000 characters
   * @param {CallOptions} [options]
   * @returns {AsyncGenerator<ReplyEvent, void, void>}
   * @throws {CallError | InvalidInputError | SessionConflictError | InterviewCompleteError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
   */
  streamResponse: (session, message, options) => {
    const id = session.interviewId;
    const again = id ? reply(id, options) : null;
    return hear(transport, post("respond", { session, message }, options), again, SESSION);
  },

  /**
   * Summarize the interview so far, and hear the summary as it is written.
   *
   * @param {Session} session as the gateway returned it
   * @param {CallOptions} [options]
   * @returns {AsyncGenerator<SummaryEvent, void, void>}
   * @throws {CallError | InvalidInputError | SessionConflictError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
   */
  streamSummary: (session, options) =>
    hear(transport, post("summary", { session }, options), null, SUMMARY),

  /**
   * Hear the newest reply of an interview, also if it is already complete.
   *
   * @param {string} interviewId
   * @param {CallOptions} [options]
   * @returns {AsyncGenerator<ReplyEvent, void, void>}
   * @throws {CallError | UnknownInterviewError | InterviewForgottenError | LogUnavailableError}
   */
  joinReply: (interviewId, options) =>
    hear(transport, reply(interviewId, options), reply(interviewId, options), SESSION),

  /**
   * Wait no longer for the interviewer. What was said so far is the reply if it asks a whole
   * question; otherwise the built-in question is. Its listeners hear which. Not retried.
   * A 404 error: no reply is under way.
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
 * @param {typeof SESSION | typeof SUMMARY} plain
 * @returns {AsyncGenerator<any, void, void>}
 */
async function* hear(transport, first, again, plain) {
  const { retries = transport.retries, signal } = first.options ?? {};
  let lastId = "";
  const seen = new Set(); // ids since the last reset
  let shown = 0; // characters since the last reset
  let most = 0;
  for (let attempt = 0; ; attempt += 1) {
    const resumed = lastId && again ? { ...again, headers: { "last-event-id": lastId } } : null;
    if (!resumed) seen.clear();
    let beginsAnew = !resumed;
    let isOver = false;
    try {
      for await (const { type, id, data } of transport.events(resumed ?? first, SILENCE_MS)) {
        signal?.throwIfAborted(); // one part of the answer can hold several events
        if (type === "answer") {
          const answer = transport.parsed(data, plain.member);
          isOver = true;
          yield { type: "reset", text: plain.words(answer), reason: "The gateway does not stream." };
          return void (yield { type: "done", [plain.name]: answer });
        }
        if (type === "reset") seen.clear();
        else if (seen.has(id)) continue; // so that no word is shown twice
        if (id) seen.add((lastId = id));
        isOver = type === "done" || type === "problem";
        if (type === "problem") throw errorOf(transport.parsed(data, "type"));
        if (!KNOWN.includes(type)) continue;
        const event = { ...transport.parsed(data), type };
        if (type === "delta" || type === "reset") {
          if (beginsAnew && shown) {
            event.type = "reset";
            event.reason ??= "The reply began again.";
          }
          beginsAnew = false;
          shown = event.text.length + (event.type === "delta" ? shown : 0);
        }
        yield event;
        if (isOver) return;
        if (shown > most) {
          most = shown;
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
