/** Where an interview begins: for which role, how long, with which model. Nothing here waits for
 * a request: with whatever is not there yet, the gateway's own choice is taken. */

import { h } from "../dom.js";
import { gateway } from "../gateway.js";
import { health } from "../health.js";
import { newInterviewId } from "../integration-service-client/index.js";
import { keepChosenModel, keepUnfinished, unfinished } from "../storage.js";
import { notice, noticeOf, troubleOf } from "../notices.js";
import { visitor } from "../visitor.js";
import { setupOf } from "./link.js";
import { modelChoice } from "./model-choice.js";

/** @typedef {import("../integration-service-client/index.js").Role} Role */

/** @type {[Role, string][]} */
const ROLES = [
  ["Software Engineer", "Design, code, incidents, trade-offs"],
  ["Product Manager", "Users, priorities, launches"],
  ["Data Analyst", "Data, methods, findings"],
];
const MOST = 15;
const USUAL = [3, 5, 10];

/** @param {import("../main.js").Place} place */
export function show({ root, signal }) {
  // A link to the page for candidates can fix both. Which model asks is not for candidates to choose.
  const linked = visitor.seesAll ? { problems: [] } : setupOf(location.search, ROLES.map(([role]) => role), MOST);
  const models = visitor.seesAll ? modelChoice(signal) : null;
  const count = linked.questions ? null : questionCount();
  const notices = h("div", {});
  const button = h("button", { class: "primary start" }, "Start the interview");

  /** The id that these choices are started under, however often it takes. */
  const attempt = { choices: "", id: "" };
  let isStarting = false;

  /** @param {SubmitEvent} event */
  async function start(event) {
    event.preventDefault();
    if (isStarting) return;
    isStarting = true;
    button.setAttribute("aria-disabled", "true");
    button.textContent = "Asking for the first question…";
    notices.replaceChildren();
    const role = linked.role ?? /** @type {Role} */ (new FormData(form).get("role"));
    const model = models?.chosen();
    const totalQuestions = linked.questions ?? count?.value() ?? 1;
    const choices = JSON.stringify([role, model, totalQuestions]);
    if (attempt.choices !== choices) Object.assign(attempt, { choices, id: newInterviewId() });
    try {
      const setup = { role, model, totalQuestions, interviewId: attempt.id };
      // Whatever comes first, the interview has begun: its own view joins the reply.
      for await (const _ of gateway.streamStart(setup, { signal })) break;
      if (model) keepChosenModel(model);
      keepUnfinished({ id: attempt.id, role, question: 1, total: totalQuestions });
      location.hash = `#/interviews/${attempt.id}`;
    } catch (error) {
      if (signal.aborted) return;
      failed(error);
    }
    isStarting = false;
    button.removeAttribute("aria-disabled");
    button.textContent = "Start the interview";
  }

  /** @param {unknown} error */
  function failed(error) {
    const { words, passes, helps } = troubleOf(error);
    if (/** @type {{ kind?: string }} */ (error).kind === "unknown-model") models?.refresh();
    if (passes) health.look();
    // Whatever passes by itself: an interview begins when somebody says so, and not then.
    const trouble = passes ? `${words} Your choices are kept.` : words;
    notices.replaceChildren(noticeOf({ words: trouble, helps }, () => form.requestSubmit()));
  }

  const form = h("form", { class: models ? "setup" : "setup alone", onsubmit: start },
    linked.role || linked.questions
      ? h("dl", { class: "card" },
        linked.role && [h("dt", {}, "Role"), h("dd", {}, linked.role)],
        linked.questions && [h("dt", {}, "Questions"), h("dd", {}, linked.questions)])
      : "",
    linked.role ? "" : roleChoice(),
    count?.element,
    models?.element,
    h("div", { class: "foot" }, notices, button),
  );
  root.append(
    h("h1", {}, "Start an interview"),
    leftOff(),
    ...linked.problems.map((words) => notice({ words })),
    h("p", { class: "lede quiet" },
      "You get one question at a time and answer in your own words. ",
      "You can leave and come back. The page keeps what you type."),
    form,
  );
}

function leftOff() {
  const last = unfinished();
  if (!last) return "";
  return h("p", { class: "left-off card" },
    h("span", {}, `${last.role}, question ${last.question} of ${last.total}`),
    h("a", { class: "button", href: `#/interviews/${last.id}` }, "Continue this interview"));
}

function roleChoice() {
  const cards = ROLES.map(([role, about], n) =>
    h("label", { class: "choice" },
      h("input", { type: "radio", name: "role", value: role, checked: n === 0 }),
      h("span", { class: "what" }, role),
      h("span", { class: "quiet" }, about)));
  return h("fieldset", { class: "roles" }, h("legend", {}, "Role"), cards);
}

function questionCount() {
  const field = h("input", {
    id: "count", type: "number", min: 1, max: MOST, step: 1, value: 5, required: true,
    onchange: () => set(value()), oninput: mark,
  });
  const usual = USUAL.map((n) =>
    h("button", { type: "button", "aria-label": `${n} questions`, onclick: () => set(n) }, n));

  const value = () => Math.min(MOST, Math.max(1, Math.round(Number(field.value)) || 5));

  /** @param {number} n */
  function set(n) {
    field.value = String(Math.min(MOST, Math.max(1, n)));
    mark();
  }

  function mark() {
    usual.forEach((button, n) =>
      button.setAttribute("aria-pressed", String(field.value === String(USUAL[n]))));
  }

  mark();
  return {
    value,
    element: h("fieldset", { class: "count" },
      h("legend", {}, h("label", { for: "count" }, "Questions")),
      h("div", { class: "row" },
        h("div", { class: "stepper" },
          h("button", { type: "button", "aria-label": "One fewer", onclick: () => set(value() - 1) }, "−"),
          field,
          h("button", { type: "button", "aria-label": "One more", onclick: () => set(value() + 1) }, "+")),
        h("div", { class: "usual" }, usual))),
  };
}
