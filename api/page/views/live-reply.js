/** The reply that the page listens to, drawn from the state: its words, the waiting, the sound of it. */

import { announce, announceNext } from "../dom.js";
import { gateway } from "../gateway.js";
import { say } from "../language.js";
import { troubleOf } from "../notices.js";
import { spokenReply } from "./spoken.js";
import { waitingWords } from "./waiting.js";

/** @typedef {import("../integration-service-client/index.js").Session} Session */
/** @typedef {import("./interview-types.js").State} State */
/** @typedef {import("./interview-types.js").Event} Event */
/** @typedef {import("./reply.js").Reply} Reply */
/** @typedef {import("./waiting.js").Awaited} Awaited */

const TICK_MS = 250;

/**
 * Give the state what is heard of a reply, until it is done.
 *
 * @template {{ type: string }} Heard
 * @param {AsyncIterable<Heard>} events
 * @param {(event: Event) => void} dispatch
 * @returns {Promise<Extract<Heard, { type: "done" }>>}
 */
export async function listen(events, dispatch) {
  let hasWords = false;
  for await (const event of events) {
    if (event.type === "done") return /** @type {any} */ (event);
    // The first words replace those of a stream before this one.
    /** @type {string} */
    const type = event.type === "delta" && !hasWords ? "reset" : event.type;
    hasWords ||= type === "reset";
    dispatch(/** @type {any} */ ({ ...event, type, at: performance.now() }));
  }
  throw new Error("The reply ended before it was done.");
}

/**
 * `open` makes the place for a reply, `moved` is told when its words have grown.
 *
 * @param {{ open: (button: string) => Reply, moved: () => void, signal: AbortSignal }} options
 */
export function liveReply({ open, moved, signal }) {
  /** @type {{ reply: Reply, spoken: ReturnType<typeof spokenReply>, state: State, awaited: Awaited } | null} */
  let live = null;
  let clock = 0;
  signal.addEventListener("abort", () => clearInterval(clock), { once: true });

  function renderStatus() {
    if (!live) return;
    const { reply, spoken, state, awaited } = live;
    if (state.phase === "interrupted") return reply.pause(say(state.shown ? "wait.away-with-words" : "wait.away"));
    const now = performance.now();
    const isWriting = state.shown !== "";
    const parts = waitingWords(state.status, awaited, { since: reply.since, now, isWriting });
    reply.status(parts, state.wantsBuiltIn);
    if (!state.shown) spoken.status(parts.join(""), now);
  }

  return {
    /** @param {State} state @param {Awaited} awaited */
    render(state, awaited) {
      if (!live) {
        const reply = open(awaited.builtIn);
        live = { reply, spoken: spokenReply(announceNext, reply.since), state, awaited };
        clock = setInterval(renderStatus, TICK_MS);
      }
      live.state = state;
      live.reply.show(state.shown);
      live.spoken.words(state.shown);
      renderStatus();
      moved();
    },

    /** Nobody waits any more. The words so far stay. */
    stop() {
      clearInterval(clock);
      live?.reply.pause("");
    },

    /** It is over; `whole` are its words, if it was given. @param {string} [whole] */
    end(whole) {
      clearInterval(clock);
      if (whole) {
        live?.reply.finish(whole);
        live?.spoken.end(whole);
      }
      live = null;
    },
  };
}

/**
 * Wait no longer for the model: the built-in words come as any other reply.
 *
 * @param {string} id @param {(event: Event) => void} dispatch @param {AbortSignal} signal
 */
export async function useBuiltIn(id, dispatch, signal) {
  dispatch({ type: "built-in-wanted" });
  try {
    await gateway.stopReply(id, { signal });
  } catch (error) {
    if (signal.aborted || /** @type {{ status?: number }} */ (error).status === 404) return; // it is over already
    dispatch({ type: "built-in-refused" });
    announce(troubleOf(error).words);
  }
}
