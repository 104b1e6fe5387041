/** How many questions an interview has. */

import { h } from "../dom.js";
import { say } from "../language.js";

const USUAL = [3, 5, 10];

/** @param {number} most @param {number} first */
export function questionCount(most, first) {
  const field = h("input", {
    id: "count", type: "number", min: 1, max: most, step: 1, value: first, required: true,
    onchange: () => set(value()), oninput: mark,
  });
  const usual = USUAL.map((count) =>
    h("button", { type: "button", "aria-label": say("setup.count", { count }), onclick: () => set(count) }, count));

  const value = () => Math.min(most, Math.max(1, Math.round(Number(field.value)) || 5));

  /** @param {number} n */
  function set(n) {
    field.value = String(Math.min(most, Math.max(1, n)));
    mark();
  }

  function mark() {
    usual.forEach((button, n) =>
      button.setAttribute("aria-pressed", String(field.value === String(USUAL[n]))));
  }

  mark();
  return {
    value,
    element: h("fieldset", { class: "count" },
      h("legend", {}, h("label", { for: "count" }, say("setup.questions"))),
      h("div", { class: "row" },
        h("div", { class: "stepper" },
          h("button", { type: "button", "aria-label": say("setup.fewer"), onclick: () => set(value() - 1) }, "−"),
          field,
          h("button", { type: "button", "aria-label": say("setup.one-more"), onclick: () => set(value() + 1) }, "+")),
        h("div", { class: "usual" }, usual))),
  };
}
