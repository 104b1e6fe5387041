/** What was said, for those who read it later: the candidate by name, and quotations shown in place. */

import { h } from "../dom.js";
import { said } from "./messages.js";
import { wholeWords } from "./reply.js";
import { isStill } from "./words.js";

/** @typedef {import("./messages.js").Message} Message */
/** @typedef {{ message: number, from: number, to: number }} Passage characters of a message, as the gateway counts them */

/** @param {Message[]} messages of the session @param {string} candidate how the candidate is called */
export function transcriptOf(messages, candidate) {
  const shown = said(messages);
  const first = messages.length - shown.length;
  const element = h("ol", { class: "conversation", "aria-label": "Conversation" }, shown.map(turnOf));
  let clear = () => {};

  /** @param {Message} message */
  function turnOf({ role, content }) {
    const isAnswer = role === "user";
    return h("li", { class: isAnswer ? "turn answered" : "turn asked" },
      h("p", { class: "who" }, h("bdi", {}, isAnswer ? candidate : "Interviewer")),
      isAnswer ? h("div", { class: "words", dir: "auto" }, content) : wholeWords(content, true)[0]);
  }

  return {
    element,

    /** Which of the answers it is, from 1. @param {number} message */
    numberOf: (message) => messages.slice(first, message + 1).filter(({ role }) => role === "user").length,

    /** @param {number} message */
    wordsOf: (message) => messages[message]?.content ?? "",

    /** Where the candidate said these words, or undefined. @param {string} text */
    find(text) {
      for (let message = first; message < messages.length; message += 1) {
        const { role, content } = messages[message];
        const at = role === "user" ? content.indexOf(text) : -1;
        const from = Array.from(content.slice(0, at)).length;
        if (at >= 0) return { message, from, to: from + Array.from(text).length, text };
      }
      return undefined;
    },

    /**
     * Scroll to a passage and mark it. The keyboard is there then, and can go back to `origin`.
     *
     * @param {Passage} passage @param {HTMLElement} origin
     */
    show({ message, from, to }, origin) {
      clear();
      const turn = element.children[message - first];
      const words = turn?.querySelector(".words");
      if (!turn || !words) return;
      const { content } = messages[message];
      const letters = Array.from(content); // code points: a string's own indices count emoji twice
      const mark = h("mark", { tabindex: -1 }, letters.slice(from, to).join(""));
      const back = h("button", { type: "button", class: "small", onclick: () => origin.focus() }, "Back to the assessment");
      words.replaceChildren(letters.slice(0, from).join(""), mark, letters.slice(to).join(""));
      turn.append(back);
      clear = () => {
        words.textContent = content;
        back.remove();
      };
      mark.scrollIntoView({ block: "center", behavior: isStill() ? "instant" : "smooth" });
      mark.focus({ preventScroll: true });
    },
  };
}
