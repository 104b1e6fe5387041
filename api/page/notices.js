/** What went wrong, in plain words, and what helps. */

import { announce, h } from "./dom.js";
import { health } from "./health.js";
import { isKey, language, say } from "./language.js";
import { visitor } from "./visitor.js";

/**
 * @typedef {object} Trouble
 * @property {string} words
 * @property {"again" | "sign-in" | "no"} helps whether trying again may, or signing in again
 * @property {{ promise: string, isOver: () => boolean } | undefined} [passes] of what passes by itself, what is
 *   done then, and whether it has passed
 */

/** What passes by itself: what is promised then, and whether it is over. @type {Record<string, [import("./language.js").Key, () => boolean]>} */
const PASSING = {
  unreachable: ["promise.gateway", () => health.gateway !== null],
  "log-unavailable": ["promise.log", () => health.isWell],
  draining: ["promise.gateway", () => health.gateway !== null && !health.gateway.draining],
};

/** After these, nothing helps. */
const ENDS = ["interview-forgotten", "unknown-interview"];

/** What is said in the page's own words in every language: the gateway's are no better. */
const OWN = [...Object.keys(PASSING), "not-signed-in", "interview-forgotten", "unknown-interview"];

/** @param {unknown} error @returns {Trouble} */
export function troubleOf(error) {
  const { kind = "", message } = /** @type {{ kind?: string, message?: string }} */ (error);
  return {
    words: wordsOf(kind, message),
    helps: kind === "not-signed-in" ? "sign-in" : ENDS.includes(kind) ? "no" : "again",
    ...(Object.hasOwn(PASSING, kind) && { passes: { promise: say(PASSING[kind][0]), isOver: PASSING[kind][1] } }),
  };
}

/** The gateway explains errors in English, and more exactly. @param {string} kind @param {string} [message] */
function wordsOf(kind, message) {
  const own = `error.${kind}`;
  if (message && !OWN.includes(kind) && language() === "en") return message;
  return isKey(own) ? say(own) : say("error.other");
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
    actions: helps === "no" ? [] : [helps === "sign-in" && visitor.signIn ? [say("error.sign-in"), visitor.signIn] : [say("error.again"), retry]],
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
    words: say("interview.unsent"),
    quote: typed,
    actions: [[say("interview.delete"), () => {
      drop();
      element.remove();
    }]],
    kind: "no-print",
  });
  return element;
}
