/**
 * The language of the candidate's side. English is in the page; the words of another language are
 * loaded when somebody wants it.
 */

import { chosenLanguage } from "./storage.js";
import { visitor } from "./visitor.js";
import { words as english } from "./words/en.js";

/** @typedef {keyof typeof english} Key */
/** @typedef {string | Record<string, string>} Text a record has a text for each plural form of `count` */

/** By code, each by its own name. @type {Record<string, string>} */
export const LANGUAGES = {
  en: "English",
  de: "Deutsch",
  fr: "Français",
  es: "Español",
  pt: "Português",
  hi: "हिन्दी",
  bn: "বাংলা",
  ar: "العربية",
  zh: "中文",
};

const RIGHT_TO_LEFT = ["ar"];

/** What `speak` loaded last. @type {{ code: string, words: Record<Key, Text> }} */
let spoken = { code: "en", words: english };
let latest = spoken.code;

/** Fires "changed" when the page is in another language. */
export const languages = new EventTarget();

/** The code of the page's language. */
export const language = () => spoken.code;

/** The page's language for a BCP 47 tag, or "". @param {string | null | undefined} tag */
export function known(tag) {
  const code = tag?.trim().toLowerCase().split("-")[0] ?? "";
  return Object.hasOwn(LANGUAGES, code) ? code : "";
}

/** The language chosen last, or else the browser's. */
export const preferred = () =>
  known(chosenLanguage()) || navigator.languages.map(known).find(Boolean) || "en";

/**
 * Let the page be in this language from now on, unless another one is asked for meanwhile.
 *
 * @param {string} code of LANGUAGES
 * @throws TypeError if the words cannot be loaded
 */
export async function speak(code) {
  latest = code;
  /** @type {Record<Key, Text>} */
  const words = code === "en" ? english : (await import(`./words/${code}.js`)).words;
  if (latest !== code) return;
  spoken = { code, words };
  mark();
  languages.dispatchEvent(new Event("changed"));
}

/** Say which elements are in the language. The frame of the page for staff is in English. */
function mark() {
  const all = visitor.seesAll ? document.querySelectorAll("#main, #announcer, #reader") : [document.documentElement];
  for (const element of all) {
    element.setAttribute("lang", spoken.code);
    element.setAttribute("dir", RIGHT_TO_LEFT.includes(spoken.code) ? "rtl" : "ltr");
  }
  for (const element of document.querySelectorAll("[data-words]")) {
    element.textContent = say(/** @type {Key} */ (element.getAttribute("data-words")));
  }
}

/**
 * A text in the page's language. Of a text with plural forms, `count` chooses one.
 *
 * @param {Key} key
 * @param {Record<string, string | number>} [values] by the names in braces
 */
export const say = (key, values) => filledIn(spoken.words[key], values);

/** @param {string} key @returns {key is Key} */
export const isKey = (key) => Object.hasOwn(english, key);

/** A text of the frame, which is in English where the staff sees it. @param {Key} key */
export const sayInFrame = (key) => (visitor.seesAll ? filledIn(english[key]) : say(key));

/** What stands before and after a name in a text. @param {Key} key @param {string} name */
export function sayAround(key, name) {
  const [before = "", after = ""] = String(spoken.words[key]).split(`{${name}}`);
  return [before, after];
}

/** A role by its name in the page's language, if it has one. @param {string} role */
export function roleName(role) {
  const key = `role.${role}`;
  return isKey(key) ? say(key) : role;
}

/** @param {Text} text @param {Record<string, string | number>} [values] */
function filledIn(text, values = {}) {
  const { code } = spoken;
  const form = typeof text === "string" ? text : (text[new Intl.PluralRules(code).select(Number(values.count))] ?? text.other);
  return form.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    if (typeof value === "number") return new Intl.NumberFormat(code).format(value);
    // A name in another script must not reorder the sentence around it.
    return RIGHT_TO_LEFT.includes(code) ? `\u2068${value}\u2069` : value;
  });
}
