/** What vouches for an interview, and who may see its words: inclusion, holds, forgetting. */

import { announce, h } from "../dom.js";
import { gateway } from "../gateway.js";
import { dropInterview } from "../storage.js";
import { noticeOf, troubleOf } from "../notices.js";
import { counted } from "../format.js";
import { visitor } from "../visitor.js";
import { downloadLink } from "./export-links.js";
import { parseCheckpoint, rootOf } from "./inclusion.js";

/** @typedef {import("../integration-service-client/index.js").InterviewEvent} InterviewEvent */
/** @typedef {import("../integration-service-client/index.js").Transcript} Transcript */

const AT_ONCE = 4;

/**
 * @param {{ id: string, overview: Transcript, events: InterviewEvent[], signal: AbortSignal, changed: () => void }} options
 */
export function evidenceOf({ id, overview, events, signal, changed }) {
  const verdict = h("div", { role: "status" });
  let isChecking = false;
  const check = h("button", { type: "button", onclick: prove }, "Check that it is in the log");
  return h("section", { class: "evidence", "aria-labelledby": "evidence" },
    h("h2", { id: "evidence" }, "Evidence"),
    remarksOn(events),
    h("div", { class: "row" }, visitor.audits && check,
      downloadLink(gateway.bundleUrl(id), `interview-${id}-bundle.json`, "Download the evidence")),
    verdict,
    h("p", { class: "quiet" }, "You can check the downloaded file without this gateway: ",
      h("code", {}, `python verify_bundle.py interview-${id}-bundle.json`)),
    visitor.administers && [h("h3", {}, "Hold or erase"), custodyOf({ id, overview, signal, changed })]);

  async function prove() {
    if (isChecking) return;
    isChecking = true;
    check.setAttribute("aria-disabled", "true");
    verdict.replaceChildren(h("p", { class: "quiet" }, "Checking…"));
    try {
      verdict.replaceChildren(...(await proved(events, signal)));
    } catch (error) {
      if (!signal.aborted) verdict.replaceChildren(noticeOf(troubleOf(error), prove));
    }
    isChecking = false;
    check.removeAttribute("aria-disabled");
  }
}

/** Recomputed here, from each event's leaf up to the root. @param {InterviewEvent[]} events @param {AbortSignal} signal */
async function proved(events, signal) {
  if (!globalThis.crypto?.subtle) {
    return [h("p", { class: "notice" }, "Browsers compute hashes only on pages over https or at 127.0.0.1. Open the page at 127.0.0.1, or download the evidence and check the file.")];
  }
  const { size, root } = parseCheckpoint(await gateway.getCheckpoint({ signal }));
  /** @type {string[]} */
  const wrong = [];
  for (let n = 0; n < events.length; n += AT_ONCE) {
    await Promise.all(events.slice(n, n + AT_ONCE).map(async ({ version, position, leaf }) => {
      const { proof } = await gateway.getInclusion(position, size, { signal });
      const [found, why] = await rootOf(leaf, position, size, proof).then(
        (found) => [found, `Its proof leads to another root: ${found}.`],
        ({ message }) => ["", message],
      );
      if (found !== root) wrong.push(`Event ${version}, at position ${position}, does not match the checkpoint. ${why}`);
    }));
  }
  const hash = h("p", { class: "quiet" }, "Root ", h("code", {}, root), ". Computed in this browser.");
  if (wrong.length) {
    return [h("div", { class: "notice bad" },
      h("p", {}, "The log differs from what this page shows:"),
      h("ul", {}, wrong.map((line) => h("li", {}, line)))), hash];
  }
  return [h("p", {}, h("span", { class: "mark good" }, "included"),
    ` ${events.length === 1 ? "The one event is" : `All ${events.length} events are`} in the log. The checkpoint covers ${counted(size, "event")}.`), hash];
}

/** @param {InterviewEvent[]} events */
function remarksOn(events) {
  const count = (/** @type {string} */ kind) => events.filter((event) => event.kind === kind).length;
  const refused = count("session-refused");
  const remarks = [
    count("session-adopted") && "The log did not record how this interview began: a client sent that part later. Nothing proves what was said in that part.",
    refused && `${counted(refused, "posted session")} differed from the log and ${refused === 1 ? "was" : "were"} refused.`,
    count("content-forgotten") && "Its words were erased. The log still shows the kind and time of each event, and can still be verified.",
  ].filter(Boolean);
  return remarks.length
    ? h("ul", {}, remarks.map((remark) => h("li", {}, remark)))
    : h("p", {}, "The log recorded every word when it was said. No client sent a session that differs from it, and no words were erased.");
}

