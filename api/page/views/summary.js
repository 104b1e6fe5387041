/** What an interview came to: its summary, all that was said, and ways to take it along. */

import { h } from "../dom.js";
import { gateway, HEARING } from "../gateway.js";
import { roleName, say } from "../language.js";
import { dropDraft } from "../storage.js";
import { noticeOf, troubleOf, unsentNotice } from "../notices.js";
import { visitor } from "../visitor.js";
import { speakerOf } from "./conversation.js";
import { exportLinks } from "./export-links.js";
import { reduce, summing } from "./interview-state.js";
import { listen, liveReply, useBuiltIn } from "./live-reply.js";
import { openReply } from "./reply.js";
import { untilBack } from "./until-back.js";
import { awaited } from "./waiting.js";
import { summaryWords } from "./words.js";

/** @typedef {import("../integration-service-client/index.js").Session} Session */
/** @typedef {import("./conversation.js").LogEvent} LogEvent */
/** @typedef {import("../notices.js").Trouble} Trouble */
/** @typedef {import("./interview-types.js").Event} Event */

/**
 * `typed` was typed and never sent.
 *
 * @param {{ root: HTMLElement, id: string, session: Session, talk: { element: HTMLElement }, typed: string, signal: AbortSignal }} options
 */
export async function showSummary({ root, id, session, talk, typed, signal }) {
  const { role, totalQuestions } = session.config;
  const who = h("span", {});
  const body = h("div", {});
  const notices = h("div", { class: "no-print" });
  const title = say("interview.title", { role: roleName(role) });
  document.title = `${title} – Interview gateway`;
  // Shown when the summary is there, however long it is: nothing that is read is moved away.
  const below = h("div", { hidden: true },
    h("div", { class: "row take no-print" },
      visitor.seesAll && exportLinks(id),
      h("button", { type: "button", onclick: () => print() }, say("summary.print"))),
    h("h2", {}, say("summary.transcript")),
    talk.element,
    visitor.seesAll
      ? h("p", { class: "row next no-print" },
        h("a", { class: "button primary", href: "#/" }, say("interview.start-another")),
        h("a", { class: "button", href: `#/history/${id}` }, say("summary.replay")))
      : h("p", { class: "quiet next no-print" }, say("summary.over")),
  );
  root.replaceChildren(
    h("div", { class: "heading" },
      h("h1", {}, title),
      h("p", { class: "quiet" }, say("summary.complete"), " · ",
        say("summary.answered", { question: session.currentQuestion, count: totalQuestions }),
        who)),
    notices,
    unsentNotice(typed, () => dropDraft(id)),
    h("section", { class: "summary card", "aria-label": say("summary.title") }, h("h2", {}, say("summary.title")), body),
    below,
  );
  root.focus({ preventScroll: true });
  scrollTo(0, 0);
  await sumUp();

  async function sumUp() {
    let state = summing(session);
    /** @param {Event} event */
    const dispatch = (event) => {
      state = reduce(state, event);
      live.render(state, awaited("summary"));
    };
    /** @param {string} button */
    const open = (button) =>
      openReply({ element: body, asks: false, button, useBuiltIn: () => useBuiltIn(id, dispatch, signal) });
    const live = liveReply({ open, moved: () => {}, signal });
    const away = {
      /** @param {Trouble} trouble @param {() => void} again */
      lost(trouble, again) {
        dispatch({ type: "lost", trouble });
        notices.replaceChildren(noticeOf(trouble, again));
        below.hidden = false;
      },
      back() {
        dispatch({ type: "retried" });
        notices.replaceChildren();
      },
    };
    notices.replaceChildren();
    body.replaceChildren();
    live.render(state, awaited("summary"));
    try {
      const hear = () => listen(gateway.streamSummary(session, { ...HEARING, signal }), dispatch);
      const { summary } = await untilBack(hear, signal, away);
      live.end(summary);
      body.querySelector(".words")?.replaceWith(summaryWords(summary));
      showSpeakers();
    } catch (error) {
      if (signal.aborted) return;
      live.end();
      body.replaceChildren(h("p", { class: "words" }, say("summary.none")));
      notices.replaceChildren(noticeOf(troubleOf(error), sumUp));
    } finally {
      below.hidden = false;
    }
  }

  /** Say who asked the questions, and who summed up. */
  function showSpeakers() {
    if (!visitor.seesAll) return;
    gateway.getEvents(id, { signal }).then(
      ({ events }) => {
        const summary = events.findLast(({ kind }) => kind === "summary-given");
        const origin = /** @type {LogEvent | undefined} */ (summary)?.payload?.origin;
        body.querySelector(".under-words")?.replaceChildren(...speakerOf(origin, "summary"));
        who.replaceChildren(...namesOf(events).flatMap((name) => [" · ", h("bdi", {}, name)]));
      },
      () => {}, // the summary can be read without
    );
  }
}

/** The models that asked, or that it was the built-in questions. @param {LogEvent[]} events */
function namesOf(events) {
  const origins = events.filter(({ kind }) => kind === "question-asked").map(({ payload }) => payload?.origin);
  const models = origins.map((origin) => origin && origin.backend !== "templates" && (origin.model || origin.backend));
  const names = [...new Set(models)].filter((name) => typeof name === "string");
  return names.length || !origins.some(Boolean) ? names : [say("origin.questions")];
}
