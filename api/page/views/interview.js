/**
 * An interview, while it is held: the conversation, and the box for the next answer.
 *
 * The log is right. Whatever happens, the session to go on with is the log's; and what was typed is
 * kept until its reply is here.
 */

import { announce, h } from "../dom.js";
import { gateway } from "../gateway.js";
import { health } from "../health.js";
import {
  draftOf, dropInterview, dropUnfinished, isUnlocked, keepDraft, keepUnfinished, unfinished, unlockDrafts,
} from "../storage.js";
import { noticeOf, troubleOf } from "../notices.js";
import { answerBox } from "./answer-box.js";
import { answersIn, conversation } from "./conversation.js";
import { showSummary, unsentOf } from "./summary.js";

/** @typedef {import("../integration-service-client/index.js").Session} Session */

/** How many answers were in before a draft that was begun before the session was here: none equals it. */
const NOT_KNOWN = -1;

/** @param {import("../main.js").Place} place */
export function show({ root, id, signal }) {
  /** @type {Session | null} what the log says */
  let session = null;
  /** @type {{ answer: string, stop: AbortController } | null} the answer under way */
  let sending = null;
  /** Whether an answer was to be sent before the session was here. */
  let isHurried = false;
  /** What was typed for a question that got another answer. */
  let unsent = draftOf(id)?.unsent ?? "";

  const talk = conversation();
  const head = progress();
  const notices = h("div", { class: "notices" });
  const choice = h("div", { class: "notices" });
  const box = answerBox({ text: draftOf(id)?.text ?? "", keep, send, cancel: offerToStop });
  const foot = h("div", { class: "foot" }, choice, notices, box.element);
  root.append(head.title, talk.element, foot);
  box.element.prepend(head.bar, head.text);
  const last = unfinished();
  if (last?.id === id) head.render(last.role, last.question, last.total);
  load();

  async function load() {
    try {
      const found = await retryUntilBack(() => gateway.getInterview(id, { signal }), signal);
      if (!isUnlocked(id)) await unlock();
      unsent ||= draftOf(id)?.unsent ?? "";
      goOn(found.session);
      if (found.pendingAnswer) await send(found.pendingAnswer);
      else if (isHurried) box.submit();
    } catch (error) {
      if (!signal.aborted) failed(error, load);
    }
  }

  /** Without the events the interview goes on too; what is typed is then kept by the page alone. */
  async function unlock() {
    try {
      const { events } = await gateway.getEvents(id, { signal });
      if (events[0].salt) unlockDrafts(id, events[0].salt);
    } catch (error) {
      if (signal.aborted) throw error;
    }
  }

  /** @param {string} text */
  function keep(text) {
    const answered = session ? answersIn(session.messages).length : (draftOf(id)?.answered ?? NOT_KNOWN);
    keepDraft(id, { text, answered, unsent });
  }

  /** Go on from what the log says. @param {Session} log */
  function goOn(log) {
    session = log;
    const { messages, currentQuestion, isComplete, config } = log;
    talk.render(messages);
    gateway.getEvents(id, { signal }).then(
      ({ events }) => talk.renderOrigins(events),
      () => {}, // the conversation can be read without
    );
    const typed = forThisQuestion(answersIn(messages));
    keep(typed);
    if (isComplete) {
      dropUnfinished(id);
      return showSummary({ root, id, session: log, talk, typed: unsent || typed, signal });
    }
    choice.replaceChildren();
    notices.replaceChildren(unsent ? unsentNotice() : "");
    box.fill(typed);
    box.focus();
    head.render(config.role, currentQuestion, config.totalQuestions);
    keepUnfinished({ id, role: config.role, question: currentQuestion, total: config.totalQuestions });
    talk.follow();
  }

  /**
   * What was typed for the question that waits now. An answer to an earlier one is either in the log,
   * or was not sent.
   *
   * @param {string[]} answers
   */
  function forThisQuestion(answers) {
    const draft = draftOf(id);
    if (!draft) return "";
    const isLate = draft.answered !== NOT_KNOWN && draft.answered < answers.length;
    if (!isLate) return draft.text;
    if (answers[draft.answered] !== draft.text.trim()) unsent = draft.text.trim() || unsent;
    return "";
  }

  function unsentNotice() {
    /** @param {string} name @param {() => void} act */
    const button = (name, act) => h("button", {
      type: "button",
      onclick: () => {
        act();
        unsent = "";
        keep(box.text());
        notice.remove();
        box.focus();
      },
    }, name);
    const notice = h("div", { class: "notice" },
      h("p", {}, "The log has a different answer to the last question, sent earlier or from another window. "
        + "This text was not sent:"),
      h("p", { class: "words", dir: "auto" }, unsent),
      h("p", { class: "row" },
        button("Move it to the answer box", () => box.fill([box.text(), unsent].filter(Boolean).join("\n"))),
        button("Delete it", () => {})));
    announce("The log has a different answer to the last question. What you typed was not sent.");
    return notice;
  }

  /** @param {string} answer */
  async function send(answer) {
    if (!session) isHurried = true;
    if (!session || sending) return;
    const from = session;
    sending = { answer, stop: new AbortController() };
    const stop = AbortSignal.any([signal, sending.stop.signal]);
    choice.replaceChildren();
    notices.replaceChildren();
    box.fill("");
    box.wait(true);
    const thinking = talk.wait(answer);
    talk.follow();
    try {
      const post = () => thinking.during(gateway.sendResponse(from, answer, { signal: stop }));
      const reply = await retryUntilBack(post, stop);
      box.wait(false);
      goOn(reply);
      announce(reply.messages.at(-1)?.content ?? "");
    } catch (error) {
      if (!signal.aborted && !stop.aborted) refused(answer, error);
    } finally {
      sending = null;
    }
  }

  /** The answer is not in the log. @param {string} answer @param {unknown} error */
  function refused(answer, error) {
    giveBack(answer);
    const { session: log } = /** @type {{ session?: Session }} */ (error);
    if (log) goOn(log);
    else failed(error, box.submit);
  }

  /** @param {string} answer */
  function giveBack(answer) {
    choice.replaceChildren();
    notices.replaceChildren();
    talk.settle();
    box.wait(false);
    box.fill(answer);
    box.focus();
  }

  /** What was sent cannot be taken back. Only the waiting can end. */
  function offerToStop() {
    const words = "Your answer was sent, so you cannot change it any more. The interviewer’s reply is on its way.";
    const stay = h("button", { type: "button", onclick: stayed }, "Keep waiting");
    choice.replaceChildren(h("div", { class: "notice" },
      h("p", {}, words),
      h("p", { class: "row" }, stay, h("button", { type: "button", onclick: stopWaiting }, "Stop waiting"))));
    stay.focus();
    announce(words);
  }

  function stayed() {
    choice.replaceChildren();
    box.focus();
  }

  async function stopWaiting() {
    const stopped = sending;
    choice.replaceChildren();
    const found = await look();
    if (signal.aborted || !stopped || stopped !== sending) return; // the reply is here
    stopped.stop.abort();
    talk.stop();
    box.lock();
    stand(stopped.answer, found);
  }

  const look = () => gateway.getInterview(id, { signal, timeoutMs: 2000, retries: 0 }).catch(() => null);

  /**
   * Say where an answer stands whose reply nobody waits for. Only the log can tell.
   *
   * @param {string} answer
   * @param {Awaited<ReturnType<typeof look>>} found
   */
  function stand(answer, found) {
    if (signal.aborted || !session) return;
    if (!found) {
      const words = "You stopped waiting. The gateway cannot be reached, so this page does not know whether it has your answer.";
      const passes = { promise: "The page asks again as soon as the gateway is back.", isOver: () => health.latest !== null };
      notices.replaceChildren(noticeOf({ words, helps: "again", passes }, async () => stand(answer, await look())));
    } else if (answersIn(found.session.messages).length > answersIn(session.messages).length) {
      box.wait(false);
      goOn(found.session);
    } else if (found.pendingAnswer === answer) {
      const again = h("button", { type: "button", onclick: () => send(answer) }, "Get the reply");
      notify("You stopped waiting. Your answer is in the log, and the reply will be there too.", again);
      again.focus();
    } else {
      giveBack(answer);
      notify("Your answer was not sent. It is back in the box.");
    }
  }

  /** @param {string} words @param {HTMLElement | ""} [button] */
  function notify(words, button = "") {
    notices.replaceChildren(h("div", { class: "notice" }, h("p", {}, words), button));
    announce(words);
  }

  /** @param {unknown} error @param {() => void} again */
  function failed(error, again) {
    const trouble = troubleOf(error);
    if (trouble.helps !== "no") return notices.replaceChildren(noticeOf(trouble, again));
    const typed = box.text();
    dropInterview(id);
    root.replaceChildren(
      h("h1", {}, "This interview cannot continue"),
      noticeOf(trouble, again),
      unsentOf(id, unsent || typed),
      h("p", { class: "row" },
        h("a", { class: "button", href: "#/" }, "Start another interview"),
        h("a", { class: "button", href: "#/history" }, "Open the history")),
    );
  }

  /**
   * What `ask` gives, asked again as often as it takes while the gateway is away: when it is back,
   * or when somebody asks for it.
   *
   * @template T
   * @param {() => Promise<T>} ask
   * @param {AbortSignal} stop
   * @returns {Promise<T>}
   */
  async function retryUntilBack(ask, stop) {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        const trouble = troubleOf(error);
        if (stop.aborted || !trouble.passes) throw error;
        await new Promise((resolve, reject) => {
          notices.replaceChildren(noticeOf(trouble, () => resolve(null)));
          stop.addEventListener("abort", reject, { once: true });
        });
        notices.replaceChildren();
      }
    }
  }
}

/** How far it is. */
function progress() {
  const title = h("h1", {}, "Interview");
  const text = h("p", { class: "quiet figure where" });
  const bar = h("progress", { "aria-label": "Questions answered", max: 1, value: 0 });
  return {
    title,
    text,
    bar,
    /** @param {string} role @param {number} question @param {number} total */
    render(role, question, total) {
      title.textContent = `${role} interview`;
      text.textContent = `Question ${question} of ${total}`;
      document.title = `Question ${question} of ${total} – Interview gateway`;
      bar.max = total;
      bar.value = question - 1;
    },
  };
}
