/** How far an interview is. */

import { h } from "../dom.js";

export function progress() {
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
