/**
 * Buttons that say to the interviewer what candidates often want. They post it as an answer, in
 * the interview's language, so that the log shows what was said.
 */

import { announce, h } from "../dom.js";
import { say } from "../language.js";
import { notice } from "../notices.js";
import { toolbar } from "./toolbar.js";

const ASIDES = /** @type {const} */ (["repeat", "skip", "pause", "end"]);

/**
 * @param {{ post: (words: string) => void, others: HTMLButtonElement[] }} options `others` stand
 *   in the same row
 */
export function asides({ post, others }) {
  const buttons = ASIDES.map((name) => {
    const words = say(`says.${name}`);
    return h("button", { type: "button", class: "small", title: words, onclick: pressed(words) }, say(`asides.${name}`));
  });
  let isOpen = false;

  /** @param {string} words */
  function pressed(words) {
    return () => isOpen && post(words);
  }

  return {
    element: toolbar(say("asides.label"), [...buttons, ...others]),

    /** Whether the interviewer listens. @param {boolean} can */
    set(can) {
      isOpen = can;
      for (const button of buttons) button.setAttribute("aria-disabled", String(!can));
    },
  };
}

/** Whether the interviewer's last words ask if the interview shall end: these are always the same. @param {import("./messages.js").Message[]} messages */
export const asksToEnd = (messages) => messages.at(-1)?.content.includes(say("asides.stop-question")) ?? false;

/** The answers to "Do you want to end the interview?". @param {(words: string) => void} post */
export function endChoice(post) {
  const words = say("asides.confirm");
  announce(words);
  return notice({
    words,
    actions: [[say("asides.yes"), () => post(say("says.yes"))], [say("asides.no"), () => post(say("says.no"))]],
  });
}
