/**
 * An interview, while it is held: the conversation, and the box for the next answer.
 *
 * The log is right. Whatever happens, the session to go on with is the log's; and what was typed is
 * kept until its reply is here.
 */

import { announce, h } from "../dom.js";
import { gateway } from "../gateway.js";
import {
  draftOf, dropInterview, dropUnfinished, isUnlocked, keepDraft, keepUnfinished, unfinished, unlockDrafts,
} from "../storage.js";
import { noticeOf, troubleOf } from "../notices.js";
import { answerBox } from "./answer-box.js";
import { answersIn, conversation } from "./conversation.js";
import { showSummary, unsent } from "./summary.js";

/** @typedef {import("../integration-service-client/index.js").Session} Session */

/** How many answers were in before a draft that was begun before the session was here: none equals it. */
const NOT_KNOWN = -1;

/** @param {import("../main.js").Place} place */
export function show({ root, id, signal }) {
  /** @type {Session | null} what the log says */
  let session = null;
  /** @type {AbortController | null} of the answer under way */
  let sending = null;

  const talk = conversation();
  const head = progress();
  const notices = h("div", { class: "notices" });
  const box = answerBox({
    text: draftOf(id)?.text ?? "",
    keep,
    send,
    cancel: () => sending?.abort(),
  });
  const foot = h("div", { class: "foot" }, notices, box.element);
  root.append(head.title, talk.element, foot);
  box.element.prepend(head.bar, head.text);
  const last = unfinished();
  if (last?.id === id) head.render(last.role, last.question, last.total);
  load();

  async function load() {
    try {
      const found = await retryUntilBack(() => gateway.getInterview(id, { signal }), signal);
      if (!isUnlocked(id)) await unlock();
      goOn(found.session);
      if (found.pendingAnswer) await send(found.pendingAnswer, box.text() || found.pendingAnswer);
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
    keepDraft(id, { text, answered });
  }

  /** Go on from what the log says. @param {Session} log */
  function goOn(log) {
    session = log;
    const { messages, currentQuestion, isComplete, config } = log;
    notices.replaceChildren();
    talk.render(messages);
    gateway.getEvents(id, { signal }).then(
      ({ events }) => talk.renderOrigins(events),
      () => {}, // the conversation can be read without
    );
    const draft = draftOf(id);
    const isSent = draft && answersIn(messages)[draft.answered] === draft.text.trim();
    const typed = isSent ? "" : (draft?.text ?? "");
    keep(typed);
    if (isComplete) {
      dropUnfinished(id);
      return showSummary({ root, id, session: log, talk, typed, signal });
    }
    box.fill(typed);
    box.focus();
    head.render(config.role, currentQuestion, config.totalQuestions);
    keepUnfinished({ id, role: config.role, question: currentQuestion, total: config.totalQuestions });
    talk.follow();
  }

  /** @param {string} answer @param {string} [typed] what goes back into the box if no reply comes */
  async function send(answer, typed = answer) {
    if (!session || sending) return;
    const from = session;
    sending = new AbortController();
    const stop = AbortSignal.any([signal, sending.signal]);
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
      if (!signal.aborted) takeBack(typed, error, stop.aborted);
    } finally {
      sending = null;
    }
  }

  /** The reply did not come in, or other words did. @param {string} typed @param {unknown} error @param {boolean} isStopped */
  function takeBack(typed, error, isStopped) {
    talk.settle();
    box.wait(false);
    const { session: log } = /** @type {{ session?: Session }} */ (error);
    if (log) goOn(log);
    if (log?.isComplete) return;
    box.fill(typed);
    keep(typed);
    if (isStopped) {
      notify("You stopped waiting, and your answer is back in the box. The gateway may have it "
        + "already: then it stands as it was.");
    } else if (log) {
      notify("The interview has gone on elsewhere, perhaps in another window. It goes on here from "
        + "where it is now. What you typed is still in the box.");
    } else {
      failed(error, box.submit);
    }
  }

  /** @param {string} words */
  function notify(words) {
    notices.replaceChildren(h("p", { class: "notice" }, words));
    announce(words);
  }

  /** @param {unknown} error @param {() => void} again */
  function failed(error, again) {
    const trouble = troubleOf(error);
    if (trouble.helps !== "no") return notices.replaceChildren(noticeOf(trouble, again));
    const typed = box.text();
    dropInterview(id);
    root.replaceChildren(
      h("h1", {}, "This interview cannot go on"),
      noticeOf(trouble, again),
      unsent(id, typed),
      h("p", { class: "row" },
        h("a", { class: "button", href: "#/" }, "Start another interview"),
        h("a", { class: "button", href: "#/history" }, "Look at the history")),
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
