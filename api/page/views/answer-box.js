/** The box an answer is typed into. Whatever is in it is kept at every key. */

import { directByText, h } from "../dom.js";
import { say } from "../language.js";
import { isKept } from "../storage.js";

const MOST = 10_000;
const NEAR = 9_000;

/**
 * @param {{ text: string, keep: (text: string) => void, send: (text: string) => void, cancel: () => void }} options
 */
export function answerBox({ text, keep, send, cancel }) {
  const hint = h("p", { id: "hint", class: "quiet hint" }, say("box.keys"));
  const limit = h("p", { id: "limit", class: "quiet figure limit" });
  const box = h("textarea", {
    id: "answer", rows: 3, "aria-describedby": "hint limit", autocomplete: "off",
    oninput: changed, onkeydown: pressed,
  });
  const button = h("button", { class: "primary" }, say("box.send"));
  const stop = h("button", { type: "button", hidden: true, onclick: stopped }, say("box.cancel"));
  const under = h("div", { class: "under" }, button, stop, hint, limit);
  const element = h("form", { class: "answer", onsubmit: submitted },
    h("label", { for: "answer" }, say("box.label")),
    box,
    under);

  /** As the gateway counts: characters, not UTF-16 units. */
  const length = () => (box.value.length < NEAR ? box.value.length : [...box.value].length);

  function changed() {
    keep(box.value);
    hint.textContent = say(isKept() ? "box.keys" : "box.not-kept");
    hint.classList.toggle("warning", !isKept());
    look();
  }

  const direct = directByText(box);

  function look() {
    direct();
    const long = length();
    const over = long - MOST;
    limit.textContent = over > 0
      ? say("box.too-long", { count: over })
      : long >= NEAR ? say("box.near", { length: long, most: MOST }) : "";
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
    /** Other buttons, beside "Send". @param {HTMLElement} tools */
    addTools: (tools) => stop.after(tools),
    /**
     * Write, as if it was typed, where an answer can be typed.
     *
     * @param {(before: string) => string} change what is there into what shall be there
     */
    write(change) {
      if (box.readOnly) return;
      box.value = change(box.value);
      box.scrollTop = box.scrollHeight;
      changed();
    },
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
