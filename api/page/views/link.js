/** What a link to the page for candidates says about the interview: /interview?role=…&questions=…&language=… */

import { known, say } from "../language.js";

/** The language that a link fixes, or "". Only the page for candidates has such links. */
export const linkedLanguage = () =>
  location.pathname === "/interview" ? known(new URLSearchParams(location.search).get("language")) : "";

/**
 * What a link fixes, and what is wrong with it, in sentences. What is wrong is not fixed, so that the
 * candidate can choose.
 *
 * @param {string} search the address from its "?" on
 * @param {string[]} roles those that the gateway has
 * @param {number} most questions
 * @returns {{ role?: string, questions?: number, language?: string, problems: string[] }}
 */
export function setupOf(search, roles, most) {
  const given = new URLSearchParams(search);
  const [role, questions, language] = ["role", "questions", "language"].map((name) => given.get(name));
  /** @type {ReturnType<typeof setupOf>} */
  const found = { problems: [] };
  if (role != null) {
    const wanted = roles.find((one) => one === role.trim());
    if (wanted) found.role = wanted;
    else found.problems.push(say("link.role"));
  }
  if (questions != null) {
    const count = /^\d{1,4}$/.test(questions) ? Number(questions) : 0;
    if (count >= 1 && count <= most) found.questions = count;
    else found.problems.push(say("link.questions", { most }));
  }
  if (language != null) {
    if (known(language)) found.language = known(language);
    else found.problems.push(say("link.language"));
  }
  return found;
}
