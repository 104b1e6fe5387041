/** A reply under way: what it waits for, and its words as they come. */

import { h } from "../dom.js";
import { growingWords } from "./words.js";

/** @typedef {ReturnType<typeof openReply>} Reply */

/** After so long, waiting is worth a button. */
const BUTTON_AFTER_MS = 1000;

/**
 * `element` holds the words, and below them what is waited for; later, who spoke.
 *
 * @param {{ element: HTMLElement, asks: boolean, button: string, useBuiltIn: () => void }} options
 */
export function openReply({ element, asks, button, useBuiltIn }) {
  const since = performance.now();
  const words = growingWords({ asks });
  const status = h("span", { class: "thinking" });
  const builtIn = h("button", {
    type: "button", class: "small", hidden: true,
    onclick: () => builtIn.getAttribute("aria-disabled") === "true" || useBuiltIn(),
  }, button);
  const under = h("p", { class: "under-words quiet" }, status, builtIn);
  element.setAttribute("aria-busy", "true"); // a screen reader gets whole sentences elsewhere
  element.append(words.element, under);

  return {
    since,

    /** @param {string[]} parts a sentence, whose second part is a name @param {boolean} wantsBuiltIn */
    status([before, name, after], wantsBuiltIn) {
      const text = before + name + after;
      if (status.textContent !== text) status.replaceChildren(before, h("bdi", {}, name), after);
      builtIn.hidden = performance.now() - since < BUTTON_AFTER_MS;
      builtIn.setAttribute("aria-disabled", String(wantsBuiltIn));
    },

    /** Say what happened instead of the reply. @param {string} text */
    pause(text) {
      status.textContent = text;
      builtIn.hidden = true;
    },

    /** Show these words and no others. @param {string} text */
    show(text) {
      const shown = words.text();
      if (text === shown) return;
      if (text.startsWith(shown)) this.append(text.slice(shown.length));
      else this.reset(text);
    },

    append: words.append,
    reset: words.reset,

    /** The reply is whole. What is below it says from now on who spoke. @param {string} text */
    finish(text) {
      words.finish(text);
      under.replaceChildren();
      element.removeAttribute("aria-busy");
    },
  };
}

/** A turn's words that are whole, and the place below them that says who spoke. @param {string} text @param {boolean} asks */
export function wholeWords(text, asks) {
  const words = growingWords({ asks });
  words.finish(text);
  return [words.element, asks && h("p", { class: "under-words quiet" })];
}
