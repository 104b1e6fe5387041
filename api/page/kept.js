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

/** @typedef {{ q: string, state: string, role: string }} Filter of the history */

/** @typedef {"localStorage" | "sessionStorage"} Place for good, or for this tab */

/** What the browser would not take. @type {Map<string, unknown>} */
const untaken = new Map();

/**
 * What is kept, or null: also where it is not as it is written here, by another version perhaps.
 *
 * @template T
 * @param {string} key
 * @param {(value: any) => value is T} isRight
 * @param {Place} [place]
 * @returns {T | null}
 */
function read(key, isRight, place = "localStorage") {
  try {
    const value = untaken.get(key) ?? JSON.parse(window[place].getItem(key) ?? "null");
    return isRight(value) ? value : null;
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

/** Whether the browser keeps what it is given. */
export const isKept = () => untaken.size === 0;

/** @param {any} value @returns {value is string} */
const isText = (value) => typeof value === "string";

/** @param {any} value @returns {value is Draft} */
const isDraft = (value) => isText(value?.text) && Number.isInteger(value.answered);

/** @param {any} value @returns {value is Unfinished} */
const isUnfinished = (value) =>
  isText(value?.id) && isText(value.role) && Number.isInteger(value.question) && Number.isInteger(value.total);

/** @param {any} value @returns {value is Filter} */
const isFilter = (value) => isText(value?.q) && isText(value.state) && isText(value.role);

/** @param {string} id @param {Place} place */
const draftIn = (id, place) => read(`draft ${id}`, isDraft, place);

/**
 * A draft is kept twice: for this tab, as another may be at the same interview, and for whoever
 * comes back in a new one.
 *
 * @param {string} id
 * @returns {Draft | null}
 */
export const draftOf = (id) => draftIn(id, "sessionStorage") ?? draftIn(id, "localStorage");

/** @param {string} id @param {Draft} draft */
export function keepDraft(id, draft) {
  const kept = draft.text ? draft : null;
  const isOthers = draftIn(id, "localStorage")?.text !== draftIn(id, "sessionStorage")?.text;
  write(`draft ${id}`, kept, "sessionStorage");
  if (kept || !isOthers) write(`draft ${id}`, kept);
}

/** @param {string} id */
export function dropDraft(id) {
  write(`draft ${id}`, null, "sessionStorage");
  write(`draft ${id}`, null);
}

/** @returns {Unfinished | null} */
export const unfinished = () => read("unfinished", isUnfinished);

/** @param {Unfinished} interview */
export const keepUnfinished = (interview) => write("unfinished", interview);

/** @param {string} id */
export function dropUnfinished(id) {
  if (unfinished()?.id === id) write("unfinished", null);
}

/** @returns {string | null} the model chosen last */
export const chosenModel = () => read("model", isText);

/** @param {string} id */
export const keepChosenModel = (id) => write("model", id);

/** @returns {Filter} */
export const historyFilter = () =>
  read("history filter", isFilter, "sessionStorage") ?? { q: "", state: "", role: "" };

/** @param {Filter} filter */
export const keepHistoryFilter = (filter) => write("history filter", filter, "sessionStorage");
