/** What a reply waits for, in words. */

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

/** @type {Record<"opening" | "question" | "closing" | "summary", Awaited>} */
export const AWAITED = {
  opening: { first: "Thinking…", reading: "Preparing the first question …", builtIn: "Use the built-in question" },
  question: { first: "Thinking…", reading: "Reading your answer …", builtIn: "Use the built-in question" },
  closing: { first: "Thinking…", reading: "Reading your answer …", builtIn: "Use the built-in closing" },
  summary: { first: "Summing up…", reading: "Reading the interview …", builtIn: "Use the built-in summary" },
};

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
  const count = seconds >= LONG_WAIT_SECONDS ? ` ${seconds} s` : "";
  switch (status?.phase ?? (isWriting && "writing")) {
    case "queued": return ["Waiting in line …", "", count];
    case "loading": return ["Loading ", status?.model || status?.backend || "", ` …${count}`];
    case "reading": return [awaited.reading, "", count];
    case "writing": return ["Writing …", "", count];
    default: return [awaited.first, "", count];
  }
}
