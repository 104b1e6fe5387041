/**
 * The state of an interview on the page: one frozen value, and one function that gives the next one.
 *
 * The rules are a table: which event counts in which phases, and what it changes. An event that does
 * not count in the present phase, such as words of a reply that nobody waits for, changes nothing.
 * There is no page, network or clock here.
 */

import { answersIn, said } from "./messages.js";

/** @typedef {import("../integration-service-client/index.js").Session} Session */
/** @typedef {import("../storage.js").Draft} Draft */
/** @typedef {import("./interview-types.js").Event} Event */
/** @typedef {import("./interview-types.js").Phase} Phase */
/** @typedef {import("./interview-types.js").State} State */

/** How many answers were in before a draft that was begun before the session was here: none equals it. */
export const NOT_KNOWN = -1;

/** @type {Phase[]} an answer is under way, and the page listens for the reply */
const LISTENING = ["sending", "waiting", "writing", "interrupted"];

/** @type {Phase[]} */
const UNANSWERED = [...LISTENING, "stopped"];

/** @type {Phase[]} */
const HELD = ["loading", "idle", ...UNANSWERED];

/** No reply is awaited. */
const SETTLED = Object.freeze({
  answer: "", isAside: false, shown: "", status: null, isHurried: false, asksToStop: false, asksToEnd: false, wantsBuiltIn: false, notice: null,
});

/** @param {{ draft: string, unsent: string }} kept @returns {State} */
export const initial = ({ draft, unsent }) =>
  Object.freeze({ phase: "loading", session: null, draft, unsent, ...SETTLED });

/** A reply is asked for that is no answer's: the summary. @param {Session} session @returns {State} */
export const summing = (session) =>
  Object.freeze({ phase: "sending", session, draft: "", unsent: "", ...SETTLED });

/** Whether the page listens for a reply. @param {State} state */
export const isListening = ({ phase }) => LISTENING.includes(phase);

/** Whether an answer, or the start, has no reply yet. @param {State} state */
export const isUnanswered = ({ phase }) => UNANSWERED.includes(phase);

/** Whether the first question is not here yet. @param {State} state */
export const isOpening = ({ session }) => session !== null && said(session.messages).length === 0;

/** Whether no question is left to ask. @param {State} state */
export const isClosing = ({ session }) => session !== null && session.currentQuestion >= session.config.totalQuestions;

/** How many answers the log has. @param {State} state */
export const answered = ({ session }) => (session ? answersIn(session.messages).length : NOT_KNOWN);

/**
 * Go on from what the log says. What was typed for an earlier question is either in the log or was
 * not sent.
 *
 * @param {State} state @param {{ session: Session, kept: Draft | null, asksToEnd?: boolean }} event @returns {Partial<State>}
 */
function goOn({ unsent }, { session, kept, asksToEnd = false }) {
  const answers = answersIn(session.messages);
  const known = { ...SETTLED, session, asksToEnd, phase: /** @type {Phase} */ (session.isComplete ? "complete" : "idle") };
  if (!kept) return { ...known, draft: "" };
  const isLate = kept.answered !== NOT_KNOWN && kept.answered < answers.length;
  if (!isLate) return { ...known, draft: kept.text };
  const typed = kept.text.trim();
  const isInLog = answers[kept.answered] === typed;
  return { ...known, draft: "", unsent: isInLog ? unsent : typed || unsent };
}

/** The answer is not in the log: it is back in the box. @param {State} state */
const giveBack = ({ answer, draft, isAside }) =>
  ({ ...SETTLED, phase: /** @type {Phase} */ ("idle"), draft: isAside ? draft || answer : answer || draft });

/**
 * By event: the phases in which it counts, and what it changes.
 *
 * @type {Record<Event["type"], [Phase[], (state: State, event: any) => Partial<State>]>}
 */
const RULES = {
  typed: [["loading", "idle"], (_, { text }) => ({ draft: text })],
  loaded: [["loading"], (state, event) => {
    const { isHurried } = state;
    const unsent = state.unsent || event.kept?.unsent || "";
    return { unsent, ...goOn({ ...state, unsent }, event), isHurried };
  }],
  found: [HELD, goOn],
  done: [LISTENING, goOn],
  sent: [["loading", "idle", "stopped"], ({ session }, { answer, isAside = false }) =>
    (session ? { ...SETTLED, phase: "sending", answer, isAside } : { isHurried: true })],
  status: [LISTENING, ({ shown }, { phase, backend, model, elapsedMs, at }) =>
    ({ phase: shown ? "writing" : "waiting", status: Object.freeze({ phase, backend, model, elapsedMs, at }) })],
  delta: [LISTENING, ({ shown }, { text }) => ({ phase: "writing", shown: shown + text })],
  reset: [LISTENING, (_, { text }) => ({ phase: text ? "writing" : "waiting", shown: text })],
  lost: [["loading", ...LISTENING], ({ phase }, { trouble }) => ({
    phase: phase === "loading" ? phase : "interrupted",
    status: null,
    notice: { kind: "trouble", trouble, retries: "request" },
  })],
  retried: [["loading", "interrupted"], ({ phase }) =>
    ({ phase: phase === "loading" ? phase : "sending", notice: null })],
  failed: [HELD, (_, { trouble, retries }) => ({ notice: { kind: "trouble", trouble, retries } })],
  refused: [LISTENING, giveBack],
  cancelled: [LISTENING, () => ({ asksToStop: true })],
  stayed: [LISTENING, () => ({ asksToStop: false })],
  stopped: [LISTENING, () => ({ phase: "stopped", asksToStop: false, status: null, notice: null })],
  placed: [["stopped"], (state, { place }) =>
    ({ ...(place === "not-sent" ? giveBack(state) : {}), notice: { kind: place } })],
  "built-in-wanted": [LISTENING, () => ({ wantsBuiltIn: true })],
  "built-in-refused": [LISTENING, () => ({ wantsBuiltIn: false })],
  "unsent-moved": [["idle"], ({ draft, unsent }) =>
    ({ draft: [draft, unsent].filter(Boolean).join("\n"), unsent: "" })],
  "unsent-deleted": [["idle"], () => ({ unsent: "" })],
  ended: [HELD, () => ({ phase: "ended", notice: null })],
};

/** @param {State} state @param {Event} event @returns {State} the same one if the event does not count */
export function reduce(state, event) {
  const [phases, change] = RULES[event.type];
  return phases.includes(state.phase) ? Object.freeze({ ...state, ...change(state, event) }) : state;
}
