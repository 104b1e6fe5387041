/**
 * An interview, while it is held: the conversation, and the box for the next answer.
 *
 * The log is right. Whatever happens, the session to go on with is the log's; and what was typed is
 * kept until its reply is here. The state is one value, and `render` draws it.
 */

import { announce, h } from "../dom.js";
import { gateway, HEARING } from "../gateway.js";
import { health } from "../health.js";
import {
  draftOf, dropDraft, dropInterview, dropUnfinished, isUnlocked, keepDraft, keepUnfinished, unfinished, unlockDrafts,
} from "../storage.js";
import { notice, noticeOf, troubleOf, unsentNotice } from "../notices.js";
import { visitor } from "../visitor.js";
import { answerBox } from "./answer-box.js";
import { conversation } from "./conversation.js";
import {
  answered, initial, isClosing, isListening, isOpening, isUnanswered, NOT_KNOWN, reduce,
} from "./interview-state.js";
import { listen, liveReply, useBuiltIn } from "./live-reply.js";
import { progress } from "./progress.js";
import { showSummary } from "./summary.js";
import { untilBack } from "./until-back.js";
import { AWAITED } from "./waiting.js";

/** @typedef {import("../integration-service-client/index.js").Session} Session */
/** @typedef {import("../integration-service-client/index.js").Interview} Interview */
/** @typedef {import("../notices.js").Trouble} Trouble */
/** @typedef {import("./interview-types.js").Event} Event */

const SENT = "Your answer was sent, so you cannot change it any more. The interviewer’s reply is on its way.";
const OTHER_ANSWER = "The log has a different answer to the last question";

const PLACES = {
  unknown: "You stopped waiting. The gateway cannot be reached, so this page does not know whether your answer arrived.",
  recorded: "You stopped waiting. Your answer is in the log, and the reply will be there too.",
  "not-sent": "Your answer was not sent. It is back in the box.",
};

