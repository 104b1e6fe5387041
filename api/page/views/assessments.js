/** Assessments of an interview against its kit's rubric, side by side, and a button for one more. */

import { announce, h } from "../dom.js";
import { counted, took, when } from "../format.js";
import { request } from "../gateway.js";
import { Transport } from "../integration-service-client/transport.js";
import { noticeOf, troubleOf } from "../notices.js";
import { visitor } from "../visitor.js";

/** @typedef {import("../integration-service-client/openapi.js").components["schemas"]} Schemas */
/** @typedef {Schemas["Assessment"]} Assessment */
/** @typedef {Schemas["CriterionResult"]} Criterion */
/** @typedef {ReturnType<typeof import("./transcript.js").transcriptOf>} Talk */

/** Without a limit on the time: the gateway has one of its own. And nothing is asked for twice. */
const patient = new Transport(() => location.origin, request, 0, 0);

/** What a model gave and the gateway did not take. @type {Record<string, string>} */
const DROPPED = {
  "not-said": "a quotation that no answer has",
  "off-limits": "a quotation about voice, looks, emotion, age, origin, family or health",
  "order": "an order, offered as evidence",
  "no-quotation": "a level without a quotation",
  "no-such-level": "a level that the rubric does not have",
  "no-such-criterion": "a criterion that the rubric does not have",
  "unreadable": "a reply that cannot be read",
  "no-reply": "no reply, or none in time",
};

/** @param {{ id: string, talk: Talk, held: import("./own-assessment.js").HeldWith, signal: AbortSignal }} options */
export function assessmentsOf({ id, talk, held, signal }) {
  const path = `/api/v1/interviews/${id}/assessments`;
  const list = h("div", {}, h("p", { class: "quiet" }, "Reading…"));
  const notices = h("div", {});
  const waiting = h("span", { class: "quiet figure" });
  const assess = h("button", { type: "button", onclick: () => isAssessing || make() }, "Assess");
  const model = h("select", { id: "assessing-model" }, h("option", { value: "" }, "the interview’s model"));
  const own = h("div", {});
  const write = h("button", { type: "button", onclick: openOwn }, "Write your own");
  let isAssessing = false;
  /** @type {Assessment[]} */
  let known = [];
  load();
  if (visitor.conducts) offerModels();
  return h("section", { "aria-labelledby": "assessment" },
    h("h2", { id: "assessment" }, "Assessment"),
    list, notices,
    visitor.conducts && [
      h("p", { class: "row" }, assess, h("label", { for: model.id }, "by"), model, write, waiting),
      own,
      h("p", { class: "quiet" }, "A model compares the answers with the kit’s rubric. The gateway takes no level without the candidate’s own words for it."),
    ]);

  async function offerModels() {
    try {
      const { models } = await patient.get("/api/v1/models", "models", { signal });
      model.append(...models.filter((/** @type {Schemas["Model"]} */ one) => one.source !== "fallback")
        .map((/** @type {Schemas["Model"]} */ one) => h("option", { value: one.id }, one.name)));
    } catch {
      // The interview's own model can be asked without.
    }
  }

  async function openOwn() {
    notices.replaceChildren();
    try {
      const { ownAssessment, rubricOf } = await import("./own-assessment.js");
      const kit = known.at(-1)?.kit ?? held.kit;
      const rubric = await rubricOf(patient, { ...held, kit }, signal);
      const close = () => {
        own.replaceChildren();
        write.hidden = false;
        write.focus();
      };
      const form = ownAssessment({ rubric, talk, save: async (assessment) => {
        known.push(await patient.post(path, assessment, "criteria", { signal }));
        draw();
        close();
        announce("Your assessment is saved.");
      }, cancel: close });
      own.replaceChildren(form);
      write.hidden = true;
      /** @type {HTMLElement | null} */ (form.querySelector("input, select"))?.focus();
    } catch (error) {
      if (!signal.aborted) notices.replaceChildren(noticeOf({ ...troubleOf(error), passes: undefined }, openOwn));
    }
  }

  async function load() {
    try {
      /** @type {Schemas["AssessmentsReply"]} */
      const { assessments } = await patient.get(path, "assessments", { signal });
      known = assessments;
      draw();
    } catch (error) {
      if (!signal.aborted) list.replaceChildren(noticeOf(troubleOf(error), load));
    }
  }

  function draw() {
    list.replaceChildren(...(known.length
      ? known.map((one) => assessmentOf(one, talk))
      : [h("p", {}, "Nobody has assessed this interview yet.")]));
  }

  async function make() {
    isAssessing = true;
    assess.setAttribute("aria-disabled", "true");
    notices.replaceChildren();
    const since = performance.now();
    const tell = () => {
      waiting.textContent = `Assessing … ${took(Math.floor((performance.now() - since) / 1000) * 1000).replace(/^0 ms/, "0 s")}`;
    };
    const ticking = setInterval(tell, 1000);
    tell();
    announce("Assessing …");
    try {
      /** @type {Assessment} */
      const made = await patient.post(path, model.value ? { model: model.value } : {}, "criteria", { signal });
      const isKnown = known.some(({ position }) => position === made.position);
      if (!isKnown) known.push(made);
      draw();
      announce(isKnown ? "The interview was assessed already." : "The interview is assessed.");
      if (isKnown) notices.replaceChildren(h("p", { class: "quiet" }, "Nothing more was said since its last assessment, so that one stands."));
    } catch (error) {
      // It is made when somebody says so, and not as soon as the gateway is back.
      if (!signal.aborted) notices.replaceChildren(noticeOf({ ...troubleOf(error), passes: undefined }, make));
    } finally {
      clearInterval(ticking);
      waiting.textContent = "";
      assess.removeAttribute("aria-disabled");
      isAssessing = false;
    }
  }
}

