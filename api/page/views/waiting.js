/** What a reply waits for, in words. */

import { say, sayAround } from "../language.js";

/** @typedef {import("../language.js").Key} Key */

/**
 * What the gateway said, and when it came.
 *
 * @typedef {{ phase: string, backend: string, model?: string | null, elapsedMs: number, at: number }} Status
 */

/**
 * What is awaited: what is said before the gateway says more, and what is read for it.
 *
 * @typedef {{ first: string, reading: string, builtIn: string }} Awaited
 */

/** The keys of the texts. @type {Record<"opening" | "question" | "closing" | "summary", [Key, Key, Key]>} */
const AWAITED = {
  opening: ["wait.thinking", "wait.preparing", "wait.built-in-question"],
  question: ["wait.thinking", "wait.reading", "wait.built-in-question"],
  closing: ["wait.thinking", "wait.reading", "wait.built-in-closing"],
  summary: ["wait.summing-up", "wait.reading-interview", "wait.built-in-summary"],
};

/** @param {keyof typeof AWAITED} part of the interview @returns {Awaited} */
export function awaited(part) {
  const [first, reading, builtIn] = AWAITED[part].map((key) => say(key));
  return { first, reading, builtIn };
}

const LONG_WAIT_SECONDS = 2;

/**
 * A sentence in three parts, of which the middle one is a model's name, or empty. The seconds go on
 * between two statuses.
 *
 * @param {Status | null} status
 * @param {Awaited} awaited
 * @param {{ since: number, now: number, isWriting: boolean }} known when the waiting began, and now, in
 *   milliseconds; whether words have come: who joins a reply is told no status while it goes on
 * @returns {[string, string, string]}
 */
export function waitingWords(status, awaited, { since, now, isWriting }) {
  const ms = status ? status.elapsedMs + now - status.at : now - since;
  const seconds = Math.floor(ms / 1000);
  const count = seconds >= LONG_WAIT_SECONDS ? ` ${say("wait.seconds", { count: seconds })}` : "";
  switch (status?.phase ?? (isWriting && "writing")) {
    case "queued": return [say("wait.queued"), "", count];
    case "loading": {
      const [before, after] = sayAround("wait.loading", "model");
      return [before, status?.model || status?.backend || "", `${after}${count}`];
    }
    case "reading": return [awaited.reading, "", count];
    case "writing": return [say("wait.writing"), "", count];
    default: return [awaited.first, "", count];
  }
}
