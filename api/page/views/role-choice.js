/** The roles that there are interviews for. Those of the team's own kits come first. */

import { h } from "../dom.js";
import { request } from "../gateway.js";
import { language, roleName, say } from "../language.js";

/**
 * A kit as the gateway lists it. A candidate is told its id, role and language alone; `error` says
 * why a kit cannot be used.
 *
 * @typedef {{ id: string, role: string, language: string, seniority?: string, builtIn?: boolean, error?: string | null }} Kit
 */

/** What the page offers until it knows the kits: every gateway has these. */
export const USUAL = /** @type {const} */ (["Software Engineer", "Product Manager", "Data Analyst"]);

/** @type {{ role: string, seniority: string, kits: Kit[] }[]} */
const BEFORE = USUAL.map((role) => ({ role, seniority: "", kits: [] }));

/** The kits of the gateway, or none if it has no such route. @param {AbortSignal} signal @returns {Promise<Kit[]>} */
export async function fetchKits(signal) {
  const response = await request("/api/v1/kits", { signal });
  return response.ok ? (await response.json()).kits : [];
}

/** @param {string} chosen the role and seniority that are chosen at first */
export function roleChoice(chosen) {
  const cards = h("div", { class: "cards" });
  const rest = h("div", { class: "cards" });
  const summary = h("summary", {});
  const more = h("details", { class: "more", hidden: true }, summary, rest);
  const element = h("fieldset", { class: "roles" }, h("legend", {}, say("setup.role")), cards, more);
  let roles = BEFORE;

  const value = () => {
    const radio = /** @type {HTMLInputElement | null} */ (element.querySelector(":checked"));
    return radio?.value ?? "";
  };

  function draw() {
    const wanted = value() || chosen;
    const first = roles.find((one) => nameOf(one) === wanted) ?? roles[0];
    const known = roles.filter((one) => isUsual(one) || one.kits.some(({ builtIn }) => builtIn === false));
    const others = roles.filter((one) => !known.includes(one));
    const hadFocus = element.contains(document.activeElement);
    cards.replaceChildren(...known.map((one) => card(one, one === first)));
    rest.replaceChildren(...others.map((one) => card(one, one === first)));
    summary.textContent = say("setup.more-roles", { count: others.length });
    more.hidden = others.length === 0;
    more.open ||= others.includes(first);
    if (hadFocus) /** @type {HTMLElement | null} */ (element.querySelector(":checked"))?.focus();
  }

  draw();
  return {
    element,
    value,

    /** Offer the roles of these kits. @param {Kit[]} kits */
    offer(kits) {
      if (kits.length === 0) return;
      roles = rolesOf(kits);
      draw();
    },

    /** What the start is to say: the role alone if that tells the kit. @returns {{ role: string, kit?: string }} */
    chosen() {
      const one = roles.find((one) => nameOf(one) === value()) ?? roles[0];
      const isOnly = roles.filter(({ role }) => role === one.role).length === 1;
      const kit = one.kits.find((kit) => kit.language.split("-")[0] === language()) ?? one.kits[0];
      return isOnly || !kit ? { role: one.role } : { role: one.role, kit: kit.id };
    },
  };
}

/** @param {{ role: string, seniority: string }} one */
const nameOf = ({ role, seniority }) => (seniority ? `${role}, ${seniority}` : role);

/** @param {{ role: string, seniority: string }} one */
const isUsual = ({ role, seniority }) => !seniority && /** @type {readonly string[]} */ (USUAL).includes(role);

/** A role for each name and seniority that a kit has. @param {Kit[]} kits @returns {typeof BEFORE} */
function rolesOf(kits) {
  /** @type {Map<string, typeof BEFORE[number]>} */
  const found = new Map(BEFORE.map((one) => [one.role, { ...one, kits: [] }]));
  for (const kit of kits) {
    if (kit.error) continue;
    const one = { role: kit.role, seniority: kit.seniority === "any" ? "" : (kit.seniority ?? ""), kits: [] };
    const name = nameOf(one);
    if (!found.has(name)) found.set(name, one);
    found.get(name)?.kits.push(kit);
  }
  const own = [...found.values()].filter((one) => !isUsual(one) && one.kits.some(({ builtIn }) => builtIn === false));
  return [...own, ...[...found.values()].filter((one) => !own.includes(one))];
}

/** Whether no kit of the role is in the language chosen: without a model, its questions are not either. @param {typeof BEFORE[number]} one */
const isElsewhere = ({ kits }) =>
  kits.length > 0 && !kits.some((kit) => kit.language.split("-")[0] === language());

/** What a language is called in the one chosen. @param {string} code */
function languageName(code) {
  try {
    return new Intl.DisplayNames([language()], { type: "language" }).of(code) ?? code;
  } catch {
    return code; // of a kit's own making
  }
}

/** @param {typeof BEFORE[number]} one @param {boolean} checked */
function card(one, checked) {
  const usual = USUAL.find((role) => role === one.role);
  return h("label", { class: "choice" },
    h("input", { type: "radio", name: "role", value: nameOf(one), checked }),
    h("span", { class: "what" }, h("bdi", {}, roleName(one.role)),
      one.seniority && [" ", h("span", { class: "mark" }, h("bdi", {}, one.seniority))],
      isElsewhere(one) && [" ", h("span", { class: "mark" }, h("bdi", {}, languageName(one.kits[0].language)))]),
    usual && h("span", { class: "quiet" }, say(`about.${usual}`)));
}
