/** What a link to the page for candidates says about the interview: /interview?role=…&questions=… */

/** @typedef {import("../integration-service-client/index.js").Role} Role */

/**
 * The role and the number of questions that a link fixes, and what is wrong with it, in sentences. What
 * is wrong is not fixed, so that the candidate can choose.
 *
 * @param {string} search the address from its "?" on
 * @param {Role[]} roles those that the gateway has
 * @param {number} most questions
 * @returns {{ role?: Role, questions?: number, problems: string[] }}
 */
export function setupOf(search, roles, most) {
  const given = new URLSearchParams(search);
  const [role, questions] = [given.get("role"), given.get("questions")];
  /** @type {ReturnType<typeof setupOf>} */
  const found = { problems: [] };
  if (role !== null) {
    const known = roles.find((one) => one === role.trim());
    if (known) found.role = known;
    else found.problems.push("The link that you opened names a role that does not exist. Choose your role below.");
  }
  if (questions !== null) {
    const count = /^\d{1,4}$/.test(questions) ? Number(questions) : 0;
    if (count >= 1 && count <= most) found.questions = count;
    else found.problems.push(`The link that you opened has a wrong number of questions. Choose one from 1 to ${most} below.`);
  }
  return found;
}
