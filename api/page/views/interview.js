/**
 * An interview, while it is held: the conversation, and the box for the next answer.
 *
 * The log is right. Whatever happens, the session to go on with is the log's; and what was typed is
 * kept until its reply is here. The state is one value, and `render` draws it.
 */

import { h } from "../dom.js";
import { gateway } from "../gateway.js";
import { known, language, say, speak } from "../language.js";
import {
  draftOf, dropDraft, dropInterview, dropUnfinished, isUnlocked, keepDraft, keepUnfinished, unfinished, unlockDrafts,
} from "../storage.js";
import { noticeOf, troubleOf, unsentNotice } from "../notices.js";
import { visitor } from "../visitor.js";
import { asides, asksToEnd, endChoice } from "./asides.js";
import { answerBox } from "./answer-box.js";
import { conversation } from "./conversation.js";
import {
  answered, initial, isClosing, isListening, isOpening, isUnanswered, NOT_KNOWN, reduce,
} from "./interview-state.js";
import { interviewNotice, stopNotice } from "./interview-notices.js";
import { listen, liveReply, useBuiltIn } from "./live-reply.js";
import { progress } from "./progress.js";
import { replyRequests } from "./reply-requests.js";
import { showSummary } from "./summary.js";
import { untilBack } from "./until-back.js";
import { voiceSwitches } from "./voice-switches.js";
import { awaited } from "./waiting.js";

/** @typedef {import("../integration-service-client/index.js").Session} Session */
/** @typedef {import("../integration-service-client/index.js").Interview} Interview */
/** @typedef {Pick<Interview, "session">} Reply */
/** @typedef {import("../notices.js").Trouble} Trouble */
/** @typedef {import("./interview-types.js").Event} Event */

