/** What went wrong, in plain words, and what helps. */

import { h } from "./dom.js";

/**
 * @typedef {object} Trouble
 * @property {string} words
 * @property {"back" | "again" | "no"} helps "back": it passes when the gateway is well again, and
 *   is tried again then; "again": trying again may help; "no": it does not
 */

/** @type {Record<string, Trouble>} */
const KNOWN = {
  unreachable: {
    words: "The gateway cannot be reached. It is tried again as soon as it is back.",
    helps: "back",
  },
  "log-unavailable": {
    words: "The gateway cannot write to its event log just now. It is tried again every few seconds.",
    helps: "back",
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
 * A notice of it, with a button where trying again is worth it.
 *
 * @param {Trouble} trouble
 * @param {() => void} again
 * @param {...unknown} more what follows the words
 */
export function noticeOf({ words, helps }, again, ...more) {
  const button = h("button", { type: "button", onclick: again }, "Try again");
  return h("div", { class: helps === "back" ? "notice" : "notice bad" },
    h("p", {}, words), more, helps !== "no" && button);
}
