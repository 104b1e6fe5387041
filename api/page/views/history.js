/** All interviews, newest first: by state, by role, by what was said in them. */

import { h } from "../dom.js";
import { gateway } from "../gateway.js";
import { dropInterview, historyFilter, keepHistoryFilter } from "../storage.js";
import { noticeOf, troubleOf } from "../notices.js";
import { counted, stateMark, when } from "../format.js";
import { visitor } from "../visitor.js";
import { fetchKits, USUAL } from "./role-choice.js";

/** @typedef {import("../integration-service-client/index.js").ListedInterview} Overview */

const PAGE = 20;
const MOST = 100;
const AFTER_TYPING_MS = 250;

/** @param {import("../main.js").Place} place */
export function show({ root, signal }) {
  const kept = historyFilter();
  const search = h("input", {
    id: "search", type: "search", value: kept.q, maxlength: 200, autocomplete: "off",
    oninput: () => {
      clearTimeout(typing);
      typing = setTimeout(look, AFTER_TYPING_MS);
    },
  });
  const state = choice("state", "Any state", kept.state, {
    started: "Started", questioning: "Under way", complete: "Complete", forgotten: "Erased",
  });
  const role = choice("role", "Any role", kept.role, {});
  offerRoles(kept.role ? [...USUAL, kept.role] : [...USUAL]);
  fetchKits(signal).then((kits) => offerRoles(kits.map((kit) => kit.role)), () => {}); // the usual ones can be chosen without
  const count = h("p", { class: "quiet figure count-shown", role: "status" });
  const list = h("ol", { class: "interviews", "aria-label": "Interviews", onclick: keepPlace });
  const notices = h("div", {});
  const more = h("button", { type: "button", hidden: true, onclick: () => load(next) }, "Show more");
  const progress = h("p", { class: "quiet figure" }); // no screen reader tells it: it changes twice a second
  /** @type {{ shown: number, y: number } | null} how the list was left, until it is so again */
  let leftAt = history.state;
  let typing = 0;
  /** @type {string | null | undefined} where the next page begins */
  let next = null;
  let asking = new AbortController();
  signal.addEventListener("abort", () => {
    clearTimeout(typing);
    asking.abort();
  });

  const form = h("form", { class: "filter", role: "search", onsubmit: submitted },
    h("div", { class: "wide" }, h("label", { for: "search" }, "Search in what was said"), search),
    h("div", {}, h("label", { for: "state" }, "State"), state),
    h("div", {}, h("label", { for: "role" }, "Role"), role));
  state.addEventListener("change", look);
  role.addEventListener("change", look);
  document.title = "History – Interview gateway";
  root.append(
    h("div", { class: "row heading" }, h("h1", {}, "History"), h("a", { class: "button end", href: "#/kits" }, "Interview kits")),
    form, count, notices, list, h("div", { class: "row" }, more, progress));
  load(null, Math.min(MOST, Math.max(PAGE, leftAt?.shown ?? 0)));

  /** @param {string[]} roles as the kits have them; none of a kit that is broken */
  function offerRoles(roles) {
    const known = new Set([...role.options].map(({ value }) => value));
    const others = [...new Set(roles)].filter((one) => one && !known.has(one));
    role.append(...others.sort().map((one) => h("option", { value: one, selected: one === kept.role }, one)));
  }

  /** Who comes back from one of them finds the list as it was left. */
  function keepPlace() {
    history.replaceState({ shown: list.children.length, y: scrollY }, "");
  }

  /** But whoever has scrolled meanwhile stays there. */
  function goBack() {
    if (leftAt && scrollY === 0) scrollTo(0, leftAt.y);
    leftAt = null;
  }

  /** @param {SubmitEvent} event */
  function submitted(event) {
    event.preventDefault();
    look();
  }

  function filter() {
    return { q: search.value.trim(), state: state.value, role: role.value };
  }

  function look() {
    clearTimeout(typing);
    leftAt = null;
    keepHistoryFilter(filter());
    load(null);
  }

  /**
   * Show so many more. Where few interviews fit, the gateway's page may not be full and yet not the
   * last: then on to the next.
   *
   * @param {string | null | undefined} cursor the first page without one
   * @param {number} [limit]
   */
  async function load(cursor, limit = PAGE) {
    asking.abort();
    asking = new AbortController();
    const { signal: asked } = asking;
    const wanted = filter();
    let left = limit;
    list.setAttribute("aria-busy", "true");
    progress.textContent = "";
    if (cursor == null) more.hidden = true; // it would go on in the list before
    if (wanted.q) tell("Searching…");
    try {
      for (;;) {
        const found = await gateway.listInterviews(
          /** @type {any} */ ({ ...wanted, limit: left, cursor: cursor ?? undefined }),
          { signal: asked },
        );
        const rows = render(found.interviews, cursor != null);
        left -= rows.length;
        cursor = next = found.next;
        const reached = rows[0] ?? (next == null ? list.lastElementChild : null);
        if (document.activeElement === more) reached?.querySelector("a")?.focus({ preventScroll: true });
        if (next == null || left <= 0) break;
        tell("Searching…");
        if (found.lookedBackTo) progress.replaceChildren("Looked back to ", when(found.lookedBackTo), " so far");
        if (list.children.length >= (leftAt?.shown ?? 0)) goBack();
      }
      more.hidden = next == null;
      goBack();
      tellCount(wanted);
    } catch (error) {
      if (asked.aborted) return;
      tell("");
      list.removeAttribute("aria-busy");
      notices.replaceChildren(noticeOf(troubleOf(error), () => asked.aborted || load(cursor, left)));
    }
    progress.textContent = "";
  }

  /** @param {Overview[]} interviews @param {boolean} isMore */
  function render(interviews, isMore) {
    notices.replaceChildren();
    list.removeAttribute("aria-busy");
    for (const { interviewId, state } of interviews) {
      if (state === "forgotten") dropInterview(interviewId);
    }
    const rows = interviews.map(rowOf);
    if (isMore) list.append(...rows);
    else list.replaceChildren(...rows);
    return rows;
  }

  /** @param {{ q: string, state: string, role: string }} wanted */
  function tellCount(wanted) {
    const shown = list.children.length;
    if (shown) return tell(`${counted(shown, "interview")} shown`);
    const isFiltered = Boolean(wanted.q || wanted.state || wanted.role);
    tell(isFiltered ? "No interview matches." : "There are no interviews yet.");
    notices.replaceChildren(isFiltered
      ? h("button", { type: "button", onclick: clear }, "Clear the filter")
      : visitor.conducts ? h("a", { href: "#/" }, "Start the first one") : "");
  }

  /** The same words again would be told again. @param {string} text */
  function tell(text) {
    if (count.textContent !== text) count.textContent = text;
  }

  function clear() {
    form.reset();
    search.value = state.value = role.value = "";
    search.focus();
    look();
  }
}