/** @param {import("../main.js").Place} place */
export function show({ root, id, signal }) {
  let state = initial({ draft: draftOf(id)?.text ?? "", unsent: draftOf(id)?.unsent ?? "" });
  /** Ends listening to the reply under way. */
  let listening = new AbortController();
  /** Asks again for what could not be reached. */
  let retry = () => {};
  const away = {
    /** @param {Trouble} trouble @param {() => void} again */
    lost(trouble, again) {
      retry = again;
      dispatch({ type: "lost", trouble });
    },
    back: () => dispatch({ type: "retried" }),
  };

  const talk = conversation();
  const head = progress();
  const notices = h("div", { class: "notices" });
  const choice = h("div", { class: "notices" });
  const box = answerBox({ text: state.draft, keep: typed, send, cancel: () => dispatch({ type: "cancelled" }) });
  const foot = h("div", { class: "foot" }, choice, notices, box.element);
  const live = liveReply({
    open: (button) => talk.openReply({ button, useBuiltIn: () => useBuiltIn(id, dispatch, signal) }),
    moved: () => talk.keepUp(),
    signal,
  });
  root.append(head.title, talk.element, foot);
  box.element.prepend(head.bar, head.text);
  talk.watch(signal);
  const last = unfinished();
  if (last?.id === id) head.render(last.role, last.question, last.total);
  load();

  /** @param {Event} event */
  function dispatch(event) {
    const before = state;
    state = reduce(state, event);
    if (state !== before && !signal.aborted) render(before);
  }

  /** Draw the state. What has not changed since `before` stays as it is. @param {typeof state} before */
  function render(before) {
    const { phase, session } = state;
    if (phase === "ended") return;
    if (session && session !== before.session) renderSession(session);
    talk.pend(isUnanswered(state) ? state.answer : "");
    if (isListening(state)) live.render(state, AWAITED[part(state)]);
    else if (phase !== "stopped" || !state.shown) {
      talk.close();
      live.end();
    } else live.stop();
    box.fill(isUnanswered(state) && !isOpening(state) ? "" : state.draft);
    if (phase !== before.phase) {
      box.set(phase === "stopped" || isOpening(state) ? "locked" : isListening(state) ? "waiting" : "open");
      if (phase === "idle") box.focus();
      if (phase === "sending") talk.follow();
    }
    if (state.asksToStop !== before.asksToStop) renderChoice();
    const isUnsentMoot = (state.phase === "idle") === (before.phase === "idle") && state.unsent === before.unsent;
    if (state.notice !== before.notice || !isUnsentMoot) notices.replaceChildren(noticeNow());
  }

  /** @param {Session} session */
  function renderSession({ messages, currentQuestion, config }) {
    const last = messages.at(-1);
    if (last?.role === "assistant") live.end(last.content);
    talk.render(messages);
    head.render(config.role, currentQuestion, config.totalQuestions);
  }

  /** What was sent cannot be taken back. Only the waiting can end. */
  function renderChoice() {
    choice.replaceChildren();
    if (!state.asksToStop) {
      if (isListening(state)) box.focus();
      return;
    }
    choice.append(notice({
      words: SENT,
      actions: [["Keep waiting", () => dispatch({ type: "stayed" })], ["Stop waiting", stopWaiting]],
    }));
    choice.querySelector("button")?.focus();
    announce(SENT);
  }

  /** The notice that stands above the box. */
  function noticeNow() {
    const { notice: now, unsent, phase } = state;
    if (now?.kind === "trouble") {
      const { words, helps } = now.trouble;
      const trouble = helps === "sign-in" ? { ...now.trouble, words: `${words} Nothing that you typed is lost.` } : now.trouble;
      return noticeOf(trouble, { request: () => retry(), answer: box.submit, load }[now.retries]);
    }
    if (now?.kind === "unknown") {
      const passes = { promise: "The page asks again as soon as the gateway is back.", isOver: () => health.gateway !== null };
      return noticeOf({ words: PLACES.unknown, helps: "again", passes }, async () => place(await look()));
    }
    if (now) {
      announce(PLACES[now.kind]);
      const element = notice({
        words: PLACES[now.kind],
        actions: now.kind === "recorded" ? [["Get the reply", () => hear(state.answer, post)]] : [],
      });
      queueMicrotask(() => element.querySelector("button")?.focus());
      return element;
    }
    if (!unsent || phase !== "idle") return "";
    announce(`${OTHER_ANSWER}. What you typed was not sent.`);
    return notice({
      words: `${OTHER_ANSWER}, sent earlier or from another window. This text was not sent:`,
      quote: unsent,
      actions: [
        ["Move it to the answer box", () => unsentHandled("unsent-moved")],
        ["Delete it", () => unsentHandled("unsent-deleted")],
      ],
    });
  }

  /** @param {"unsent-moved" | "unsent-deleted"} type */
  function unsentHandled(type) {
    dispatch({ type });
    keep();
    box.focus();
  }

  /** Store what was typed. */
  function keep() {
    const inLog = state.session ? answered(state) : (draftOf(id)?.answered ?? NOT_KNOWN);
    keepDraft(id, { text: state.draft, answered: inLog, unsent: state.unsent });
  }

  /** @param {string} text */
  function typed(text) {
    dispatch({ type: "typed", text });
    keep();
  }

  async function load() {
    try {
      const found = await untilBack(() => gateway.getInterview(id, { signal }), signal, away);
      if (!isUnlocked(id) && found.draftKey) unlockDrafts(id, found.draftKey);
      if (state.phase === "loading") goOn("loaded", found.session);
      else goOn("found", found.session);
      if (state.phase !== "idle") return;
      if (found.pendingAnswer || isOpening(state)) await hear(found.pendingAnswer ?? "", join);
      else if (state.isHurried) box.submit();
    } catch (error) {
      if (!signal.aborted) failed(error, "load");
    }
  }

  /** Go on from what the log says. @param {"loaded" | "found" | "done"} type @param {Session} session */
  function goOn(type, session) {
    dispatch({ type, session, kept: draftOf(id) });
    keep();
    if (visitor.seesAll) {
      gateway.getEvents(id, { signal }).then(
        ({ events }) => talk.renderOrigins(events),
        () => {}, // the conversation can be read without
      );
    }
    const { config, currentQuestion, isComplete } = session;
    if (isComplete) {
      dropUnfinished(id);
      showSummary({ root, id, session, talk, typed: state.unsent || state.draft, signal });
      return;
    }
    keepUnfinished({ id, role: config.role, question: currentQuestion, total: config.totalQuestions });
    if (type === "done") talk.keepUp();
    else talk.follow();
  }

  /** @param {string} answer */
  async function send(answer) {
    if (state.phase === "loading") dispatch({ type: "sent", answer });
    else if (state.phase === "idle") await hear(answer, post);
  }

  /**
   * Listen to the reply to an answer, or to the start if there is none.
   *
   * @param {string} answer
   * @param {typeof post} ask
   */
  async function hear(answer, ask) {
    const { session } = state;
    if (!session) return;
    listening = new AbortController();
    const stop = AbortSignal.any([signal, listening.signal]);
    dispatch({ type: "sent", answer });
    try {
      const done = await untilBack(() => listen(ask(session, answer, stop), dispatch), stop, away);
      goOn("done", done.session);
    } catch (error) {
      if (!stop.aborted) refused(error);
    }
  }

  /** @param {Session} session @param {string} answer @param {AbortSignal} signal */
  function post(session, answer, signal) {
    if (answer) return gateway.streamResponse(session, answer, { ...HEARING, signal });
    const { role, model, totalQuestions } = session.config;
    return gateway.streamStart({ role, model, totalQuestions, interviewId: id }, { ...HEARING, signal });
  }

  /**
   * Join the reply under way. If there is none, the same request begins it.
   *
   * @param {Session} session @param {string} answer @param {AbortSignal} signal
   * @returns {ReturnType<typeof post>}
   */
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

  /** The answer is not in the log. @param {unknown} error */
  function refused(error) {
    dispatch({ type: "refused" });
    const { session: log } = /** @type {{ session?: Session }} */ (error);
    if (log) goOn("found", log);
    else failed(error, isOpening(state) ? "load" : "answer");
  }

  async function stopWaiting() {
    const stopped = listening;
    dispatch({ type: "stayed" });
    const found = await look();
    if (signal.aborted || stopped !== listening || !isListening(state)) return; // the reply is here
    stopped.abort();
    dispatch({ type: "stopped" });
    place(found);
  }

  const look = () => gateway.getInterview(id, { signal, timeoutMs: 2000, retries: 0 }).catch(() => null);

  /** Say where an answer stands whose reply nobody waits for. Only the log can tell. @param {Interview | null} found */
  function place(found) {
    if (signal.aborted || state.phase !== "stopped") return;
    if (!found) dispatch({ type: "placed", place: "unknown" });
    else if (answered({ ...state, session: found.session }) > answered(state)) goOn("found", found.session);
    else dispatch({ type: "placed", place: found.pendingAnswer === state.answer ? "recorded" : "not-sent" });
  }

  /** @param {unknown} error @param {"answer" | "load"} retries */
  function failed(error, retries) {
    const trouble = troubleOf(error);
    if (trouble.helps !== "no") return dispatch({ type: "failed", trouble, retries });
    const typed = state.unsent || state.draft;
    dispatch({ type: "ended" });
    dropInterview(id);
    root.replaceChildren(
      h("h1", {}, "This interview cannot continue"),
      noticeOf(trouble, () => {}),
      unsentNotice(typed, () => dropDraft(id)),
      h("p", { class: "row" },
        h("a", { class: "button", href: "#/" }, "Start another interview"),
        visitor.seesAll && h("a", { class: "button", href: "#/history" }, "Open the history")),
    );
  }
}

/** Which part of the interview the interviewer has to speak in. @param {import("./interview-types.js").State} state */
const part = (state) => (isOpening(state) ? "opening" : isClosing(state) ? "closing" : "question");
