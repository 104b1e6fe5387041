/** What went wrong, in plain words, and what helps. */

import { announce, h } from "./dom.js";
import { health } from "./health.js";

/**
 * @typedef {object} Trouble
 * @property {string} words
 * @property {"back" | "again" | "no"} helps "back": it passes by itself; "again": trying again may
 *   help; "no": it does not
 * @property {string} [promise] of what passes by itself, what is done then
 * @property {() => boolean} [isOver] whether it has passed
 */

/** @type {Record<string, Trouble>} */
const KNOWN = {
  unreachable: {
    words: "The gateway cannot be reached.",
    helps: "back",
    promise: "It is tried again as soon as it is back.",
    isOver: () => health.latest !== null,
  },
  "log-unavailable": {
    words: "The gateway cannot write to its event log just now.",
    helps: "back",
    promise: "It is tried again as soon as it can.",
    isOver: () => health.isWell,
  },
  "interview-forgotten": {
    words: "The words of this interview were forgotten, on somebody's wish. That it was held is all that is left.",
    helps: "no",
  },
  "unknown-interview": {
    words: "This gateway's log does not hold this interview.",
    helps: "no",
  },
};

/** @param {unknown} error @returns {Trouble} */
export function troubleOf(error) {
  const { kind, message } = /** @type {{ kind?: string, message?: string }} */ (error);
  return KNOWN[kind ?? ""] ?? { words: message || "Something went wrong.", helps: "again" };
}

/**
 * A notice of it, told to all, with a button where trying again is worth it. What passes by itself
 * is tried again then, if the notice still stands in the page.
 *
 * @param {Trouble} trouble
 * @param {() => void} again
 */
export function noticeOf({ words, helps, promise, isOver }, again) {
  const waiting = new AbortController();
  const button = h("button", { type: "button", onclick: retry }, "Try again");
  const text = promise ? `${words} ${promise}` : words;
  const notice = h("div", { class: helps === "back" ? "notice" : "notice bad" },
    h("p", {}, text), helps !== "no" && button);
  if (helps === "back") {
    health.addEventListener("told", look, { signal: waiting.signal });
    health.look();
  }
  announce(text);
  return notice;

  function look() {
    if (!notice.isConnected) waiting.abort();
    else if (isOver?.()) retry();
  }

  function retry() {
    waiting.abort();
    again();
  }
}
