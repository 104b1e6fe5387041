/** All interview kits: the team's own first. */

import { h } from "../dom.js";
import { counted } from "../format.js";
import { request } from "../gateway.js";
import { Transport } from "../integration-service-client/transport.js";
import { noticeOf, troubleOf } from "../notices.js";
import { visitor } from "../visitor.js";

/** @typedef {import("../integration-service-client/openapi.js").components["schemas"]} Schemas */
/** @typedef {Schemas["KitOverview"]} KitOverview */

const TIMEOUT_MS = 20_000;

/** Nothing is asked for twice: the second time, a kit would be another's. */
export const transport = new Transport(() => location.origin, request, TIMEOUT_MS, 0);

/** @param {AbortSignal} signal @returns {Promise<Schemas["KitsReply"]>} */
export const listOfKits = (signal) => transport.get("/api/v1/kits", "kits", { signal });

export const noFolder = () =>
  h("p", { class: "notice" }, "This gateway has no folder for kits, so kits cannot be changed here. Set ",
    h("code", {}, "KITS"), " to a folder, and restart the gateway.");

/** @param {import("../main.js").Place} place */
export function show({ root, signal }) {
  document.title = "Interview kits – Interview gateway";
  const search = h("input", { id: "kit-search", type: "search", autocomplete: "off", oninput: narrow });
  const list = h("ul", { class: "interviews", "aria-label": "Interview kits" });
  const status = h("p", { class: "quiet figure count-shown", role: "status" }, "Reading…");
  const notices = h("div", {});
  const create = h("a", { class: "button end", href: "#/new-kit", hidden: true }, "New kit");
  /** @type {KitOverview[]} */
  let kits = [];
  root.append(
    h("p", { class: "quiet" }, h("a", { href: "#/history" }, "History")),
    h("div", { class: "row heading" }, h("h1", {}, "Interview kits"), create),
    h("p", {}, "A kit has the questions for one role, what to listen for, and the rubric by which the answers are judged."),
    notices,
    h("div", { class: "filter" }, h("div", { class: "wide" }, h("label", { for: "kit-search" }, "Role, language or id"), search)),
    status, list);
  load();

  async function load() {
    try {
      const reply = await listOfKits(signal);
      const mayWrite = visitor.conducts && reply.hasFolder;
      kits = [...reply.kits].sort((a, b) => Number(a.builtIn) - Number(b.builtIn));
      list.replaceChildren(...kits.map((kit) => rowOf(kit, mayWrite)));
      notices.replaceChildren(...(reply.hasFolder ? [] : [noFolder()]));
      create.hidden = !mayWrite;
      narrow();
    } catch (error) {
      if (signal.aborted) return;
      status.textContent = "";
      notices.replaceChildren(noticeOf(troubleOf(error), load));
    }
  }

  function narrow() {
    const sought = search.value.trim().toLowerCase();
    const rows = /** @type {HTMLElement[]} */ ([...list.children]);
    rows.forEach((row, n) => {
      const { id, role, language, seniority } = kits[n];
      row.hidden = ![id, role, language, seniority].some((text) => text?.toLowerCase().includes(sought));
    });
    status.textContent = `${counted(rows.filter((row) => !row.hidden).length, "kit")} shown`;
  }
}

/** Whether there is a page for it. @param {string} id */
const isId = (id) => /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id);

/** @param {KitOverview} kit @param {boolean} mayWrite */
function rowOf({ id, role, language, seniority, questions, builtIn, error }, mayWrite) {
  return h("li", { class: "card" },
    h("div", { class: "row" },
      // A file with another name than a kit's can only be told of.
      isId(id) ? h("a", { class: "to", href: `#/kits/${id}` }, h("bdi", {}, role ?? id)) : h("bdi", { class: "to" }, id),
      !builtIn && h("span", { class: "mark" }, "own"),
      error && h("span", { class: "mark bad" }, "cannot be used"),
      mayWrite && !error && h("a", { class: "go-on", href: `#/new-kit/${id}` }, "New from this",
        h("span", { class: "unseen" }, ` ${id}`))),
    h("p", { class: "quiet figure" }, h("bdi", {}, id),
      language && ` · ${language}`,
      seniority && seniority !== "any" && [" · ", h("bdi", {}, seniority)],
      questions != null && ` · ${counted(questions, "question")}`),
    error && h("p", { dir: "auto" }, error));
}
