/** A row of buttons that is one stop for the Tab key: the arrow keys go from button to button. */

import { h } from "../dom.js";

/** @param {string} label @param {HTMLButtonElement[]} buttons */
export function toolbar(label, buttons) {
  const element = h("div", { class: "tools", role: "toolbar", "aria-label": label, onkeydown: pressed }, buttons);
  stopAt(buttons[0]);
  element.addEventListener("focusin", ({ target }) => stopAt(/** @type {HTMLElement} */ (target)));
  return element;

  /** @param {Element} stop */
  function stopAt(stop) {
    for (const button of buttons) button.tabIndex = button === stop ? 0 : -1;
  }

  /** @param {KeyboardEvent} event */
  function pressed(event) {
    const isMirrored = getComputedStyle(element).direction === "rtl";
    const forward = isMirrored ? "ArrowLeft" : "ArrowRight";
    const step = { [forward]: 1, [isMirrored ? "ArrowRight" : "ArrowLeft"]: -1 }[event.key];
    const at = buttons.findIndex((button) => button === document.activeElement);
    const to = { Home: 0, End: buttons.length - 1 }[event.key] ?? (step && (at + step + buttons.length) % buttons.length);
    if (to === undefined || at < 0) return;
    event.preventDefault();
    buttons[to].focus();
  }
}
