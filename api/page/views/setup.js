/** Where an interview begins: for which role, how long, with which model. Nothing here waits for
 * a request: with whatever is not there yet, the gateway's own choice is taken. */

import { h } from "../dom.js";
import { gateway } from "../gateway.js";
import { health } from "../health.js";
import { newInterviewId } from "../integration-service-client/index.js";
import { chosenModel, keepChosenModel, keepUnfinished, unfinished } from "../storage.js";
import { noticeOf, troubleOf } from "../notices.js";

/** @typedef {import("../integration-service-client/index.js").Model} Model */
/** @typedef {import("../integration-service-client/index.js").Role} Role */

const ROLES = [
  ["Software Engineer", "Design, code, incidents, trade-offs"],
  ["Product Manager", "Users, priorities, launches"],
  ["Data Analyst", "Data, methods, findings"],
];
const MOST = 15;
const USUAL = [3, 5, 10];

/** @param {import("../main.js").Place} place */
export function show({ root, signal }) {
  const models = modelChoice(signal);
  const count = questionCount();
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
    const role = /** @type {Role} */ (new FormData(form).get("role"));
    const model = models.chosen();
    const totalQuestions = count.value();
    const choices = JSON.stringify([role, model, totalQuestions]);
    if (attempt.choices !== choices) Object.assign(attempt, { choices, id: newInterviewId() });
    try {
      const setup = { role, model, totalQuestions, interviewId: attempt.id };
      const session = await gateway.startInterview(setup, { signal });
      const id = session.interviewId ?? attempt.id;
      if (model) keepChosenModel(model);
      keepUnfinished({ id, role, question: session.currentQuestion, total: totalQuestions });
      location.hash = `#/interviews/${id}`;
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
    const { words, passes } = troubleOf(error);
    if (/** @type {{ kind?: string }} */ (error).kind === "unknown-model") models.refresh();
    if (passes) health.look();
    // Whatever passes by itself: an interview begins when somebody says so, and not then.
    const trouble = passes ? `${words} Your choices are kept.` : words;
    notices.replaceChildren(noticeOf({ words: trouble, helps: "again" }, () => form.requestSubmit()));
  }

  const form = h("form", { class: "setup", onsubmit: start },
    roleChoice(),
    count.element,
    models.element,
    h("div", { class: "foot" }, notices, button),
  );
  root.append(
    h("h1", {}, "Start an interview"),
    leftOff(),
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

/** @param {AbortSignal} signal */
function modelChoice(signal) {
  const cards = h("div", { class: "cards" });
  const remark = h("p", { class: "quiet" });
  const element = h("fieldset", { class: "models" }, h("legend", {}, "Model"), cards, remark);

  /** @param {Model[]} found */
  function fill(found) {
    const wanted = chosen() ?? chosenModel();
    const first = found.find(({ id }) => id === wanted) ?? found[0];
    const hadFocus = cards.contains(document.activeElement);
    cards.replaceChildren(...(found.length
      ? found.map((model) => modelCard(model, model === first))
      : [anyModel("The gateway picks a model")]));
    if (hadFocus) /** @type {HTMLElement} */ (cards.querySelector(":checked")).focus();
  }

  function chosen() {
    const radio = /** @type {HTMLInputElement | null} */ (cards.querySelector(":checked"));
    return radio?.value || undefined;
  }

  async function refresh() {
    try {
      const found = await gateway.fetchModels({ signal });
      fill(found);
      remark.textContent = found.every(({ source }) => source === "fallback")
        ? "No model is available now. The gateway asks its built-in questions."
        : "";
    } catch {
      if (signal.aborted) return;
      fill([]);
      health.addEventListener("answered", refresh, { once: true, signal });
    }
  }

  cards.append(anyModel("Looking for models…"));
  refresh();
  return { element, chosen, refresh };
}

/** @param {string} about */
function anyModel(about) {
  return h("label", { class: "choice" },
    h("input", { type: "radio", name: "model", value: "", checked: true }),
    h("span", { class: "what" }, "The gateway’s choice"),
    h("span", { class: "quiet" }, about));
}

/** @param {Model} model @param {boolean} checked */
function modelCard(model, checked) {
  const known = [
    [model.ramRequired, "memory"],
    [model.downloadSize, "download"],
  ].filter(([figure]) => figure && figure !== "unknown");
  const hasSize = model.paramCount && model.paramCount !== "unknown";
  const name = model.name || model.id;
  const source = model.source === "fallback" ? "built-in list" : model.source;
  return h("label", { class: "choice" },
    h("input", { type: "radio", name: "model", value: model.id, checked }),
    h("span", { class: "what" }, h("bdi", {}, name), hasSize && h("span", { class: "mark" }, h("bdi", {}, model.paramCount))),
    model.description && h("span", { class: "quiet about", dir: "auto" }, model.description),
    h("span", { class: "quiet figures" }, known.map(([figure, of]) => h("span", {}, `${figure} ${of}`))),
    h("span", { class: "quiet id" },
      name !== model.id && [h("bdi", {}, model.id), " · "], h("bdi", {}, source)));
}