/** @param {Assessment} assessment @param {Talk} talk */
function assessmentOf({ by, model, backend, kit, kitVersion, promptVersion, time, attempts, criteria }, talk) {
  const isByNobody = !by && backend === "templates";
  return h("article", { class: "assessment card" },
    h("h3", {}, isByNobody ? "Not assessed" : ["By ", h("bdi", {}, by ?? model ?? backend)]),
    h("p", { class: "quiet figure" }, when(time), " · kit ", h("bdi", {}, kit),
      " ", h("abbr", { title: `Version ${kitVersion}` }, kitVersion.slice(0, 8)),
      promptVersion && [" · prompt ", h("abbr", { title: `Version ${promptVersion}` }, promptVersion.slice(0, 8))]),
    isByNobody && h("p", {}, "No model assessed it. Read the answers, and what to listen for in them."),
    attempts.map((one) => h("p", { class: "quiet", dir: "auto" }, `${one.backend}: ${one.reason}`)),
    criteria.map((one) => criterionOf(one, talk)));
}

/** @param {Criterion} criterion @param {Talk} talk */
function criterionOf({ name, level, anchor, quotations, against, notAsked, answers, refused, note }, talk) {
  return h("section", { class: "criterion" },
    h("h4", {}, h("bdi", {}, name), " ",
      level != null && h("span", { class: "mark good" }, `level ${level}`),
      level == null && h("span", { class: "mark" }, notAsked ? "not asked" : "not assessed")),
    anchor && h("p", { dir: "auto" }, anchor),
    quotes("It rests on", quotations, talk),
    quotes("Against it", against, talk),
    note && [h("p", { class: "quiet" }, "Note"), h("p", { dir: "auto" }, note)],
    level == null && notAsked && h("p", { class: "quiet" }, "No question was there for it."),
    level == null && answers.map((one) => answerOf(one, talk)),
    refused.length > 0 && h("p", { class: "quiet" }, "Not taken from the model: ",
      refused.map(({ reason, count }) => `${DROPPED[reason] ?? reason}${count > 1 ? ` (${counted(count, "time")})` : ""}`).join("; "), "."));
}

/** @param {string} title @param {Schemas["Quotation"][]} quotations @param {Talk} talk */
const quotes = (title, quotations, talk) => quotations.length > 0 && [
  h("p", { class: "quiet" }, title),
  h("ul", { class: "quotes" }, quotations.map((one) => h("li", {}, linkTo(one, `“${one.text}”`, talk)))),
];

/** An answer to be read, and beside it what to listen for. @param {Schemas["HeardFor"]} heard @param {Talk} talk */
function answerOf({ message, listenFor = [] }, talk) {
  const words = talk.wordsOf(message);
  const passage = { message, from: 0, to: Array.from(words).length };
  return h("div", { class: "heard" },
    h("div", {}, h("p", { class: "quiet" }, linkTo(passage, `Answer ${talk.numberOf(message)}`, talk)),
      h("p", { class: "words clamped", dir: "auto" }, words)),
    listenFor.length > 0 && h("div", {}, h("p", { class: "quiet" }, "Listen for"),
      h("ul", {}, listenFor.map((one) => h("li", { dir: "auto" }, one)))));
}

/** @param {import("./transcript.js").Passage} passage @param {string} words @param {Talk} talk */
function linkTo(passage, words, talk) {
  const link = h("a", { href: location.hash, dir: "auto", onclick: show }, words);
  return link;

  /** @param {Event} event */
  function show(event) {
    event.preventDefault(); // its fragment is this view's
    talk.show(passage, link);
  }
}
