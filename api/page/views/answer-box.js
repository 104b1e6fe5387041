/** The box an answer is typed into. Whatever is in it is kept at every key. */

import { h } from "../dom.js";
import { isKept } from "../storage.js";

const MOST = 10_000;
const NEAR = 9_000;

const KEYS = "Press Enter to send, Shift + Enter for a new line.";
const NOT_KEPT = "This browser does not store drafts. If you close the page, you lose text that you have not sent.";

/**
 * @param {{ text: string, keep: (text: string) => void, send: (text: string) => void, cancel: () => void }} options
 */
export function answerBox({ text, keep, send, cancel }) {
  const hint = h("p", { id: "hint", class: "quiet hint" }, KEYS);
  const limit = h("p", { id: "limit", class: "quiet figure limit" });
  const box = h("textarea", {
    id: "answer", rows: 3, "aria-describedby": "hint limit", autocomplete: "off",
    dir: "auto", oninput: changed, onkeydown: pressed,
  });
  const button = h("button", { class: "primary" }, "Send");
  const stop = h("button", { type: "button", hidden: true, onclick: stopped }, "Cancel");
  const element = h("form", { class: "answer", onsubmit: submitted },
    h("label", { for: "answer" }, "Your answer"),
    box,
    h("div", { class: "under" }, hint, limit, button, stop));

  /** As the gateway counts: characters, not UTF-16 units. */
  const length = () => (box.value.length < NEAR ? box.value.length : [...box.value].length);

  function changed() {
    keep(box.value);
    hint.textContent = isKept() ? KEYS : NOT_KEPT;
    hint.classList.toggle("warning", !isKept());
    look();
  }

  function look() {
    const long = length();
    const over = long - MOST;
    limit.textContent = over > 0
      ? `Too long by ${over.toLocaleString("en")} characters.`
      : long >= NEAR ? `${long.toLocaleString("en")} of ${MOST.toLocaleString("en")} characters` : "";
    limit.classList.toggle("over", over > 0);
    box.setAttribute("aria-invalid", String(over > 0));
    const isReady = over <= 0 && box.value.trim() !== "";
    button.setAttribute("aria-disabled", String(!isReady));
  }

  /** @param {KeyboardEvent} event */
  function pressed(event) {
    if (event.key !== "Enter" || event.shiftKey) return;
    if (event.isComposing || event.keyCode === 229) return; // Enter ends the composition
    if (matchMedia("(hover: none) and (pointer: coarse)").matches) return; // no Shift there
    event.preventDefault();
    element.requestSubmit();
  }

  /** @param {SubmitEvent} event */
  function submitted(event) {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true" || box.readOnly) return box.focus();
    send(box.value.trim());
  }

  /** Not by the second click of two on "Send", in whose place it stands. @param {MouseEvent} event */
  function stopped(event) {
    if (event.detail < 2) cancel();
  }

  box.value = text;
  look();
  return {
    element,
    submit: () => element.requestSubmit(),
    focus: () => box.focus({ preventScroll: true }),
    /** What is there already stays as it is, with the caret. @param {string} words */
    fill(words) {
      if (box.value === words) return;
      box.value = words;
      look();
    },
    /**
     * `open`: an answer can be typed and sent. `waiting`: one is on its way, so the box takes
     * nothing. `locked`: the same, and there is nothing to cancel.
     *
     * @param {"open" | "waiting" | "locked"} mode
     */
    set(mode) {
      const hadFocus = element.contains(document.activeElement);
      box.readOnly = mode !== "open";
      button.hidden = mode !== "open";
      stop.hidden = mode !== "waiting";
      if (hadFocus) this.focus();
    },
  };
}
