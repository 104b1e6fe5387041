/** How times and states are put into words, everywhere the same. */

import { h } from "./dom.js";

const CLOCK = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = /** @type {const} */ ({ day: "numeric", month: "short", year: "numeric" });

/** When something was, as one says it today. @param {string} time RFC 3339 */
export function when(time) {
  const date = new Date(time);
  const days = Math.round((midnight(new Date()) - midnight(date)) / 86_400_000);
  const clock = date.toLocaleTimeString("en-GB", CLOCK);
  const day = ["Today", "Yesterday"][days] ?? date.toLocaleDateString("en-GB", DAY);
  return h("time", { datetime: time }, `${day}, ${clock}`);
}

/** @param {Date} date */
const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

/** @param {number} ms */
export function took(ms) {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** @param {number} count @param {string} thing */
export const counted = (count, thing) =>
  `${count.toLocaleString("en")} ${thing}${count === 1 ? "" : "s"}`;

/** @type {Record<string, [string, string]>} */
const STATES = {
  started: ["started", "warn"],
  questioning: ["under way", "warn"],
  complete: ["complete", "good"],
  forgotten: ["erased", ""],
};

/** @param {string} state */
export function stateMark(state) {
  const [word, colour] = STATES[state] ?? [state, ""];
  return h("span", { class: `mark ${colour}` }, word);
}
