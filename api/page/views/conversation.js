/** What was said so far, one turn after the other. */

import { h } from "../dom.js";
import { took } from "../format.js";

const LONG_WAIT_SECONDS = 2;
const MARGIN = 16;

/** @typedef {{ role: "system" | "user" | "assistant", content: string }} Message */
/** @typedef {{ backend: string, model?: string | null, elapsedMs: number }} Origin */
/** @typedef {{ kind: string, payload: { origin?: Origin | null } | null }} LogEvent */

/** What is said between the two, without what went before the first question. @param {Message[]} messages */
export function said(messages) {
  const first = messages.findIndex(({ role }) => role === "assistant");
  return first < 0 ? [] : messages.slice(first);
}

/** @param {Message[]} messages */
export const answersIn = (messages) =>
  said(messages).filter(({ role }) => role === "user").map(({ content }) => content);

export function conversation() {
  const element = h("ol", { class: "conversation", "aria-label": "Conversation" });
  /** @type {{ message: Message, element: HTMLLIElement }[]} */
  let turns = [];
  /** @type {HTMLLIElement[]} what is not in the log yet */
  let waiting = [];

  function settle() {
    for (const turn of waiting) turn.remove();
    waiting = [];
  }

  return {
    element,

    /** Show these messages, and no others. What is shown already stays as it is. @param {Message[]} messages */
    render(messages) {
      settle();
      const all = said(messages);
      const same = turns.findIndex(({ message }, n) =>
        message.role !== all[n]?.role || message.content !== all[n]?.content);
      if (same >= 0) {
        for (const turn of turns.splice(same)) turn.element.remove();
      }
      for (const message of all.slice(turns.length)) {
        const turn = turnOf(message);
        turns.push({ message, element: turn });
        element.append(turn);
      }
    },

    /**
     * Say beside each of the interviewer's turns where its words came from. The first ones may
     * have no event of their own: those of a session that the log adopted.
     *
     * @param {LogEvent[]} events
     */
    renderOrigins(events) {
      const spoken = events.filter(({ kind }) =>
        kind === "question-asked" || kind === "interview-completed");
      const asked = turns.filter(({ message }) => message.role === "assistant");
      const before = asked.length - spoken.length;
      asked.forEach((turn, n) => {
        const origin = spoken[n - before]?.payload?.origin;
        const place = /** @type {HTMLElement} */ (turn.element.querySelector(".origin"));
        place.replaceChildren(...(origin ? [" · ", h("bdi", {}, originWords(origin))] : []));
      });
    },

    /** An answer that is not in yet, and the interviewer who thinks about it. @param {string} answer */
    wait(answer) {
      settle();
      const pending = turnOf({ role: "user", content: answer }, " · sent");
      const note = h("p", { class: "quiet thinking" }, "Thinking…");
      const thinking = h("li", { class: "turn asked" }, h("p", { class: "who" }, "Interviewer"), note);
      pending.classList.add("pending");
      waiting = [pending, thinking];
      element.append(pending, thinking);
      return {
        /**
         * Count the seconds that this takes, once they are many.
         *
         * @template T
         * @param {Promise<T>} reply
         */
        async during(reply) {
          const since = performance.now();
          const clock = setInterval(() => {
            const seconds = Math.floor((performance.now() - since) / 1000);
            if (seconds >= LONG_WAIT_SECONDS) note.textContent = `Thinking… ${seconds} s`;
          }, 200);
          note.textContent = "Thinking…";
          try {
            return await reply;
          } finally {
            clearInterval(clock);
            note.textContent = "Waiting for the gateway…";
          }
        },
      };
    },

    settle,

    /** The answer stays, and nobody waits for the reply. */
    stop() {
      waiting.pop()?.remove();
    },

    /** The newest turn comes into view, gently. */
    follow() {
      const last = element.lastElementChild;
      if (!last) return;
      // Of a long turn its beginning; of a short one all, as no page scrolls beyond its end.
      scrollTo({
        top: last.getBoundingClientRect().top + scrollY - MARGIN,
        behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth",
      });
    },
  };
}

/** @param {Message} message @param {string} [remark] */
function turnOf({ role, content }, remark = "") {
  const isAnswer = role === "user";
  return h("li", { class: isAnswer ? "turn answered" : "turn asked" },
    h("p", { class: "who" },
      isAnswer ? "You" : "Interviewer", h("span", { class: "origin quiet" }, remark)),
    h("div", { class: "words", dir: "auto" }, content));
}

/** @param {Origin} origin */
function originWords({ backend, model, elapsedMs }) {
  if (backend === "templates") return "built-in questions";
  return [backend, model, took(elapsedMs)].filter(Boolean).join(" · ");
}
