/** What happened in an interview, event by event, with the time the interviewer took drawn to scale. */

import { h } from "../dom.js";
import { took } from "../format.js";

/** @typedef {import("../integration-service-client/index.js").InterviewEvent} InterviewEvent */
/** @typedef {{ backend: string, reason: string, elapsedMs: number, withdrawn?: string }} Attempt */
/** @typedef {{ loadingMs: number, readingMs: number, writingMs: number, tokens?: number }} Timing */
/** @typedef {{ backend: string, model?: string | null, elapsedMs: number, attempts: Attempt[], completedBy?: string | null, timing?: Timing | null, trimmed?: number }} Origin */

/** Where an interviewer's words came from. @param {InterviewEvent} event @returns {Origin | null} */
export const originOf = ({ payload }) => /** @type {any} */ (payload)?.origin ?? null;

/** @type {Record<string, (payload: any) => string>} */
const TITLES = {
  "interview-started": () => "Set up",
  "question-asked": ({ number }) => (number ? `Question ${number}` : "Question"),
  "question-kept": ({ number }) => (number ? `Still question ${number}` : "Still the question"),
  "answer-given": () => "Answer",
  "interview-completed": () => "Closing words",
  "summary-given": () => "Summary",
  "session-adopted": () => "Session adopted",
  "session-refused": () => "Session refused",
  "interview-held": () => "Put on hold",
  "interview-released": () => "Hold lifted",
  "content-forgotten": () => "Words erased",
  "reply-interrupted": ({ ofSummary }) => (ofSummary ? "Summary interrupted" : "Reply interrupted"),
  "interview-exported": () => "Exported",
  "assessment-given": () => "Assessment",
};

/** @param {InterviewEvent} event */
export const titleOf = ({ kind, payload }) => TITLES[kind]?.(payload ?? {}) ?? kind;

/** Since the interview's start, as "1:02.3". @param {InterviewEvent} event */
export function clock({ sinceStartMs }) {
  const tenths = Math.round(Math.abs(sinceStartMs) / 100);
  const seconds = (tenths % 600) / 10;
  const sign = sinceStartMs < 0 ? "−" : "";
  return `${sign}${Math.floor(tenths / 600)}:${seconds.toFixed(1).padStart(4, "0")}`;
}

/** The event whose words took longest to come; none where none took any. @param {InterviewEvent[]} events */
export function slowestOf(events) {
  let slowest = null;
  for (const event of events) {
    if ((originOf(event)?.elapsedMs ?? 0) > (slowest ? originOf(slowest)?.elapsedMs ?? 0 : 0)) slowest = event;
  }
  return slowest;
}

/**
 * @param {InterviewEvent[]} events
 * @param {(version: number) => void} choose
 */
export function timeline(events, choose) {
  const slowest = slowestOf(events);
  const scale = (slowest && originOf(slowest)?.elapsedMs) || 1;
  const buttons = events.map((event, n) =>
    h("button", { type: "button", class: "event", onclick: () => choose(event.version) },
      h("span", { class: "figure quiet at" }, clock(event)),
      h("span", { class: "what" }, titleOf(event),
        event === slowest && h("span", { class: "mark warn" }, "slowest")),
      h("span", { class: "figure quiet length" }, lengthOf(event, events[n - 1])),
      barOf(event, scale)));
  const list = h("ol", { class: "timeline", "aria-label": "Events" }, buttons.map((button) => h("li", {}, button)));
  return {
    element: h("div", {}, list,
      slowest && h("p", { class: "quiet" },
        `Each bar shows how long the interviewer took. The longest took ${took(scale)}. `,
        "A hatched part is time spent on a service that gave no reply. ",
        events.some((event) => originOf(event)?.timing)
          && "For a model, the palest part is loading, the next is reading, and the darkest is writing.")),
    /** @param {number} version */
    mark(version) {
      buttons.forEach((button, n) => {
        if (events[n].version !== version) return button.removeAttribute("aria-current");
        button.setAttribute("aria-current", "step");
        // Brought into sight within the list alone: the page stays where it is.
        const most = button.offsetTop, least = most + button.offsetHeight - list.clientHeight;
        list.scrollTop = Math.max(least, Math.min(most, list.scrollTop));
      });
    },
  };
}

/** @param {InterviewEvent} event @param {InterviewEvent | undefined} before */
function lengthOf(event, before) {
  const origin = originOf(event);
  if (origin) return took(origin.elapsedMs);
  if (event.kind !== "answer-given" || !before) return "";
  return `after ${took(Math.max(0, event.sinceStartMs - before.sinceStartMs))}`;
}

/** How long the backend took whose words were used. @param {Origin} origin */
export function ownTime({ elapsedMs, attempts, timing }) {
  if (timing) return timing.loadingMs + timing.readingMs + timing.writingMs;
  return Math.max(0, elapsedMs - attempts.reduce((sum, one) => sum + one.elapsedMs, 0));
}

/** One part for each backend that was asked. @param {InterviewEvent} event @param {number} scale ms that fill it */
function barOf(event, scale) {
  const origin = originOf(event);
  if (!origin) return "";
  const failed = origin.attempts.map(({ elapsedMs }) => elapsedMs).filter((ms) => ms > 0);
  // Services can be asked side by side, so their times need not add up.
  const own = ownTime(origin);
  const { loadingMs = 0, readingMs = 0, writingMs = own } = origin.timing ?? {};
  return h("span", { class: "bar", "aria-hidden": "true" },
    failed.map((ms) => part("lost", Math.min(ms, origin.elapsedMs))),
    part("own loading", loadingMs), part("own reading", readingMs), part("own", writingMs));

  /** @param {string} kind @param {number} ms */
  function part(kind, ms) {
    const element = h("span", { class: kind });
    element.style.setProperty("width", `${(ms / scale) * 100}%`);
    return element;
  }
}
