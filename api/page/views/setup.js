/** Where an interview begins: for which role, in which language, how long, with which model. Nothing
 * here waits for a request: with whatever is not there yet, the gateway's own choice is taken. */

import { h } from "../dom.js";
import { gateway } from "../gateway.js";
import { health } from "../health.js";
import { newInterviewId } from "../integration-service-client/index.js";
import { language, LANGUAGES, roleName, say, speak } from "../language.js";
import { notice, noticeOf, troubleOf } from "../notices.js";
import { keepChosenLanguage, keepChosenModel, keepUnfinished, unfinished } from "../storage.js";
import { visitor } from "../visitor.js";
import { aboutCandidate } from "./about-candidate.js";
import { setupOf } from "./link.js";
import { modelChoice } from "./model-choice.js";
import { questionCount } from "./question-count.js";
import { fetchKits, roleChoice, USUAL } from "./role-choice.js";

/** @typedef {import("../integration-service-client/index.js").Setup} Setup */

/**
 * What was chosen and filled in, while the form is drawn again in another language.
 *
 * @typedef {{ role: string, questions: number, about: import("./about-candidate.js").About }} Chosen
 */

const MOST = 15;
const FIRST = 5;

/** @param {import("../main.js").Place} place */
export async function show({ root, signal }) {
  const models = visitor.seesAll ? modelChoice(signal) : null;
  /** The id that these choices are started under, however often it takes. */
  const attempt = { choices: "", id: "" };
  let isStarting = false;
  /** @type {import("./role-choice.js").Kit[]} */
  let kits = [];
  /** @type {ReturnType<typeof roleChoice> | null} */
  let roles = null;

  const isForKnownRole = visitor.seesAll || link().role || !new URLSearchParams(location.search).has("role");
  const listed = listKits();
  if (!isForKnownRole) await listed; // the role may be a kit's
  if (!signal.aborted) draw({ role: "", questions: FIRST, about: {} });

  async function listKits() {
    try {
      kits = await fetchKits(signal);
      roles?.offer(kits);
    } catch {
      if (!signal.aborted) health.addEventListener("answered", listKits, { once: true, signal });
    }
  }

  /** A link to the page for candidates can fix these. Which model asks is not for candidates to choose. */
  function link() {
    const names = [...USUAL, ...kits.map(({ role }) => role)];
    return visitor.seesAll ? /** @type {ReturnType<typeof setupOf>} */ ({ problems: [] }) : setupOf(location.search, names, MOST);
  }

  /** @param {Chosen} before */
  function draw(before) {
    const linked = link();
    const choice = linked.role ? null : roleChoice(before.role);
    const count = linked.questions ? null : questionCount(MOST, before.questions);
    const languages = linked.language ? null : languageChoice(change);
    const about = aboutCandidate(before.about, !linked.role && !linked.questions);
    const notices = h("div", {});
    const button = h("button", { class: "primary start" }, say("setup.start"));
    roles = choice;
    choice?.offer(kits);

    const form = h("form", { class: models ? "setup" : "setup alone", onsubmit: start },
      linked.role || linked.questions || linked.language
        ? h("dl", { class: "card" },
          linked.role && [h("dt", {}, say("setup.role")), h("dd", {}, h("bdi", {}, roleName(linked.role)))],
          linked.questions && [h("dt", {}, say("setup.questions")), h("dd", {}, linked.questions)],
          linked.language && [h("dt", {}, say("setup.language")), h("dd", {}, LANGUAGES[linked.language])])
        : "",
      choice?.element,
      h("div", { class: "how" }, count?.element, languages),
      about.element,
      models?.element,
      h("div", { class: "foot" }, notices, button),
    );
    root.replaceChildren(
      h("h1", {}, say("setup.title")),
      leftOff(),
      ...linked.problems.map((words) => notice({ words })),
      h("p", { class: "lede quiet" }, say("setup.lede")),
      form,
    );

    /** Draw all of it in another language. @param {string} code */
    async function change(code) {
      try {
        await speak(code);
      } catch {
        if (languages) /** @type {HTMLSelectElement} */ (languages.querySelector("select")).value = language();
        return notices.replaceChildren(noticeOf(troubleOf({ kind: "unreachable" }), () => change(code)));
      }
      if (signal.aborted) return;
      keepChosenLanguage(code);
      draw({ role: choice?.value() ?? "", questions: count?.value() ?? FIRST, about: about.value() });
      /** @type {HTMLElement | null} */ (root.querySelector("#language"))?.focus();
    }

    /** @param {SubmitEvent} event */
    async function start(event) {
      event.preventDefault();
      if (isStarting) return;
      isStarting = true;
      button.setAttribute("aria-disabled", "true");
      button.textContent = say("setup.starting");
      notices.replaceChildren();
      const model = models?.chosen();
      const totalQuestions = linked.questions ?? count?.value() ?? FIRST;
      // English is what the gateway speaks by itself, an older one as well.
      const inOther = language() === "en" ? {} : { language: language() };
      const chosen = { ...(choice?.chosen() ?? { role: linked.role ?? USUAL[0] }), ...inOther, ...about.value(), totalQuestions };
      const choices = JSON.stringify([chosen, model]);
      if (attempt.choices !== choices) Object.assign(attempt, { choices, id: newInterviewId() });
      try {
        const setup = /** @type {Setup} */ ({ ...chosen, model, interviewId: attempt.id });
        // Whatever comes first, the interview has begun: its own view joins the reply.
        for await (const _ of gateway.streamStart(setup, { signal })) break;
        if (model) keepChosenModel(model);
        keepUnfinished({ id: attempt.id, role: chosen.role, question: 1, total: totalQuestions, language: language() });
        location.hash = `#/interviews/${attempt.id}`;
      } catch (error) {
        if (signal.aborted) return;
        failed(error);
      }
      isStarting = false;
      button.removeAttribute("aria-disabled");
      button.textContent = say("setup.start");
    }

    /** @param {unknown} error */
    function failed(error) {
      const { words, passes, helps } = troubleOf(error);
      if (/** @type {{ kind?: string }} */ (error).kind === "unknown-model") models?.refresh();
      if (passes) health.look();
      // Whatever passes by itself: an interview begins when somebody says so, and not then.
      const trouble = passes ? `${words} ${say("setup.kept")}` : words;
      notices.replaceChildren(noticeOf({ words: trouble, helps }, () => form.requestSubmit()));
    }
  }
}

function leftOff() {
  const last = unfinished();
  if (!last) return "";
  return h("p", { class: "left-off card" },
    h("span", {}, say("setup.left-off", { role: roleName(last.role), question: last.question, total: last.total })),
    h("a", { class: "button", href: `#/interviews/${last.id}` }, say("setup.continue")));
}

/** @param {(code: string) => void} change */
function languageChoice(change) {
  const select = h("select", { id: "language", onchange: () => change(select.value) },
    Object.entries(LANGUAGES).map(([code, name]) =>
      h("option", { value: code, lang: code, selected: code === language() }, name)));
  return h("fieldset", { class: "language" },
    h("legend", {}, h("label", { for: "language" }, say("setup.language"))), select);
}
