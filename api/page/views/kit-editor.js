/** One interview kit: read it, change it, or make a new one, also from another. */

import { announce, h } from "../dom.js";
import { isGatewayError } from "../integration-service-client/errors.js";
import { noticeOf, troubleOf } from "../notices.js";
import { visitor } from "../visitor.js";
import { clearErrors, freshId, linesField, listOf, showErrors, textField } from "./kit-fields.js";
import { listOfKits, noFolder, transport } from "./kits.js";

/** @typedef {import("./kits.js").Schemas} Schemas */
/** @typedef {Schemas["Kit-Output"]} Kit */
/** @typedef {Kit["questions"][number]} Question */
/** @typedef {Kit["rubric"][number]} Criterion */
/** @typedef {ReturnType<typeof criterionPart>} CriterionPart */
/** @typedef {{ id: string, kit: Kit, version: string }} Draft a kit, and the version of it that was changed */

/** What was changed and not saved when somebody went to another view, by its address. @type {Map<string, Draft>} */
const unsaved = new Map();

/** @type {Kit} */
const EMPTY = {
  role: "", seniority: "any", language: "en", greeting: "",
  closing: "Thank you for your time. This concludes the interview.",
  questions: [{ text: "", listenFor: [], followUps: [], criteria: [] }],
  rubric: [{ id: "", name: "", levels: [] }],
};

/** @param {string} text */
const slug = (text) => (text.normalize("NFKD").toLowerCase().match(/[a-z0-9]+/g) ?? []).join("-").slice(0, 60).replace(/-$/, "");

