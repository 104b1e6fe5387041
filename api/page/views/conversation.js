/** What was said so far, one turn after the other. */

import { h } from "../dom.js";
import { took } from "../format.js";
import { say } from "../language.js";
import { said } from "./messages.js";
import { openReply, wholeWords } from "./reply.js";
import { isStill } from "./words.js";

const MARGIN = 16;
/** So near to its end, a page counts as scrolled to its end. */
const NEAR_END = 48;

/** @typedef {import("./messages.js").Message} Message */
/** @typedef {{ backend: string, model?: string | null, elapsedMs: number, completedBy?: string | null }} Origin */
/** @typedef {{ kind: string, payload: { origin?: Origin | null } | null }} LogEvent */
/** @typedef {{ message: Message, element: HTMLLIElement }} Turn */

export function conversation() {
  const element = h("ol", { class: "conversation", "aria-label": say("interview.conversation") });
  /** @type {Turn[]} */
  let turns = [];
  /** @type {Turn | null} an answer that has no reply yet */
  let pending = null;
  /** @type {(Turn & { reply: ReturnType<typeof openReply> }) | null} the reply under way */
  let open = null;

  /** Whether the newest words are to stay in sight: until the visitor scrolls up. */
  let follows = true;
  let before = scrollY;
  const watch = () => {
    const isAtEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - NEAR_END;
    follows = isAtEnd || (follows && scrollY >= before);
    before = scrollY;
  };

  function close() {
    open?.element.remove();
    open = null;
  }

  return {
    element,

    /** Notice where the visitor scrolls. @param {AbortSignal} signal */
    watch: (signal) => addEventListener("scroll", watch, { signal, passive: true }),

    /**
     * Show these messages, and no others. What is shown already stays as it is, also a reply that
     * was shown as it came.
     *
     * @param {Message[]} messages
     */
    render(messages) {
      const all = said(messages);
      const same = turns.findIndex(({ message }, n) => !isSame(message, all[n]));
      if (same >= 0) {
        for (const turn of turns.splice(same)) turn.element.remove();
      }
      if (pending && !isSame(pending.message, all[turns.length])) this.pend("");
      for (const message of all.slice(turns.length)) turns.push(this.place(message));
      this.pend("");
      close();
    },

    /** The turn of a message that is in the log. @param {Message} message @returns {Turn} */
    place(message) {
      if (pending && isSame(pending.message, message)) {
        const { element } = pending;
        pending = null;
        element.classList.remove("pending");
        remark(element, "");
        return { message, element };
      }
      if (open && message.role === "assistant" && !pending) {
        const { element, reply } = open;
        open = null;
        reply.finish(message.content);
        return { message, element };
      }
      const turn = turnOf(message);
      element.insertBefore(turn, pending?.element ?? open?.element ?? null);
      return { message, element: turn };
    },

    /** Show an answer that has no reply yet; "" for none. @param {string} answer */
    pend(answer) {
      if (pending?.message.content === answer) return;
      pending?.element.remove();
      pending = null;
      if (!answer) return;
      const message = /** @type {Message} */ ({ role: "user", content: answer });
      const turn = turnOf(message);
      turn.classList.add("pending");
      remark(turn, ` · ${say("interview.sent")}`);
      element.insertBefore(turn, open?.element ?? null);
      pending = { message, element: turn };
    },

    /**
     * The reply under way, below all else.
     *
     * @param {{ button: string, useBuiltIn: () => void }} options
     */
    openReply(options) {
      close();
      const turn = h("li", { class: "turn asked" }, whoOf(say("interview.interviewer")));
      const reply = openReply({ element: turn, asks: true, ...options });
      open = { message: { role: "assistant", content: "" }, element: turn, reply };
      element.append(turn);
      return reply;
    },

    /** No reply is under way. */
    close,

    /**
     * Say below each of the interviewer's turns who spoke. The first ones may have no event of their
     * own: those of a session that the log adopted.
     *
     * @param {LogEvent[]} events
     */
    renderOrigins(events) {
      const spoken = events.filter(({ kind }) =>
        ["question-asked", "question-kept", "interview-completed"].includes(kind));
      const asked = turns.filter(({ message }) => message.role === "assistant");
      const before = asked.length - spoken.length;
      asked.forEach((turn, n) => {
        const event = spoken[n - before];
        const place = /** @type {HTMLElement} */ (turn.element.querySelector(".under-words"));
        const thing = event?.kind === "interview-completed" ? "closing" : "question";
        place.replaceChildren(...speakerOf(event?.payload?.origin, thing));
      });
    },

    /** Bring the newest turn into view, gently, and keep it there while it grows. */
    follow() {
      follows = true;
      const top = newest();
      if (top !== null) scrollTo({ top, behavior: isStill() ? "instant" : "smooth" });
    },

    /** The newest turn has grown. Never against the visitor's scrolling. */
    keepUp() {
      const top = newest();
      if (follows && top !== null && top > scrollY + 1) this.follow();
    },
  };

  /** How far to scroll: of a long turn to its beginning, of a short one to the page's end. */
  function newest() {
    const last = element.lastElementChild;
    if (!last) return null;
    const end = document.documentElement.scrollHeight - innerHeight;
    return Math.min(end, last.getBoundingClientRect().top + scrollY - MARGIN);
  }
}

/** @param {Message} one @param {Message | undefined} other */
const isSame = (one, other) => one.role === other?.role && one.content === other.content;

/** @param {Message} message */
function turnOf({ role, content }) {
  const isAnswer = role === "user";
  return h("li", { class: isAnswer ? "turn answered" : "turn asked" },
    whoOf(say(isAnswer ? "interview.you" : "interview.interviewer")), wholeWords(content, !isAnswer));
}

/** @param {string} who */
const whoOf = (who) => h("p", { class: "who" }, who, h("span", { class: "remark quiet" }));

/** @param {HTMLElement} turn @param {string} text */
function remark(turn, text) {
  const place = /** @type {HTMLElement} */ (turn.querySelector(".remark"));
  place.textContent = text;
}

/**
 * Who spoke: a model and how long it took, or that it was the built-in questions.
 *
 * @param {Origin | null | undefined} origin
 * @param {"question" | "closing" | "summary"} thing
 */
export function speakerOf(origin, thing) {
  if (!origin) return [];
  const { backend, model, elapsedMs, completedBy } = origin;
  if (backend === "templates") return [say(`origin.${thing}`)];
  const completed = completedBy === "templates" ? say(`origin.with-${thing}`) : "";
  return [h("span", {}, h("bdi", {}, model || backend), `${completed}${elapsedMs ? ` · ${took(elapsedMs)}` : ""}`)];
}
