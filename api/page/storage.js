/**
 * What this browser remembers: answers that are not in yet, and where one left off. A browser may
 * refuse to remember anything; the page then works as well, until it is closed.
 *
 * What was removed from a browser's storage stays in its files. So a draft is encrypted with a key
 * that only the log holds, and that is erased there when the interview is forgotten.
 */

import { base64Of, bytesOf, bytesOfBase64 } from "./bytes.js";
import { chacha20 } from "./cipher.js";

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

const NONCE_BYTES = 12;

/** What drafts are encrypted with, by their interviews. @type {Map<string, Uint8Array>} */
const keys = new Map();

/** What was typed since the page was opened. @type {Map<string, Draft>} */
const typed = new Map();

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

/** Whether all that was typed is kept: the browser takes it, and there is a key to write it with. */
export const isKept = () => untaken.size === 0 && [...typed.keys()].every((id) => keys.has(id));

/** @param {any} value @returns {value is string} */
const isText = (value) => typeof value === "string";

/** @param {any} value @returns {value is Draft} */
const isDraft = (value) => isText(value?.text) && Number.isInteger(value.answered);

/** @param {any} value @returns {value is Unfinished} */
const isUnfinished = (value) =>
  isText(value?.id) && isText(value.role) && Number.isInteger(value.question) && Number.isInteger(value.total);

/** @param {Uint8Array} key @param {Draft} draft */
function sealed(key, draft) {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const text = new TextEncoder().encode(JSON.stringify(draft));
  const bytes = new Uint8Array(NONCE_BYTES + text.length);
  bytes.set(nonce);
  bytes.set(chacha20(key, nonce, text), NONCE_BYTES);
  return base64Of(bytes);
}

/** @param {Uint8Array} key @param {string} text @returns {Draft | null} null where it is of another key */
function opened(key, text) {
  try {
    const bytes = bytesOfBase64(text);
    const plain = chacha20(key, bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES));
    const draft = JSON.parse(new TextDecoder().decode(plain));
    return isDraft(draft) ? draft : null;
  } catch {
    return null;
  }
}

/** @param {string} id @param {Place} place */
const sealedIn = (id, place) => read(`draft ${id}`, isText, place);

/** @param {string} id @returns {Draft | null} */
function keptDraft(id) {
  const key = keys.get(id);
  const text = sealedIn(id, "sessionStorage") ?? sealedIn(id, "localStorage");
  return key && text !== null ? opened(key, text) : null;
}

/** Whether drafts of this interview can be read and kept. @param {string} id */
export const isUnlocked = (id) => keys.has(id);

/**
 * From now on, read and keep drafts of this interview. What was typed before goes behind what was
 * kept of an earlier visit.
 *
 * @param {string} id
 * @param {string} salt of the interview's first event: 16 random bytes in hexadecimal
 */
export function unlockDrafts(id, salt) {
  keys.set(id, bytesOf(salt + salt));
  const [before, now] = [keptDraft(id), typed.get(id)];
  if (now) keepDraft(id, before ? { ...before, text: `${before.text}\n${now.text}` } : now);
}

/**
 * A draft is kept twice: for this tab, as another may be at the same interview, and for whoever
 * comes back in a new one.
 *
 * @param {string} id
 * @returns {Draft | null}
 */
export const draftOf = (id) => typed.get(id) ?? keptDraft(id);

/** @param {string} id @param {Draft} draft */
export function keepDraft(id, draft) {
  const isOthers = sealedIn(id, "localStorage") !== sealedIn(id, "sessionStorage");
  if (draft.text) typed.set(id, draft);
  else typed.delete(id);
  const key = keys.get(id);
  if (!key) return;
  const kept = draft.text ? sealed(key, draft) : null;
  write(`draft ${id}`, kept, "sessionStorage");
  if (kept || !isOthers) write(`draft ${id}`, kept);
}

/** @param {string} id */
export function dropDraft(id) {
  typed.delete(id);
  write(`draft ${id}`, null, "sessionStorage");
  write(`draft ${id}`, null);
}

/** All that is kept of an interview that was forgotten, or that there is none of. @param {string} id */
export function dropInterview(id) {
  dropDraft(id);
  dropUnfinished(id);
  keys.delete(id);
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

/** Until the page is closed: what is searched for was perhaps said. */
let filter = { q: "", state: "", role: "" };

/** @returns {Filter} */
export const historyFilter = () => filter;

/** @param {Filter} chosen */
export function keepHistoryFilter(chosen) {
  filter = chosen;
}