/** @param {import("../main.js").Place} place */
export function show(place) {
  const { root, id, signal } = place;
  let state = initial({ draft: draftOf(id)?.text ?? "", unsent: draftOf(id)?.unsent ?? "" });
  /** Ends listening to the reply under way. */
  let listening = new AbortController();
  /** Asks again for what could not be reached. */
  let retry = () => {};
  /** What was said last by a button. */
  let lastAside = "";
  /** @type {Interview["brief"]} */
  let brief = null;
  const { post, join } = replyRequests(id, () => brief);
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
  const voice = voiceSwitches({ write: box.write, moved: () => box.focus(), signal });
  const tools = asides({ post: sayAside, others: voice.buttons });
  const foot = h("div", { class: "foot" }, choice, notices, voice.remark, box.element);
  const live = liveReply({
    open: (button) => talk.openReply({ button, useBuiltIn: () => useBuiltIn(id, dispatch, signal) }),
    moved: () => talk.keepUp(),
    signal,
  });
  root.append(head.title, talk.element, foot);
  box.element.prepend(head.bar, head.text);
  box.addTools(tools.element);
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
    if (isListening(state)) live.render(state, awaited(part(state)));
    else if (phase !== "stopped" || !state.shown) {
      talk.close();
      live.end();
    } else live.stop();
    box.fill(isUnanswered(state) && !isOpening(state) && !state.isAside ? "" : state.draft);
    if (phase !== before.phase) {
      box.set(phase === "stopped" || isOpening(state) ? "locked" : isListening(state) ? "waiting" : "open");
      tools.set(phase === "idle");
      voice.listen(phase === "idle");
      if (phase === "idle") box.focus();
      if (phase === "sending") talk.follow();
    }
    if (state.asksToStop !== before.asksToStop || state.asksToEnd !== before.asksToEnd) renderChoice();
    const isUnsentMoot = (state.phase === "idle") === (before.phase === "idle") && state.unsent === before.unsent;
    if (state.notice !== before.notice || !isUnsentMoot) notices.replaceChildren(interviewNotice(state, actions));
  }

  /** @param {Session} session */
  function renderSession({ messages, currentQuestion, config }) {
    const last = messages.at(-1);
    if (last?.role === "assistant") {
      live.end(last.content);
      voice.read(last.content);
    }
    talk.render(messages);
    head.render(config.role, currentQuestion, config.totalQuestions);
  }

  /** What was sent cannot be taken back, only the waiting can end; and the interview, when asked for. */
  function renderChoice() {
    choice.replaceChildren();
    if (state.asksToStop) choice.append(stopNotice({ stay: () => dispatch({ type: "stayed" }), stop: stopWaiting }));
    else if (state.asksToEnd) choice.append(endChoice(sayAside));
    else if (isListening(state)) box.focus();
    if (state.asksToStop) choice.querySelector("button")?.focus();
  }

  const actions = {
    retry: { request: () => retry(), answer: box.submit, aside: () => sayAside(lastAside), load },
    lookAgain: async () => placeAnswer(await look()),
    getReply: () => hear(state.answer, post),
    move: () => unsentHandled("unsent-moved"),
    drop: () => unsentHandled("unsent-deleted"),
  };

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
      brief = found.brief;
      const spoken = known(brief?.language);
      if (spoken && spoken !== language()) return inLanguage(spoken);
      if (state.phase === "loading") goOn("loaded", found);
      else goOn("found", found);
      if (state.phase !== "idle") return;
      if (found.pendingAnswer || isOpening(state)) await hear(found.pendingAnswer ?? "", join);
      else if (state.isHurried) box.submit();
    } catch (error) {
      if (!signal.aborted) failed(error, "load");
    }
  }

  /** Begin again in the interview's language. @param {string} code */
  async function inLanguage(code) {
    await speak(code);
    if (signal.aborted) return;
    dispatch({ type: "ended" });
    root.replaceChildren();
    show(place);
  }

  /** Go on from what the log says. @param {"loaded" | "found" | "done"} type @param {Reply} reply */
  function goOn(type, reply) {
    const { session } = reply;
    dispatch({ type, session, kept: draftOf(id), asksToEnd: asksToEnd(session.messages) });
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
    keepUnfinished({ id, role: config.role, question: currentQuestion, total: config.totalQuestions, language: language() });
    if (type === "done") talk.keepUp();
    else talk.follow();
  }

  /** @param {string} answer */
  async function send(answer) {
    if (state.phase === "loading") dispatch({ type: "sent", answer });
    else if (state.phase === "idle") await hear(answer, post);
  }

  /** Post what a button says. What is typed stays in the box. @param {string} words */
  async function sayAside(words) {
    if (state.phase !== "idle") return;
    lastAside = words;
    box.focus();
    // It is kept as what was typed after that.
    if (draftOf(id)) keepDraft(id, { text: state.draft, answered: answered(state) + 1, unsent: state.unsent });
    await hear(words, post, true);
  }

  /**
   * Listen to the reply to an answer, or to the start if there is none.
   *
   * @param {string} answer
   * @param {typeof post} ask
   * @param {boolean} [isAside] a button said it
   */
  async function hear(answer, ask, isAside = false) {
    const { session } = state;
    if (!session) return;
    listening = new AbortController();
    const stop = AbortSignal.any([signal, listening.signal]);
    dispatch({ type: "sent", answer, isAside });
    try {
      const done = await untilBack(() => listen(ask(session, answer, stop), dispatch), stop, away);
      goOn("done", done);
    } catch (error) {
      if (!stop.aborted) refused(error);
    }
  }

  /** The answer is not in the log. @param {unknown} error */
  function refused(error) {
    const { isAside } = state;
    dispatch({ type: "refused" });
    const { session: log } = /** @type {{ session?: Session }} */ (error);
    if (log) goOn("found", { session: log });
    else failed(error, isOpening(state) ? "load" : isAside ? "aside" : "answer");
  }

  async function stopWaiting() {
    const stopped = listening;
    dispatch({ type: "stayed" });
    const found = await look();
    if (signal.aborted || stopped !== listening || !isListening(state)) return; // the reply is here
    stopped.abort();
    dispatch({ type: "stopped" });
    placeAnswer(found);
  }

  const look = () => gateway.getInterview(id, { signal, timeoutMs: 2000, retries: 0 }).catch(() => null);

  /** Say where an answer stands whose reply nobody waits for. Only the log can tell. @param {Interview | null} found */
  function placeAnswer(found) {
    if (signal.aborted || state.phase !== "stopped") return;
    if (!found) dispatch({ type: "placed", place: "unknown" });
    else if (answered({ ...state, session: found.session }) > answered(state)) goOn("found", found);
    else dispatch({ type: "placed", place: found.pendingAnswer === state.answer ? "recorded" : "not-sent" });
  }

  /** @param {unknown} error @param {"answer" | "aside" | "load"} retries */
  function failed(error, retries) {
    const trouble = troubleOf(error);
    if (trouble.helps !== "no") return dispatch({ type: "failed", trouble, retries });
    const typed = state.unsent || state.draft;
    dispatch({ type: "ended" });
    dropInterview(id);
    root.replaceChildren(
      h("h1", {}, say("interview.cannot-continue")),
      noticeOf(trouble, () => {}),
      unsentNotice(typed, () => dropDraft(id)),
      h("p", { class: "row" },
        h("a", { class: "button", href: "#/" }, say("interview.start-another")),
        visitor.seesAll && h("a", { class: "button", href: "#/history" }, say("interview.open-history"))),
    );
  }
}

/** Which part of the interview the interviewer has to speak in. @param {import("./interview-types.js").State} state */
const part = (state) => (isOpening(state) ? "opening" : isClosing(state) ? "closing" : "question");
