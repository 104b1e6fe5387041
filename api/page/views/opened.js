/** One interview, as who decides reads it: summary, assessments, what was said. Behind that, how it came about. */

import { h } from "../dom.js";
import { counted, stateMark, took, when } from "../format.js";
import { gateway } from "../gateway.js";
import { noticeOf, troubleOf } from "../notices.js";
import { dropInterview } from "../storage.js";
import { visitor } from "../visitor.js";
import { assessmentsOf } from "./assessments.js";
import { exportLinks } from "./export-links.js";
import { summaryWords } from "./words.js";
import { transcriptOf } from "./transcript.js";

/** @typedef {import("../integration-service-client/index.js").InterviewEvent} InterviewEvent */
/** @typedef {import("../integration-service-client/index.js").Transcript} Transcript */
/** @typedef {import("../integration-service-client/index.js").Session} Session */

const TECHNICAL = "/technical";

/** @param {import("../main.js").Place} place */
export async function show({ root, id, signal }) {
  root.append(h("h1", {}, "Interview"), h("p", { class: "quiet" }, "Reading the log…"));
  await load();

  /** Who was at something in it by keyboard is at its beginning then. @param {...unknown} parts */
  function fill(...parts) {
    const hadFocus = root.contains(document.activeElement) && document.activeElement !== root;
    root.replaceChildren(h("div", {}, parts));
    if (hadFocus) root.focus({ preventScroll: true });
  }

  async function load() {
    try {
      const [{ events }, overview] = await Promise.all([
        gateway.getEvents(id, { signal }),
        gateway.getTranscript(id, { signal }), // also of one that was forgotten
      ]);
      if (overview.state === "forgotten") dropInterview(id);
      document.title = `${titleOf(overview)} – Interview gateway`;
      const words = await wordsOf(events, overview);
      if (signal.aborted) return;
      fill(headOf(id, overview, events, load), words, technicalOf({ id, events, overview, signal, changed: load }));
    } catch (error) {
      if (signal.aborted) return;
      fill(
        h("h1", {}, "Interview"),
        noticeOf(troubleOf(error), load),
        h("p", {}, h("a", { href: "#/history" }, "Back to the history")));
    }
  }

  /** What was said. Where a log was damaged, the technical details stand without it. @param {InterviewEvent[]} events @param {Transcript} overview */
  async function wordsOf(events, overview) {
    if (overview.state === "forgotten") return h("p", {}, "Its words were erased.");
    if (overview.state === "started") return h("p", {}, "No question has been asked yet.");
    try {
      const session = await gateway.getSessionAt(id, events.length, { signal });
      const talk = transcriptOf(session.messages, overview.candidateName ?? "Candidate");
      return [
        summaryOf(events, session, signal, load),
        assessmentsOf({ id, talk, held: { ...briefOf(events), role: overview.role }, signal }),
        h("section", { "aria-labelledby": "said" }, h("h2", { id: "said" }, "Transcript"), talk.element),
      ];
    } catch (error) {
      return !signal.aborted && noticeOf(troubleOf(error), load);
    }
  }
}

/** What an interview was begun with besides its role. @param {InterviewEvent[]} events @returns {{ kit?: string | null, language?: string }} */
const briefOf = ([{ payload }]) => /** @type {any} */ (payload)?.brief ?? {};

/** @param {Transcript} overview */
const titleOf = ({ role, candidateName }) => (candidateName ? `${candidateName}, ${role}` : `${role} interview`);

/** @param {string} id @param {Transcript} overview @param {InterviewEvent[]} events @param {() => void} load */
function headOf(id, overview, events, load) {
  const { state, model, totalQuestions, responsesGiven, startedAt, onHold, practice } = overview;
  const isOpen = state === "started" || state === "questioning";
  return h("div", { class: "heading" },
    h("p", { class: "quiet" }, h("a", { href: "#/history" }, "History")),
    h("h1", { dir: "auto" }, titleOf(overview)),
    h("p", { class: "row" }, stateMark(state), practice && h("span", { class: "mark" }, "practice"),
      onHold && h("span", { class: "mark" }, "on hold"),
      h("span", { class: "quiet figure" },
        when(startedAt), ` · ${responsesGiven} of ${counted(totalQuestions, "question")} answered`,
        ` · ${took(Math.max(0, events[events.length - 1].sinceStartMs))} in all`,
        model && [" · ", h("bdi", {}, model)])),
    h("p", { class: "row" },
      isOpen && [
        visitor.conducts && h("a", { class: "button primary", href: `#/interviews/${id}` }, "Continue the interview"),
        h("button", { type: "button", onclick: load }, "Load again"),
      ],
      exportLinks(id)));
}

/** The newest summary, or a way to one. @param {InterviewEvent[]} events @param {Session} session @param {AbortSignal} signal @param {() => void} load */
function summaryOf(events, session, signal, load) {
  const given = events.findLast(({ kind }) => kind === "summary-given");
  const { content: text } = /** @type {{ content?: string }} */ (given?.payload ?? {});
  const notices = h("div", {});
  const sumUp = h("button", { type: "button", onclick: make }, "Sum up");
  return h("section", { class: "summary card", "aria-labelledby": "summary" },
    h("h2", { id: "summary" }, "Summary"),
    text ? summaryWords(text) : h("p", {}, "Nobody has asked for a summary yet."),
    notices,
    !text && visitor.conducts && h("p", { class: "row" }, sumUp));

  async function make() {
    sumUp.disabled = true;
    notices.replaceChildren(h("p", { class: "quiet", role: "status" }, "Summing up …"));
    try {
      await gateway.getSummary(session, { signal });
      load();
    } catch (error) {
      if (signal.aborted) return;
      notices.replaceChildren(noticeOf({ ...troubleOf(error), passes: undefined }, make));
      sumUp.disabled = false;
    }
  }
}

/**
 * The replay and the evidence. They are loaded when somebody opens them, and stay open when the page
 * is loaded again.
 *
 * @param {{ id: string, overview: Transcript, events: InterviewEvent[], signal: AbortSignal, changed: () => void }} options
 */
function technicalOf(options) {
  const { id, signal } = options;
  const body = h("div", {});
  const wasOpen = location.hash.endsWith(TECHNICAL);
  const element = h("details", { class: "more technical", open: wasOpen, ontoggle: toggled },
    h("summary", {}, "Technical details"), body);
  return element;

  function toggled() {
    if (signal.aborted) return;
    history.replaceState(history.state, "", `#/history/${id}${element.open ? TECHNICAL : ""}`);
    if (element.open && !body.hasChildNodes()) fill();
  }

  async function fill() {
    body.replaceChildren(h("p", { class: "quiet" }, "Reading the log…"));
    try {
      const [{ replayOf }, machine] = await Promise.all([
        import("./replay.js"),
        gateway.getStateMachine({ signal }),
      ]);
      if (signal.aborted) return;
      body.replaceChildren(...replayOf({ ...options, machine }));
      if (wasOpen) element.scrollIntoView();
    } catch (error) {
      if (!signal.aborted) body.replaceChildren(noticeOf(troubleOf(error), fill));
    }
  }
}
