/**
 * What the page stores in the browser: unsent answers, and the interview to continue. If the browser
 * stores nothing, the page keeps them until it is closed.
 *
 * Removed entries stay in the browser's files. So a draft is encrypted with a key that only the log
 * has, and that the log erases together with the interview's words.
 */

import { base64Of, bytesOf, bytesOfBase64 } from "./bytes.js";
import { chacha20 } from "./cipher.js";

/**
 * A typed answer, and the number of answers that the log had before it.
 *
 * `unsent` is text for an earlier question, which got another answer.
 *
 * @typedef {{ text: string, answered: number, unsent?: string }} Draft
 */

/**
 * The interview to continue, as last seen.
 *
 * @typedef {{ id: string, role: string, question: number, total: number, language?: string }} Unfinished
 */

/** @typedef {{ q: string, state: string, role: string }} Filter of the list */

/** @typedef {"localStorage" | "sessionStorage"} Place for all tabs, or for this one */

const NONCE_BYTES = 12;

/** The drafts' keys by interview. @type {Map<string, Uint8Array>} */
const keys = new Map();

/** Typed since the page was opened. @type {Map<string, Draft>} */
const typed = new Map();

/** What the browser did not store. @type {Map<string, unknown>} */
const unstored = new Map();

/**
 * A stored value, or null. A value of the wrong shape, perhaps another version's, counts as null.
 *
 * @template T
 * @param {string} key
 * @param {(value: any) => value is T} isRight
 * @param {Place} [place]
 * @returns {T | null}
 */
function read(key, isRight, place = "localStorage") {
  try {
    const value = unstored.get(key) ?? JSON.parse(window[place].getItem(key) ?? "null");
    return isRight(value) ? value : null;
  } catch {
    return null;
  }
}

/** @param {string} key @param {unknown} value null removes it @param {Place} [place] */
function write(key, value, place = "localStorage") {
  unstored.delete(key);
  try {
    if (value === null) window[place].removeItem(key);
    else window[place].setItem(key, JSON.stringify(value));
  } catch {
    unstored.set(key, value); // full, or forbidden
  }
}

/** Whether the browser has stored everything that was typed. */
export const isKept = () => unstored.size === 0 && [...typed.keys()].every((id) => keys.has(id));

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

/** @param {Uint8Array} key @param {string} text @returns {Draft | null} null if the key is another */
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

/** Whether there is a key for this interview's drafts. @param {string} id */
export const isUnlocked = (id) => keys.has(id);

/**
 * Read and store drafts of this interview from now on. What was typed before is appended to the
 * draft of an earlier visit.
 *
 * @param {string} id
 * @param {string} salt of the interview's first event: 16 random bytes in hex
 */
export function unlockDrafts(id, salt) {
  keys.set(id, bytesOf(salt + salt));
  const [before, now] = [keptDraft(id), typed.get(id)];
  if (now) keepDraft(id, before ? { ...before, text: `${before.text}\n${now.text}` } : now);
}

/**
 * A draft is stored twice: for this tab, since another may show the same interview, and for a new
 * tab later.
 *
 * @param {string} id
 * @returns {Draft | null}
 */
export const draftOf = (id) => typed.get(id) ?? keptDraft(id);

/** @param {string} id @param {Draft} draft */
export function keepDraft(id, draft) {
  const isOthers = sealedIn(id, "localStorage") !== sealedIn(id, "sessionStorage");
  const isEmpty = !draft.text && !draft.unsent;
  if (isEmpty) typed.delete(id);
  else typed.set(id, draft);
  const key = keys.get(id);
  if (!key) return;
  const kept = isEmpty ? null : sealed(key, draft);
  write(`draft ${id}`, kept, "sessionStorage");
  if (kept || !isOthers) write(`draft ${id}`, kept);
}

/** @param {string} id */
export function dropDraft(id) {
  typed.delete(id);
  write(`draft ${id}`, null, "sessionStorage");
  write(`draft ${id}`, null);
}

/** Remove everything of an interview that is erased or unknown. @param {string} id */
export function dropInterview(id) {
  dropDraft(id);
  dropUnfinished(id);
  keys.delete(id);
}

/** The interview to continue is stored under this name. */
let ofVisitor = "unfinished";

/** Keep apart what several people continue in this browser. @param {string} subject who has signed in */
export async function keepFor(subject) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subject));
  ofVisitor = `unfinished ${base64Of(new Uint8Array(digest)).slice(0, 16)}`;
}

/** @returns {Unfinished | null} */
export const unfinished = () => read(ofVisitor, isUnfinished);

/** @param {Unfinished} interview */
export const keepUnfinished = (interview) => write(ofVisitor, interview);

/** @param {string} id */
export function dropUnfinished(id) {
  if (unfinished()?.id === id) write(ofVisitor, null);
}

/** @returns {string | null} the last chosen model */
export const chosenModel = () => read("model", isText);

/** @param {string} id */
export const keepChosenModel = (id) => write("model", id);

/** @returns {string | null} the language chosen last */
export const chosenLanguage = () => read("language", isText);

/** @param {string} code */
export const keepChosenLanguage = (code) => write("language", code);

/** Not stored: somebody may have said the words that are searched for. */
let filter = { q: "", state: "", role: "" };

/** @returns {Filter} */
export const historyFilter = () => filter;

/** @param {Filter} chosen */
export function keepHistoryFilter(chosen) {
  filter = chosen;
}
