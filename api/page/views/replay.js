/** How an interview came about: what happened when, and the session as its client held it then. */

import { h } from "../dom.js";
import { gateway } from "../gateway.js";
import { noticeOf, troubleOf } from "../notices.js";
import { counted, took } from "../format.js";
import { conversation } from "./conversation.js";
import { diagramOf } from "./diagram.js";
import { evidenceOf } from "./evidence.js";
import { clock, originOf, ownTime, slowestOf, timeline, titleOf } from "./timeline.js";

/** @typedef {import("../integration-service-client/index.js").InterviewEvent} InterviewEvent */
/** @typedef {import("../integration-service-client/index.js").Transcript} Transcript */
/** @typedef {import("../integration-service-client/index.js").StateMachine} StateMachine */

const LONGEST_STEP_MS = 2500; // of a replay that plays: nobody waits through a candidate's thinking
const SHORTEST_STEP_MS = 600;

/**
 * What stands under the technical details.
 *
 * @param {{ id: string, events: InterviewEvent[], overview: Transcript, machine: StateMachine, signal: AbortSignal, changed: () => void }} options
 */
export function replayOf({ id, events, overview, machine, signal, changed }) {
  const last = events.length;
  const slowest = slowestOf(events);
  const moment = momentOf(id, signal);
  const diagram = diagramOf(machine);
  const line = timeline(events, choose);
  const slider = h("input", {
    id: "version", type: "range", min: 1, max: last, value: last,
    oninput: () => choose(Number(slider.value)),
  });
  const where = h("output", { for: "version", class: "figure" });
  const play = h("button", { type: "button", onclick: () => (timer ? stop() : start()) }, "Play");
  let timer = 0;
  signal.addEventListener("abort", stop);

  /** @param {number} version */
  function go(version) {
    const event = events[version - 1];
    const words = `Event ${version} of ${last}: ${titleOf(event)}, ${clock(event)}`;
    slider.value = String(version);
    slider.setAttribute("aria-valuetext", words);
    where.textContent = words;
    line.mark(version);
    diagram.mark(event.stateAfter ?? "");
    moment.render(event);
  }

  /** What a person chooses ends the playing. @param {number} version */
  function choose(version) {
    stop();
    go(Math.min(last, Math.max(1, version)));
  }

  /** Where it does not fit beside the button, it is gone to. @param {number} version */
  function show(version) {
    choose(version);
    moment.focus();
  }

  function start() {
    if (Number(slider.value) === last) go(1);
    play.textContent = "Pause";
    step();
  }

  function step() {
    const at = Number(slider.value);
    if (at === last) return stop();
    const real = events[at].sinceStartMs - events[at - 1].sinceStartMs;
    timer = setTimeout(() => {
      go(at + 1);
      step();
    }, Math.min(LONGEST_STEP_MS, Math.max(SHORTEST_STEP_MS, real)));
  }

  function stop() {
    clearTimeout(timer);
    timer = 0;
    play.textContent = "Play";
  }

  queueMicrotask(() => go(last)); // once it stands in the page: a list can scroll only there
  return [
    slowest && h("p", { class: "notice slowest row" }, h("span", {}, slowWords(slowest)),
      h("button", { type: "button", onclick: () => show(slowest.version) }, "Show it")),
    h("div", { class: "replay" },
      h("section", { "aria-labelledby": "happened" },
        h("h2", { id: "happened" }, "Events"),
        h("div", { class: "player" },
          h("label", { class: "unseen", for: "version" }, "Event"),
          slider,
          h("div", { class: "row" },
            h("button", { type: "button", "aria-label": "Event before", onclick: () => choose(Number(slider.value) - 1) }, "‹"),
            play,
            h("button", { type: "button", "aria-label": "Event after", onclick: () => choose(Number(slider.value) + 1) }, "›"),
            where)),
        line.element),
      h("section", { class: "chosen", "aria-label": "Chosen event" }, moment.element),
      h("section", { "aria-labelledby": "stood" }, h("h2", { id: "stood" }, "State"), diagram.element)),
    evidenceOf({ id, overview, events, signal, changed }),
  ].filter((part) => part !== null);
}

/** @param {InterviewEvent} event */
function slowWords(event) {
  const origin = /** @type {import("./timeline.js").Origin} */ (originOf(event));
  const worst = [...origin.attempts].sort((a, b) => b.elapsedMs - a.elapsedMs)[0];
  const [what, length] = [titleOf(event).toLowerCase(), took(origin.elapsedMs)];
  return worst && worst.elapsedMs > origin.elapsedMs / 2
    ? `The slowest reply was ${what}: ${length}. ${worst.backend} took ${took(worst.elapsedMs)} and gave no reply (${worst.reason}).`
    : `The slowest reply was ${what}, from ${nameOf(origin.backend)}: ${length}.`;
}

/** @param {string} backend */
const nameOf = (backend) => (backend === "templates" ? "the built-in questions" : backend);

/** @type {Record<string, string>} */
const MEANINGS = {
  "interview-started": "The interview was set up. No question had been asked yet.",
  "question-asked": "The interviewer asked.",
  "question-kept": "The interviewer stayed at the question.",
  "answer-given": "The candidate answered. The gateway recorded the answer before it asked for a reply.",
  "interview-completed": "The interviewer closed the interview.",
  "summary-given": "The interviewer summed up the interview so far.",
  "session-adopted": "The log did not know this session. The gateway accepted it as the client sent it. Nothing proves what was said before that.",
  "session-refused": "A client posted a session that differs from the log. The gateway refused it. Nothing in the interview changed.",
  "interview-held": "Nobody can erase the words until somebody lifts the hold.",
  "interview-released": "The hold was lifted. The words can be erased.",
  "content-forgotten": "The words were erased. The log still shows the kind and time of each event, and can still be verified.",
  "reply-interrupted": "These words were shown. Then the gateway stopped, or its log could not be written.",
  "assessment-given": "Somebody, or a model, assessed the interview as it stood, against the kit's rubric.",
  "interview-exported": "Somebody who had signed in got a copy of the interview.",
};

