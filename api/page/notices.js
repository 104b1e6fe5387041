/** What went wrong, in plain words, and what helps. */

import { announce, h } from "./dom.js";
import { health } from "./health.js";
import { visitor } from "./visitor.js";

/**
 * @typedef {object} Trouble
 * @property {string} words
 * @property {"again" | "sign-in" | "no"} helps whether trying again may, or signing in again
 * @property {{ promise: string, isOver: () => boolean } | undefined} [passes] of what passes by itself, what is
 *   done then, and whether it has passed
 */

/** @type {Record<string, Trouble>} */
const KNOWN = {
  unreachable: {
    words: "The gateway cannot be reached.",
    helps: "again",
    passes: {
      promise: "This page tries again as soon as the gateway is back.",
      isOver: () => health.gateway !== null,
    },
  },
  "log-unavailable": {
    words: "The gateway cannot write to its event log right now.",
    helps: "again",
    passes: { promise: "This page tries again as soon as the log is back.", isOver: () => health.isWell },
  },
  draining: {
    words: "The gateway is about to stop. Nothing was recorded.",
    helps: "again",
    passes: {
      promise: "This page tries again as soon as the gateway is back.",
      isOver: () => health.gateway !== null && !health.gateway.draining,
    },
  },
  "not-signed-in": {
    words: "You are no longer signed in. Sign in again to continue.",
    helps: "sign-in",
  },
  "interview-forgotten": {
    words: "The words of this interview were erased on request. The log shows only that it took place.",
    helps: "no",
  },
  "unknown-interview": {
    words: "The gateway's log does not have this interview.",
    helps: "no",
  },
};

/** @param {unknown} error @returns {Trouble} */
export function troubleOf(error) {
  const { kind, message } = /** @type {{ kind?: string, message?: string }} */ (error);
  return KNOWN[kind ?? ""] ?? { words: message || "Something went wrong.", helps: "again" };
}

/**
 * A notice: a sentence, perhaps words that somebody typed, and what can be done.
 *
 * @param {{ words: string, quote?: string, actions?: [string, () => void][], kind?: string }} options
 */
export function notice({ words, quote = "", actions = [], kind = "" }) {
  return h("div", { class: `notice ${kind}` },
    h("p", {}, words),
    quote && h("p", { class: "words", dir: "auto" }, quote),
    actions.length > 0 && h("p", { class: "row" }, actions.map(([name, act]) =>
      h("button", { type: "button", onclick: act }, name))));
}

/**
 * A notice of an error, told to all, with a button where trying again is worth it. What passes by
 * itself is tried again then, if the notice still stands in the page.
 *
 * @param {Trouble} trouble
 * @param {() => void} again
 */
export function noticeOf({ words, helps, passes }, again) {
  const waiting = new AbortController();
  const text = passes ? `${words} ${passes.promise}` : words;
  const element = notice({
    words: text,
    actions: helps === "no" ? [] : [helps === "sign-in" && visitor.signIn ? ["Sign in again", visitor.signIn] : ["Try again", retry]],
    kind: passes ? "" : "bad",
  });
  if (passes) {
    const look = () => {
      if (!element.isConnected) waiting.abort();
      else if (passes.isOver()) retry();
    };
    health.addEventListener("answered", look, { signal: waiting.signal });
    health.look();
  }
  announce(text);
  return element;

  function retry() {
    waiting.abort();
    again();
  }
}

/**
 * A notice of text that was typed and can no longer be sent; nothing if there is none.
 *
 * @param {string} typed @param {() => void} drop
 */
export function unsentNotice(typed, drop) {
  if (!typed.trim()) return "";
  const element = notice({
    words: "The interview ended before you sent this text, so it is not in the log:",
    quote: typed,
    actions: [["Delete it", () => {
      drop();
      element.remove();
    }]],
    kind: "no-print",
  });
  return element;
}
