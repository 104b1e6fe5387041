/**
 * What this browser remembers: answers that are not in yet, and where one left off. A browser may
 * refuse to remember anything; the page then works as well, until it is closed.
 */

/**
 * An answer as it was last typed, and how many answers were in before it.
 *
 * @typedef {{ text: string, answered: number }} Draft
 */

/**
 * The interview to go on with, as it was last seen.
 *
 * @typedef {{ id: string, role: string, question: number, total: number }} Unfinished
 */

/** What the browser would not take. @type {Map<string, unknown>} */
const untaken = new Map();

/** @typedef {"localStorage" | "sessionStorage"} Place for good, or for this tab */

/** @param {string} key @param {Place} [place] @returns {any} */
function read(key, place = "localStorage") {
  try {
    return untaken.get(key) ?? JSON.parse(window[place].getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} key @param {unknown} value nothing is kept of null @param {Place} [place] */
function write(key, value, place = "localStorage") {
  untaken.delete(key);
  try {
    if (value === null) window[place].removeItem(key);
    else window[place].setItem(key, JSON.stringify(value));
  } catch {
    untaken.set(key, value); // it is full, or forbidden
  }
}

/** @param {string} id @returns {Draft | null} */
export const draftOf = (id) => read(`draft ${id}`);

/** @param {string} id @param {Draft} draft */
export const keepDraft = (id, draft) => write(`draft ${id}`, draft.text ? draft : null);

/** @param {string} id */
export const dropDraft = (id) => write(`draft ${id}`, null);

/** @returns {Unfinished | null} */
export const unfinished = () => read("unfinished");

/** @param {Unfinished} interview */
export const keepUnfinished = (interview) => write("unfinished", interview);

/** @param {string} id */
export function dropUnfinished(id) {
  if (unfinished()?.id === id) write("unfinished", null);
}

/** @returns {string | null} the model chosen last */
export const chosenModel = () => read("model");

/** @param {string} id */
export const keepChosenModel = (id) => write("model", id);

/** @typedef {{ q: string, state: string, role: string }} Filter of the history */

/** @returns {Filter} */
export const historyFilter = () => read("history filter", "sessionStorage") ?? { q: "", state: "", role: "" };

/** @param {Filter} filter */
export const keepHistoryFilter = (filter) => write("history filter", filter, "sessionStorage");