/** What is told of the chosen event. @param {string} id @param {AbortSignal} signal */
function momentOf(id, signal) {
  const title = h("h2", { id: "moment", tabindex: -1 });
  const about = h("div", {});
  const raw = h("pre", { tabindex: 0 }); // to be scrolled by the keys
  const held = h("div", { class: "held" });
  /** @type {Map<number, Promise<Node>>} */
  const sessions = new Map();
  let chosen = 0;

  /** @param {InterviewEvent} event */
  async function render(event) {
    chosen = event.version;
    title.textContent = titleOf(event);
    about.replaceChildren(...aboutOf(event));
    raw.textContent = JSON.stringify(event, null, 2);
    const known = sessions.get(event.version) ?? sessionAt(id, event, signal);
    sessions.set(event.version, known);
    const session = await known.catch((error) => {
      sessions.delete(event.version);
      return noticeOf(troubleOf(error), () => render(event));
    });
    if (chosen === event.version && !signal.aborted) held.replaceChildren(session);
  }

  return {
    render,
    focus: () => title.focus(),
    element: h("div", { class: "moment" },
      title, about,
      h("details", { class: "raw" }, h("summary", {}, "Event log entry"), raw),
      h("h3", {}, "Session at this point"),
      held),
  };
}

/** @param {InterviewEvent} event */
function aboutOf(event) {
  const { kind, time, position, stateBefore, stateAfter, payload } = event;
  const origin = originOf(event);
  const { reason, place } = /** @type {{ reason?: string, place?: string }} */ (payload ?? {});
  const states = stateBefore && stateAfter && stateBefore !== stateAfter
    ? `${stateBefore} → ${stateAfter}` : (stateAfter ?? "unknown");
  return [
    h("p", {}, MEANINGS[kind] ?? kind),
    h("dl", {},
      h("dt", {}, "When"), h("dd", { class: "figure" }, h("time", { datetime: time }, time.replace("T", " ").replace("Z", " UTC"))),
      h("dt", {}, "State"), h("dd", {}, states),
      h("dt", {}, "Log entry"), h("dd", { class: "figure" }, `position ${position.toLocaleString("en")}`),
      reason && [h("dt", {}, "Reason"), h("dd", { dir: "auto" }, reason)],
      place && [h("dt", {}, "First difference"), h("dd", { dir: "auto" }, place)]),
    origin && attemptsOf(origin),
  ].filter((part) => part !== null);
}

/** @param {import("./timeline.js").Origin} origin */
function attemptsOf(origin) {
  const { backend, model, attempts, completedBy, timing, trimmed } = origin;
  return h("div", {}, h("table", { class: "attempts" },
    h("caption", { class: "unseen" }, "Backends that were asked"),
    h("thead", {}, h("tr", {}, ["Backend", "Took", "Result"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {},
      attempts.map((one) => h("tr", {},
        h("td", {}, h("bdi", {}, one.backend)),
        h("td", { class: "figure" }, took(one.elapsedMs)),
        h("td", { dir: "auto" }, one.reason, one.withdrawn && ` These words were shown, then withdrawn: “${one.withdrawn}”`))),
      h("tr", {},
        h("td", {}, h("bdi", {}, nameOf(backend))),
        h("td", { class: "figure" }, took(ownTime(origin))),
        h("td", {}, "Used", model && [" (", h("bdi", {}, model), ")"],
          completedBy && `; the question is from ${nameOf(completedBy)}`)))),
    timing && h("p", { class: "quiet" }, pace(timing)),
    trimmed && h("p", { class: "quiet" },
      `The gateway left out ${counted(trimmed, "early answer")}, because the model’s context was full.`));
}

/** How long a model took for what. @param {import("./timeline.js").Timing} timing */
function pace({ loadingMs, readingMs, writingMs, tokens }) {
  const parts = Object.entries({ loading: loadingMs, reading: readingMs, writing: writingMs })
    .flatMap(([phase, ms]) => (ms ? [`${phase} ${took(ms)}`] : []));
  const rate = tokens && writingMs ? `, ${((tokens * 1000) / writingMs).toFixed(1)} tokens a second` : "";
  return `First word after ${took(loadingMs + readingMs)}${rate}: ${parts.join(", ")}.`;
}

/** @param {string} id @param {InterviewEvent} event @param {AbortSignal} signal @returns {Promise<Node>} */
async function sessionAt(id, { version, stateAfter }, signal) {
  if (stateAfter === "started") return h("p", { class: "quiet" }, "No session yet: no question had been asked.");
  if (stateAfter === "forgotten" || stateAfter === null) {
    return h("p", { class: "quiet" }, "Its words were erased.");
  }
  try {
    const { messages, currentQuestion, isComplete, config } = await gateway.getSessionAt(id, version, { signal });
    const talk = conversation();
    talk.render(messages);
    talk.element.lastElementChild?.classList.add("newest");
    return h("div", {},
      h("p", { class: "quiet figure" },
        `Question ${currentQuestion} of ${config.totalQuestions}${isComplete ? ", complete" : ""}`),
      talk.element);
  } catch (error) {
    if (signal.aborted) return h("p", {});
    if (/** @type {{ kind?: string }} */ (error).kind !== "interview-forgotten") throw error;
    return h("p", { class: "quiet" }, "Its words were erased.");
  }
}
