/** What stands above the answer box: errors, where an answer is, text that was not sent. */

import { announce } from "../dom.js";
import { health } from "../health.js";
import { say } from "../language.js";
import { notice, noticeOf } from "../notices.js";

/** @typedef {import("./interview-types.js").State} State */

/**
 * What the notices' buttons do. `retry` has what is tried again, by name.
 *
 * @typedef {object} Actions
 * @property {Record<"request" | "answer" | "aside" | "load", () => void>} retry
 * @property {() => void} lookAgain where the answer is
 * @property {() => void} getReply
 * @property {() => void} move the text that was not sent, to the box
 * @property {() => void} drop it
 */

/** The notice of a state, or "". @param {State} state @param {Actions} actions */
export function interviewNotice({ notice: now, unsent, phase }, { retry, lookAgain, getReply, move, drop }) {
  if (now?.kind === "trouble") {
    const { words, helps } = now.trouble;
    const isKept = helps === "sign-in";
    return noticeOf(isKept ? { ...now.trouble, words: `${words} ${say("interview.nothing-lost")}` } : now.trouble, retry[now.retries]);
  }
  if (now?.kind === "unknown") {
    const passes = { promise: say("interview.unknown-promise"), isOver: () => health.gateway !== null };
    return noticeOf({ words: say("interview.unknown"), helps: "again", passes }, lookAgain);
  }
  if (now) {
    const words = say(`interview.${now.kind}`);
    announce(words);
    const element = notice({ words, actions: now.kind === "recorded" ? [[say("interview.get-reply"), getReply]] : [] });
    queueMicrotask(() => element.querySelector("button")?.focus());
    return element;
  }
  if (!unsent || phase !== "idle") return "";
  announce(say("interview.other-answer"));
  return notice({
    words: say("interview.other-answer-text"),
    quote: unsent,
    actions: [[say("interview.move"), move], [say("interview.delete"), drop]],
  });
}

/** Ask whether to wait on. @param {{ stay: () => void, stop: () => void }} actions */
export function stopNotice({ stay, stop }) {
  const words = say("interview.answer-sent");
  announce(words);
  return notice({ words, actions: [[say("interview.keep-waiting"), stay], [say("interview.stop-waiting"), stop]] });
}