/** @param {string} id @param {string} any @param {string} chosen @param {Record<string, string>} options */
function choice(id, any, chosen, options) {
  return h("select", { id },
    h("option", { value: "" }, any),
    Object.entries(options).map(([value, text]) =>
      h("option", { value, selected: value === chosen }, text)));
}

/** @param {Overview} interview */
function rowOf(interview) {
  const { interviewId: id, role, state, model, startedAt, sources, candidateName, found } = interview;
  const isOpen = visitor.conducts && (state === "started" || state === "questioning");
  return h("li", { class: "card" },
    h("div", { class: "row" },
      h("a", { class: "to", href: `#/history/${id}` },
        candidateName ? [h("bdi", {}, candidateName), ", ", role] : role),
      stateMark(state),
      interview.practice && h("span", { class: "mark" }, "practice"),
      interview.onHold && h("span", { class: "mark" }, "on hold"),
      interview.adopted && h("span", { class: "mark" }, "adopted"),
      isOpen && h("a", { class: "go-on", href: `#/interviews/${id}` }, "Continue")),
    h("p", { class: "quiet figure" },
      when(startedAt),
      ` · ${interview.responsesGiven} of ${counted(interview.totalQuestions, "question")} answered`,
      model && [" · ", h("bdi", {}, model)],
      sources.length > 0 && [" · ", h("bdi", {}, sources.map(source).join(", "))]),
    found && h("p", { class: "quiet", dir: "auto" },
      `…${found.before}`, h("mark", {}, found.text), `${found.after}…`));
}

/** @param {string} backend */
const source = (backend) => (backend === "templates" ? "built-in questions" : backend);