/** @param {import("../main.js").Place} place its id is that of a kit, which a new one may begin with */
export async function show({ root, id: from, signal }) {
  const address = location.hash;
  const isNew = address.startsWith("#/new-kit");
  const title = isNew ? "New interview kit" : "Interview kit";
  document.title = `${title} – Interview gateway`;
  const body = h("div", {}, h("p", { class: "quiet" }, "Reading…"));
  let dirty = false;
  /** @type {() => Draft & { places: import("./kit-fields.js").Places }} */
  let collect;
  const changed = () => {
    dirty = true;
  };
  signal.addEventListener("abort", () => {
    if (dirty) unsaved.set(address, collect());
  });
  addEventListener("beforeunload", (event) => dirty && event.preventDefault(), { signal });
  root.append(h("p", { class: "quiet" }, h("a", { href: "#/kits" }, "Interview kits")), h("h1", {}, title), body);
  await load();

  async function load() {
    try {
      const { kits, hasFolder } = await listOfKits(signal);
      const listed = kits.find(({ id }) => id === from);
      const mayWrite = hasFolder && visitor.conducts;
      if (listed?.error) {
        body.replaceChildren(
          h("div", { class: "notice bad" }, h("p", {}, "This kit cannot be used. Correct its file, or delete it."),
            listed.error.split("\n").map((line) => h("p", { dir: "auto" }, line))),
          mayWrite ? deletion("") : "");
        return;
      }
      /** @type {Kit} */
      const kit = from ? await transport.get(`/api/v1/kits/${from}`, "questions", { signal }) : EMPTY;
      const kept = unsaved.get(address);
      const isOwn = !isNew && listed?.builtIn === false;
      const draft = kept ?? { id: isNew ? from && `${from}-2` : from, kit, version: listed?.version ?? "" };
      body.replaceChildren(...[
        !hasFolder && noFolder(),
        mayWrite && !isNew && listed?.builtIn && h("p", { class: "notice" }, "This kit came with the gateway. If you change it, your version is used instead."),
        kept && h("p", { class: "notice row" }, "This is what you had not saved. ",
          h("button", { type: "button", onclick: discard }, "Discard it")),
        !isNew && mayWrite && h("p", {}, h("a", { class: "button", href: `#/new-kit/${from}` }, "New from this")),
        editor(draft, mayWrite, kept !== undefined),
        isOwn && mayWrite && deletion(draft.version),
      ].filter((part) => part instanceof Node));
    } catch (error) {
      if (!signal.aborted) body.replaceChildren(noticeOf(troubleOf(error), load));
    }
  }

  function discard() {
    unsaved.delete(address);
    dirty = false;
    load();
  }

  /** @param {string} version */
  function deletion(version) {
    const notices = h("div", { role: "alert" });
    const dialog = h("dialog", { "aria-labelledby": "delete-title" },
      h("h2", { id: "delete-title" }, "Delete this kit"),
      h("p", {}, "Interviews that were begun with it stay in the log. A kit of the gateway’s with this id is used again."),
      notices,
      h("div", { class: "row end" },
        h("button", { type: "button", autofocus: true, onclick: () => dialog.close() }, "Cancel"),
        h("button", { type: "button", class: "danger", onclick: remove }, "Delete")));
    return h("p", {}, h("button", { type: "button", class: "danger", onclick: () => dialog.showModal() }, "Delete…"), dialog);

    async function remove() {
      try {
        await transport.text({
          method: "DELETE", path: `/api/v1/kits/${from}`, options: { signal },
          headers: version ? { "if-match": `"${version}"` } : {},
        });
        dirty = false;
        unsaved.delete(address);
        announce("The kit is deleted.");
        location.hash = "#/kits";
      } catch (error) {
        if (!signal.aborted) notices.replaceChildren(noticeOf({ ...troubleOf(error), helps: "no", passes: undefined }, remove));
      }
    }
  }

  /** @param {Draft} draft @param {boolean} mayWrite @param {boolean} isChanged */
  function editor({ id, kit, version }, mayWrite, isChanged) {
    const notices = h("div", { role: "alert" });
    const save = h("button", { class: "primary" }, "Save");
    const parts = partsOf(kit, changed);
    const name = textField("Id", id, {
      hint: "Small letters, digits and hyphens. It is the name of the file.",
      attributes: { required: true, maxlength: 60, pattern: "[a-z0-9]+(-[a-z0-9]+)*", readonly: !isNew },
    });
    let isNamed = id !== "";
    name.control.addEventListener("input", () => {
      isNamed = true;
    });
    const form = h("form", { class: "kit", onsubmit: submitted, oninput: changed },
      h("fieldset", { disabled: !mayWrite }, parts.role.element, name.element, parts.rest),
      notices,
      mayWrite && h("p", { class: "row" }, save));
    parts.role.control.addEventListener("input", () => {
      if (!isNamed) name.control.value = slug(parts.role.control.value);
    });
    dirty = isChanged;
    collect = () => {
      /** @type {import("./kit-fields.js").Places} */
      const places = new Map();
      return { id: name.read("id", places), kit: parts.read(places), version, places };
    };
    return form;

    /** @param {SubmitEvent} event */
    async function submitted(event) {
      event.preventDefault();
      if (save.disabled) return;
      clearErrors(form);
      const made = collect();
      save.disabled = true;
      notices.replaceChildren();
      try {
        await transport.text({
          method: "PUT", path: `/api/v1/kits/${made.id}`, body: made.kit, options: { signal },
          headers: isNew ? { "if-none-match": "*" } : { "if-match": `"${version}"` },
        });
        dirty = false;
        unsaved.delete(address);
        announce("The kit is saved.");
        location.hash = "#/kits";
      } catch (error) {
        if (signal.aborted) return;
        save.disabled = false;
        if (isGatewayError(error) && error.kind === "invalid-input") {
          const lost = showErrors(error.errors, made.places);
          notices.replaceChildren(h("div", { class: "notice bad" },
            h("p", {}, "The kit is not saved yet. Correct what is marked."), lost.map((line) => h("p", {}, line))));
        } else {
          notices.replaceChildren(noticeOf({ ...troubleOf(error), helps: "no", passes: undefined }, () => {}));
        }
      }
    }
  }
}

