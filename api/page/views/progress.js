/** How far an interview is. */

import { h } from "../dom.js";
import { roleName, say } from "../language.js";

export function progress() {
  const title = h("h1", {}, say("interview.plain"));
  const text = h("p", { class: "quiet figure where" });
  const bar = h("progress", { "aria-label": say("interview.progress"), max: 1, value: 0 });
  return {
    title,
    text,
    bar,
    /** @param {string} role @param {number} question @param {number} total */
    render(role, question, total) {
      title.textContent = say("interview.title", { role: roleName(role) });
      text.textContent = say("interview.where", { question, total });
      document.title = `${text.textContent} – Interview gateway`;
      bar.max = total;
      bar.value = question - 1;
    },
  };
}
