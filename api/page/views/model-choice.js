/** The models to choose from, and whether each is ready. The chosen one begins to load at once. Only
 * the staff chooses one, so these words are in English alone. */

import { h } from "../dom.js";
import { gateway } from "../gateway.js";
import { health } from "../health.js";
import { troubleOf } from "../notices.js";
import { chosenModel } from "../storage.js";
import { visitor } from "../visitor.js";

/**
 * `state` is missing where the gateway does not know it.
 *
 * @typedef {import("../integration-service-client/index.js").Model & { state?: string | null }} Model
 */

const WHILE_LOADING_MS = 2000;
/** Arrow keys pass over models on the way to the wanted one: those need not load. */
const SETTLED_MS = 300;
const NONE = "No model is available. The gateway asks built-in questions.";

/** @type {Record<string, [string, string]>} */
const STATES = {
  ready: ["Ready", "good"],
  loading: ["Loading …", "warn"],
  installed: ["On disk, loads when chosen", ""],
};

/** @param {AbortSignal} signal */
export function modelChoice(signal) {
  const cards = h("div", { class: "cards", onchange: () => settle() });
  const remark = h("p", { class: "quiet", role: "status" });
  const element = h("fieldset", { class: "models", lang: "en", dir: "ltr" }, h("legend", {}, "Model"), cards, remark);
  /** @type {Model[]} those shown */
  let models = [];
  let refreshing = 0;
  let settling = 0;
  signal.addEventListener("abort", () => [refreshing, settling].forEach(clearTimeout), { once: true });

  /** @param {Model[]} found */
  function fill(found) {
    const isSame = found.length > 0 && stateless(found) === stateless(models);
    models = found;
    if (isSame) {
      const marks = cards.querySelectorAll(".state");
      return found.forEach(({ state }, n) => renderState(/** @type {HTMLElement} */ (marks[n]), state));
    }
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
    clearTimeout(refreshing);
    try {
      const found = /** @type {Model[]} */ (await gateway.fetchModels({ signal }));
      const isFirst = models.length === 0;
      fill(found);
      const isNone = found.every(({ source, state }) => source === "fallback" || state === "unavailable");
      tell(isNone ? NONE : "");
      if (isFirst) warmChosen();
    } catch {
      if (signal.aborted) return;
      fill([]);
      health.addEventListener("answered", refresh, { once: true, signal });
    }
    if (models.some(({ state }) => state === "loading")) refreshing = setTimeout(refresh, WHILE_LOADING_MS);
  }

  /** The model that is chosen as the page opens will probably be used. */
  function warmChosen() {
    const first = models.find(({ id }) => id === chosen());
    if (first?.state === "installed") warm(first.id);
  }

  function settle() {
    clearTimeout(settling);
    settling = setTimeout(() => warm(chosen()), SETTLED_MS);
  }

  /** Let a model load while the visitor makes up their mind. @param {string | undefined} id */
  async function warm(id) {
    if (!id || !visitor.selectsModels) return;
    try {
      await gateway.selectModel(id, { signal });
      await refresh();
    } catch (error) {
      if (!signal.aborted) tell(troubleOf(error).words);
    }
  }

  /** @param {string} words */
  function tell(words) {
    if (remark.textContent !== words) remark.textContent = words;
  }

  cards.append(anyModel("Looking for models…"));
  refresh();
  return { element, chosen, refresh };
}

/** @param {Model[]} models */
const stateless = (models) => JSON.stringify(models.map((model) => ({ ...model, state: null })));

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
  const state = h("span", { class: "quiet state" });
  renderState(state, model.state);
  return h("label", { class: "choice" },
    h("input", { type: "radio", name: "model", value: model.id, checked }),
    h("span", { class: "what" }, h("bdi", {}, name), hasSize && h("span", { class: "mark" }, h("bdi", {}, model.paramCount))),
    model.description && h("span", { class: "quiet about", dir: "auto" }, model.description),
    h("span", { class: "quiet figures" }, known.map(([figure, of]) => h("span", {}, `${figure} ${of}`))),
    h("span", { class: "quiet id" },
      name !== model.id && [h("bdi", {}, model.id), " · "], h("bdi", {}, source)),
    state);
}

/** @param {HTMLElement} element @param {string | null | undefined} state */
function renderState(element, state) {
  const [words, colour] = STATES[state ?? ""] ?? ["", ""];
  element.textContent = words;
  element.className = `quiet state ${colour}`;
}
