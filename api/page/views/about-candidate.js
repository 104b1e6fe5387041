/** What can be said about the candidate and the job. All of it is optional. */

import { directByText, h } from "../dom.js";
import { say } from "../language.js";
import { documentFile } from "./document-file.js";

const MOST_NAME = 200;
const MOST_TEXT = 20_000;

/** @typedef {{ candidateName?: string, jobDescription?: string, cv?: string, practice?: true }} About */

/**
 * `mayPractise`: whether the interview may be one that no hiring team sees.
 *
 * @param {About} given what was filled in before @param {boolean} mayPractise
 */
export function aboutCandidate(given, mayPractise) {
  const name = h("input", {
    id: "candidate-name", maxlength: MOST_NAME, autocomplete: "off", value: given.candidateName,
  });
  const job = textOf("job-description", given.jobDescription);
  const cv = textOf("cv", given.cv);
  const practice = h("input", {
    type: "checkbox", id: "practice", checked: given.practice, "aria-describedby": "practice-hint",
  });
  for (const field of [name, job, cv]) directByText(field);
  const element = h("details", { class: "more candidate", open: Object.keys(given).length > 0 },
    h("summary", {}, say("setup.more")),
    h("p", { class: "quiet" }, say("setup.more-hint")),
    field("setup.name", name),
    field("setup.job-description", job, documentFile(job, say("setup.job-description"))),
    field("setup.cv", cv, documentFile(cv, say("setup.cv"))),
    mayPractise && h("div", { class: "tick" }, practice, h("label", { for: "practice" }, say("setup.practice")),
      h("span", { class: "quiet", id: "practice-hint" }, say("setup.practice-hint"))));

  return {
    element,

    /** What is filled in. @returns {About} */
    value: () => ({
      ...(name.value.trim() && { candidateName: name.value.trim() }),
      ...(job.value.trim() && { jobDescription: job.value.trim() }),
      ...(cv.value.trim() && { cv: cv.value.trim() }),
      ...(practice.checked && { practice: /** @type {const} */ (true) }),
    }),
  };
}

/** @param {string} id @param {string} [text] */
const textOf = (id, text = "") =>
  h("textarea", { id, rows: 4, maxlength: MOST_TEXT, autocomplete: "off" }, text);

/** @param {import("../language.js").Key} key @param {HTMLElement} input @param {HTMLElement} [below] */
const field = (key, input, below) =>
  h("div", { class: "field" }, h("label", { for: input.id }, say(key)), input, below);