/** The parts of the form. @param {Kit} kit @param {() => void} changed */
function partsOf(kit, changed) {
  const role = textField("Role", kit.role, { attributes: { maxlength: 100 } });
  const language = textField("Language", kit.language, { hint: "Of all words in the kit, such as en, de or pt-BR." });
  const seniority = textField("Seniority", kit.seniority, { hint: "Free words, such as junior. For all: any." });
  const greeting = textField("Greeting", kit.greeting, { long: true, hint: "Said before the first question. It asks nothing." });
  const closing = textField("Closing", kit.closing, { long: true, hint: "The last words. In English, they must say that this concludes the interview." });
  const prompt = textField("What a model is told", kit.prompt, {
    long: true, hint: "You can leave it out. Then the gateway writes it from role, seniority, language and rubric.",
  });
  const rubric = listOf({
    title: "Rubric", word: "criterion", values: kit.rubric, changed: redrawn,
    make: (value) => criterionPart(value, redrawn),
  });
  const questions = listOf({
    title: "Questions", word: "question", values: kit.questions, changed,
    make: (value) => questionPart(value, rubric.items),
  });

  /** The questions offer the criteria as they are now. */
  function redrawn() {
    changed();
    for (const question of questions.items()) question.redraw();
  }

  return {
    role,
    rest: [seniority, language, greeting, closing, prompt, rubric, questions].map(({ element }) => element),

    /** @param {import("./kit-fields.js").Places} places @returns {Kit} */
    read(places) {
      const told = prompt.read("prompt", places);
      return {
        role: role.read("role", places),
        seniority: seniority.read("seniority", places) || "any",
        language: language.read("language", places) || "en",
        ...(told && { prompt: told }),
        greeting: greeting.read("greeting", places),
        closing: closing.read("closing", places),
        questions: questions.read("questions", places),
        rubric: rubric.read("rubric", places),
      };
    },
  };
}

/** @param {Criterion | null} criterion @param {() => void} changed */
function criterionPart(criterion, changed) {
  const name = textField("Name", criterion?.name);
  const id = textField("Id", criterion?.id, { hint: "Small letters, digits and hyphens." });
  const levels = linesField("Levels", criterion?.levels ?? [], "2 to 5, a line each, the lowest first: what answers of that level hold.");
  let isNamed = Boolean(criterion?.id);
  name.control.addEventListener("input", () => {
    if (!isNamed) id.control.value = slug(name.control.value);
    changed();
  });
  id.control.addEventListener("input", () => {
    isNamed = true;
  });
  return {
    element: h("div", {}, name.element, id.element, levels.element),
    id: () => id.control.value.trim(),
    name: () => name.control.value.trim() || id.control.value.trim(),

    /** @param {string} place @param {import("./kit-fields.js").Places} places @returns {Criterion} */
    read: (place, places) => ({
      id: id.read(`${place}.id`, places),
      name: name.read(`${place}.name`, places),
      levels: levels.read(`${place}.levels`, places),
    }),
  };
}

/** @param {Question | null} question @param {() => CriterionPart[]} rubric */
function questionPart(question, rubric) {
  const text = textField("Question", question?.text, { long: true });
  const simpler = textField("In simpler words", question?.simpler, { long: true, hint: "For who did not understand. You can leave it out." });
  const listenFor = linesField("Listen for", question?.listenFor ?? [], "What a good answer holds: 2 to 5 short phrases, a line each.");
  const followUps = linesField("Follow-ups", question?.followUps ?? [], "1 to 3 questions, a line each: asked if the answer lacks that.");
  const boxes = h("div", { class: "row" });
  const group = h("fieldset", { id: freshId() }, h("legend", {}, "It is evidence for"), boxes);
  /** By the criterion itself: its id can be changed. @type {Set<CriterionPart>} */
  const chosen = new Set(rubric().filter((one) => question?.criteria.includes(one.id())));

  function redraw() {
    boxes.replaceChildren(...rubric().map((one) => {
      const id = freshId();
      const box = h("input", {
        type: "checkbox", id, checked: chosen.has(one),
        onchange: () => (box.checked ? chosen.add(one) : chosen.delete(one)),
      });
      return h("span", {}, box, " ", h("label", { for: id }, h("bdi", {}, one.name() || "a criterion without a name")));
    }));
  }

  redraw();
  return {
    element: h("div", {}, text.element, simpler.element, listenFor.element, followUps.element, group),
    redraw,

    /** @param {string} place @param {import("./kit-fields.js").Places} places @returns {Question} */
    read(place, places) {
      const easier = simpler.read(`${place}.simpler`, places);
      places.set(`${place}.criteria`, group);
      return {
        text: text.read(`${place}.text`, places),
        ...(easier && { simpler: easier }),
        listenFor: listenFor.read(`${place}.listenFor`, places),
        followUps: followUps.read(`${place}.followUps`, places),
        criteria: rubric().filter((one) => chosen.has(one)).map((one) => one.id()),
      };
    },
  };
}
