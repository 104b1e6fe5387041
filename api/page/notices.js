/** What went wrong, in plain words, and what helps. */

import { announce, h } from "./dom.js";
import { health } from "./health.js";

/**
 * @typedef {object} Trouble
 * @property {string} words
 * @property {"again" | "no"} helps whether trying again may
 * @property {{ promise: string, isOver: () => boolean }} [passes] of what passes by itself, what is
 *   done then, and whether it has passed
 */

/** @type {Record<string, Trouble>} */
const KNOWN = {
  unreachable: {
    words: "The gateway cannot be reached.",
    helps: "again",
    passes: {
      promise: "This page tries again as soon as the gateway is back.",
      isOver: () => health.latest !== null,
    },
  },
  "log-unavailable": {
    words: "The gateway cannot write to its event log right now.",
    helps: "again",
    passes: { promise: "This page tries again as soon as the log is back.", isOver: () => health.isWell },
  },
  "interview-forgotten": {
    words: "The words of this interview were erased on request. Only the fact that it took place is left.",
    helps: "no",
  },
  "unknown-interview": {
    words: "The gateway's log does not hold this interview.",
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
export function noticeOf({ words, helps, passes }, again) {
  const waiting = new AbortController();
  const button = h("button", { type: "button", onclick: retry }, "Try again");
  const text = passes ? `${words} ${passes.promise}` : words;
  const notice = h("div", { class: passes ? "notice" : "notice bad" },
    h("p", {}, text), helps !== "no" && button);
  if (passes) {
    const look = () => {
      if (!notice.isConnected) waiting.abort();
      else if (passes.isOver()) retry();
    };
    health.addEventListener("answered", look, { signal: waiting.signal });
    health.look();
  }
  announce(text);
  return notice;

  function retry() {
    waiting.abort();
    again();
  }
}
