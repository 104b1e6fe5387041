/** What an interview came to: its summary, all that was said, and ways to take it along. */

import { h } from "../dom.js";
import { gateway } from "../gateway.js";
import { dropDraft } from "../storage.js";
import { noticeOf, troubleOf } from "../notices.js";
import { exportLinks } from "./export-links.js";

/** @typedef {import("../integration-service-client/index.js").Session} Session */

/**
 * `typed` was typed and never sent.
 *
 * @param {{ root: HTMLElement, id: string, session: Session, talk: { element: HTMLElement }, typed: string, signal: AbortSignal }} options
 */
export async function showSummary({ root, id, session, talk, typed, signal }) {
  const { role, model, totalQuestions } = session.config;
  const words = h("div", { class: "words", dir: "auto" }, "Summing up…");
  const notices = h("div", { class: "no-print" });
  document.title = `${role} interview – Interview gateway`;
  // Shown when the summary is there, however long it is: nothing that is read is moved away.
  const below = h("div", { hidden: true },
    h("div", { class: "row take no-print" },
      exportLinks(id),
      h("button", { type: "button", onclick: () => print() }, "Print")),
    h("h2", {}, "Transcript"),
    talk.element,
    h("p", { class: "row next no-print" },
      h("a", { class: "button primary", href: "#/" }, "Start another interview"),
      h("a", { class: "button", href: `#/history/${id}` }, "Open the replay")),
  );
  root.replaceChildren(
    h("div", { class: "heading" },
      h("h1", {}, `${role} interview`),
      h("p", { class: "quiet" }, "Complete",
        ` · ${session.currentQuestion} of ${totalQuestions} questions`,
        model && [" · ", h("bdi", {}, model)])),
    notices,
    unsentOf(id, typed),
    h("section", { class: "summary card", "aria-label": "Summary", "aria-live": "polite" },
      h("h2", {}, "Summary"), words),
    below,
  );
  root.focus({ preventScroll: true });
  scrollTo(0, 0);
  await sumUp();

  async function sumUp() {
    notices.replaceChildren();
    words.textContent = "Summing up…";
    try {
      words.textContent = (await gateway.getSummary(session, { signal })).summary;
    } catch (error) {
      if (signal.aborted) return;
      words.textContent = "There is no summary yet.";
      notices.replaceChildren(noticeOf(troubleOf(error), sumUp));
    } finally {
      below.hidden = false;
    }
  }
}

/** A notice with the text that was typed and can no longer be sent. @param {string} id @param {string} typed */
export function unsentOf(id, typed) {
  if (!typed.trim()) return "";
  const notice = h("div", { class: "notice no-print" },
    h("p", {}, "The interview ended before this text was sent. It is not in the log:"),
    h("p", { class: "words", dir: "auto" }, typed),
    h("button", {
      type: "button",
      onclick: () => {
        dropDraft(id);
        notice.remove();
      },
    }, "Delete it"));
  return notice;
}