/** @param {{ id: string, overview: Transcript, signal: AbortSignal, changed: () => void }} options */
function custodyOf({ id, overview, signal, changed }) {
  if (overview.state === "forgotten") return h("p", {}, "Its words were erased, so there is nothing left to keep or erase.");
  const buttons = overview.onHold
    ? [["Lift the hold", "release"]]
    : [["Put on hold", "hold"], ["Erase the words", "forget"]];
  return h("div", {},
    h("p", {}, overview.onHold
      ? "It is on hold. Nobody can erase its words until somebody lifts the hold."
      : "To keep its words, put the interview on hold. Nobody can erase them until somebody lifts the hold."),
    h("p", { class: "row" }, buttons.map(([name, act]) =>
      h("button", {
        type: "button", class: act === "forget" ? "danger" : null,
        onclick: () => ask(/** @type {keyof typeof ACTS} */ (act)),
      }, `${name}…`))));

  /** @param {keyof typeof ACTS} act */
  function ask(act) {
    const dialog = dialogOf(id, ACTS[act], overview, signal, () => {
      if (act === "forget") dropInterview(id);
      announce(ACTS[act].done);
      changed();
    });
    document.body.append(dialog);
    signal.addEventListener("abort", () => dialog.remove(), { once: true });
    dialog.showModal();
  }
}

const ACTS = {
  hold: {
    title: "Put this interview on hold",
    about: ["Nobody can erase its words until somebody lifts the hold. The log keeps your reason."],
    button: "Put on hold",
    colour: "primary",
    done: "The interview is on hold.",
    post: gateway.holdInterview,
  },
  release: {
    title: "Lift the hold",
    about: ["After this, the words can be erased: by a person, or when the retention time ends."],
    button: "Lift the hold",
    colour: "primary",
    done: "The hold is lifted.",
    post: gateway.releaseInterview,
  },
  forget: {
    title: "Erase the words of this interview",
    about: [
      "This erases the questions, the answers and the summary from the log. You cannot undo it.",
      "The log still shows that the interview took place, and when. The log can still be verified.",
      "Exported copies and backups of the log are not erased.",
    ],
    button: "Erase the words",
    colour: "danger",
    done: "The words were erased.",
    post: gateway.forgetInterview,
  },
};

/**
 * @param {string} id
 * @param {typeof ACTS[keyof typeof ACTS]} act
 * @param {Transcript} overview
 * @param {AbortSignal} signal
 * @param {() => void} done
 */
function dialogOf(id, { title, about, button, colour, post }, overview, signal, done) {
  const isOpen = overview.state === "started" || overview.state === "questioning";
  const reason = h("input", { id: "reason", required: true, maxlength: 500, autocomplete: "off" });
  const notices = h("div", { role: "alert" });
  const go = h("button", { class: colour }, button);
  const leave = h("button", { type: "button", autofocus: true, onclick: () => dialog.close() }, "Cancel");
  let isDone = false;
  const dialog = h("dialog", {
    "aria-labelledby": "dialog-title",
    onclose: () => {
      dialog.remove();
      if (isDone && !signal.aborted) done();
    },
    /** @param {Event} event */
    oncancel: (event) => leave.disabled && event.preventDefault(),
  },
    h("form", { onsubmit: submitted },
      h("h2", { id: "dialog-title" }, title),
      h("p", {}, `${overview.role}, ${overview.responsesGiven} of ${counted(overview.totalQuestions, "question")} answered.`),
      h("ul", {}, about.map((line) => h("li", {}, line)),
        colour === "danger" && isOpen && h("li", {}, "The interview is still open. If you erase its words, nobody can continue it.")),
      h("label", { for: "reason" }, "Reason (kept in the log)"), reason,
      notices,
      h("div", { class: "row end" },
        leave, go)));
  return dialog;

  /** @param {SubmitEvent} event */
  async function submitted(event) {
    event.preventDefault();
    reason.value = reason.value.trim();
    if (!reason.reportValidity()) return; // there is none but blanks
    // What is under way can no longer be called back.
    go.disabled = leave.disabled = true;
    try {
      const reply = await post(id, reason.value, { signal });
      isDone = true;
      if (!("overwritten" in reply) || reply.overwritten) return dialog.close();
      // Nothing shows the words any more, but the file still holds them: whoever asked must know.
      notices.replaceChildren(h("p", { class: "notice" }, reply.detail));
      reason.readOnly = true;
      go.disabled = leave.disabled = false;
      go.replaceChildren("Check again");
      leave.replaceChildren("Close");
    } catch (error) {
      if (signal.aborted) return;
      const { words, helps } = troubleOf(error);
      // Trying again has a button already.
      notices.replaceChildren(noticeOf({ words, helps: helps === "again" ? "no" : helps }, () => {}));
      go.disabled = leave.disabled = false;
      reason.focus();
    }
  }
}
