/** A reply for those who hear the page: whole sentences, and now and then what it waits for. */

import { commonLength, lengthInSentences } from "./sentences.js";

const STATUS_EVERY_MS = 5000;
const FIRST_STATUS_MS = 1000;

/**
 * `say` is given each sentence or status, once.
 *
 * @param {(text: string) => void} say
 * @param {number} since
 */
export function spokenReply(say, since) {
  let said = "";
  let next = since + FIRST_STATUS_MS;

  /** @param {string} text @param {number} length how much of it is to be said */
  function sayUpTo(text, length) {
    if (!text.startsWith(said)) said = text.slice(0, lengthInSentences(said.slice(0, commonLength(said, text))));
    const rest = text.slice(said.length, length).trim();
    said = text.slice(0, Math.max(said.length, length));
    if (rest) say(rest);
  }

  return {
    /** @param {string} text all of the reply so far */
    words: (text) => sayUpTo(text, lengthInSentences(text)),

    /** @param {string} text all of the reply */
    end: (text) => sayUpTo(text, text.length),

    /** @param {string} text @param {number} now */
    status(text, now) {
      if (now < next) return;
      next = now + STATUS_EVERY_MS;
      say(text);
    },
  };
}
