/** A form for a person's own assessment: a level for each criterion, and the candidate's words for it. */

import { h } from "../dom.js";
import { visitor } from "../visitor.js";
import { fetchKits } from "./role-choice.js";

/** @typedef {import("../integration-service-client/openapi.js").components["schemas"]} Schemas */
/** @typedef {{ message: number, from: number, to: number, text: string }} Quotation */
/** @typedef {{ id: string, name: string, levels: string[] }} Criterion */
/** @typedef {{ id: string, level?: number, quotations: Quotation[], note?: string }} Judgement */
/** @typedef {ReturnType<typeof import("./transcript.js").transcriptOf>} Talk */

/** What is known of the kit that an interview is held with. @typedef {{ kit?: string | null, role: string, language?: string }} HeldWith */

/**
 * The rubric to assess by. Raises what the transport raises, and where no kit is known, an Error.
 *
 * @param {import("../integration-service-client/transport.js").Transport} transport
 * @param {HeldWith} held @param {AbortSignal} signal @returns {Promise<Criterion[]>}
 */
export async function rubricOf(transport, { kit, role, language = "en" }, signal) {
  const kits = (await fetchKits(signal)).filter(({ error }) => !error);
  const ofRole = kits.filter((one) => one.role === role);
  const found = kits.find(({ id }) => id === kit) ?? ofRole.find((one) => one.language === language) ?? ofRole[0];
  if (!found) throw new Error("The kit of this interview is gone, so there is no rubric to assess it by.");
  return (await transport.get(`/api/v1/kits/${found.id}`, "rubric", { signal })).rubric;
}

/**
 * @param {{ rubric: Criterion[], talk: Talk, save: (assessment: { by?: string, criteria: Judgement[] }) => Promise<void>, cancel: () => void }} options
 */
export function ownAssessment({ rubric, talk, save, cancel }) {
  const trouble = h("p", { class: "notice", role: "alert", hidden: true });
  const by = h("input", { id: "assessed-by", maxlength: 200, autocomplete: "name", required: true });
  const fields = rubric.map(fieldsOf);
  const button = h("button", { type: "submit", class: "primary" }, "Save");
  return h("form", { class: "own-assessment card", onsubmit: submitted, novalidate: true },
    h("h3", {}, "Your own assessment"),
    h("p", { class: "quiet" }, "Copy the candidate’s words for a level from the transcript, a passage a line. Leave out what you do not assess."),
    !visitor.signIn && h("div", { class: "field" }, h("label", { for: by.id }, "Your name"), by),
    fields.map(({ element }) => element),
    trouble,
    h("p", { class: "row" }, button, h("button", { type: "button", onclick: cancel }, "Cancel")));

  /** @param {SubmitEvent} event */
  async function submitted(event) {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    trouble.hidden = true;
    if (!visitor.signIn && !by.value.trim()) return refuse("Enter your name.", by);
    /** @type {Judgement[]} */
    const criteria = [];
    for (const one of fields) {
      const { judgement, problem, field } = one.read();
      if (problem) return refuse(problem, field);
      if (judgement) criteria.push(judgement);
    }
    if (!criteria.length) return refuse("Choose a level or write a note for one criterion at least.", fields[0]?.level);
    button.setAttribute("aria-disabled", "true");
    try {
      await save({ ...(visitor.signIn ? {} : { by: by.value.trim() }), criteria });
    } catch (error) {
      refuse(/** @type {Error} */ (error).message, button);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }

  /** @param {string} words @param {HTMLElement} [field] */
  function refuse(words, field) {
    trouble.textContent = words;
    trouble.hidden = false;
    field?.focus();
  }

  /** @param {Criterion} criterion */
  function fieldsOf({ id, name, levels }) {
    const anchor = h("p", { class: "quiet", dir: "auto" });
    const level = h("select", { id: `level-${id}`, onchange: () => { anchor.textContent = levels[Number(level.value) - 1] ?? ""; } },
      h("option", { value: "" }, "not assessed"),
      levels.map((_, n) => h("option", { value: n + 1 }, `level ${n + 1}`)));
    const words = h("textarea", { id: `words-${id}`, rows: 2, dir: "auto" });
    const note = h("textarea", { id: `note-${id}`, rows: 1, dir: "auto" });
    const element = h("fieldset", { class: "criterion" }, h("legend", {}, h("bdi", {}, name)),
      h("div", { class: "field" }, h("label", { for: level.id }, "Level"), level, anchor),
      h("div", { class: "field" }, h("label", { for: words.id }, "It rests on these words"), words),
      h("div", { class: "field" }, h("label", { for: note.id }, "Note"), note));

    /** @returns {{ judgement?: Judgement, problem?: string, field?: HTMLElement }} */
    function read() {
      const lines = words.value.split("\n").map((line) => line.trim()).filter(Boolean);
      const quotations = lines.map((line) => talk.find(line));
      const missing = quotations.findIndex((found) => !found);
      if (missing >= 0) return { problem: `${name}: no answer has the words “${lines[missing]}”.`, field: words };
      if (level.value && !lines.length) return { problem: `${name}: a level needs words of the candidate.`, field: words };
      const remark = note.value.trim();
      if (!level.value && !lines.length && !remark) return {};
      return {
        judgement: {
          id, quotations: /** @type {Quotation[]} */ (quotations),
          ...(level.value && { level: Number(level.value) }), ...(remark && { note: remark }),
        },
      };
    }

    return { element, level, read };
  }
}
