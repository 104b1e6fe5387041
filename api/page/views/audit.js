/** Check whether the log is consistent, and show the checkpoint to keep. */

import { announce, h } from "../dom.js";
import { gateway } from "../gateway.js";
import { noticeOf, troubleOf } from "../notices.js";
import { counted, took } from "../format.js";
import { parseCheckpoint } from "./inclusion.js";

/** @typedef {import("../integration-service-client/index.js").VerifyReport} Report */

/** @param {import("../main.js").Place} place */
export function show({ root, signal }) {
  const check = checkOf(signal);
  const checkpoint = h("div", {}, h("p", { class: "quiet" }, "Reading…"));
  document.title = "Audit – Interview gateway";
  root.append(
    h("h1", {}, "Audit"),
    h("p", { class: "lede" }, "The gateway adds each step of an interview at the end of its log. ",
      "This page checks whether the log is consistent. To see whether someone rewrote the whole log, compare it with a checkpoint that you saved earlier."),
    check,
    h("h2", {}, "Checkpoint"),
    h("p", {}, "A checkpoint is a signed hash of the whole log. Keep a copy elsewhere. Compare the log with it later, to see if anyone, even the owner of this gateway, changed or removed an event: ",
      h("code", {}, "interview-gateway audit verify --checkpoint FILE"), "."),
    checkpoint,
    h("h2", {}, "One interview"),
    h("p", {}, "You can check one interview. You also see if its words were erased, and if something in it cannot be proved. Open the interview in the ",
      h("a", { href: "#/history" }, "history"), "."));
  load();

  async function load() {
    try {
      const [note, key] = await Promise.all([gateway.getCheckpoint({ signal }), gateway.getAuditKey({ signal })]);
      checkpoint.replaceChildren(...noteWords(note, key.trim()));
    } catch (error) {
      if (!signal.aborted) checkpoint.replaceChildren(noticeOf(troubleOf(error), load));
    }
  }
}

/** @param {string} note @param {string} key */
function noteWords(note, key) {
  const { origin, size, root } = parseCheckpoint(note);
  return [
    h("dl", {},
      h("dt", {}, "Log"), h("dd", {}, origin),
      h("dt", {}, "Events"), h("dd", { class: "figure" }, size.toLocaleString("en")),
      h("dt", {}, "Root"), h("dd", {}, h("code", {}, root)),
      h("dt", {}, "Public key"), h("dd", {}, h("code", {}, key))),
    h("p", { class: "row" }, copyButton("Copy the checkpoint", note), copyButton("Copy the key", key)),
    h("details", { class: "raw" }, h("summary", {}, "The signed checkpoint"), h("pre", { tabindex: 0 }, note)),
  ];
}

/** @param {string} name @param {string} text */
function copyButton(name, text) {
  const button = h("button", { type: "button", onclick: copy }, name);
  return button;

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Your browser blocks copying. Select the text below"; // it may, by its settings
    }
    announce(button.textContent);
  }
}

/** @param {AbortSignal} signal */
function checkOf(signal) {
  const bar = h("progress", { "aria-label": "Events checked", max: 1, value: 0 });
  const text = h("span", { class: "quiet figure" });
  const progress = h("p", { class: "row checking", hidden: true }, bar, text);
  const verdict = h("div", {});
  const button = h("button", { type: "button", class: "primary", onclick: () => (checking ? checking.abort() : verify()) }, "Verify the log now");
  /** @type {AbortController | null} */
  let checking = null;
  return h("section", { class: "card check", "aria-label": "Verification" },
    h("div", { class: "row" }, button, progress), verdict);

  async function verify() {
    checking = new AbortController();
    const stop = AbortSignal.any([signal, checking.signal]);
    const since = performance.now();
    button.textContent = "Cancel";
    verdict.replaceChildren();
    bar.value = 0;
    text.textContent = "";
    progress.hidden = false;
    announce("Checking the log.");
    try {
      const report = await gateway.verifyLog({ signal: stop, onProgress: render });
      verdict.replaceChildren(...verdictWords(report, performance.now() - since));
      announce(report.holds ? "The log is consistent." : "The log is not consistent.");
    } catch (error) {
      if (signal.aborted) return;
      const words = stop.aborted ? h("p", { class: "quiet" }, "Stopped.") : noticeOf(troubleOf(error), verify);
      verdict.replaceChildren(words);
    }
    progress.hidden = true;
    checking = null;
    button.textContent = "Verify the log now";
  }

  /** @param {{ done: number, of: number }} progress */
  function render({ done, of }) {
    bar.max = of || 1;
    bar.value = done;
    text.textContent = `${done.toLocaleString("en")} of ${counted(of, "event")}`;
  }
}

/** @param {Report} report @param {number} ms */
function verdictWords(report, ms) {
  const { holds, events, interviews, coverage, findings, findingsLeftOut } = report;
  const checked = `${counted(events, "event")} of ${counted(interviews, "interview")} checked in ${took(Math.round(ms))}.`;
  return [
    h("p", { class: "verdict" },
      h("span", { class: `mark ${holds ? "good" : "bad"}` }, holds ? "consistent" : "not consistent"),
      h("span", {}, holds ? " The log is consistent." : ` The log was changed or damaged in ${counted(findings.length + findingsLeftOut, "place")}.`)),
    h("p", { class: "quiet figure" }, checked),
    ...coverWords(coverage).map((words) => h("p", { class: "quiet figure covered" }, words)),
    findings.length > 0 && h("ol", { class: "findings" }, findings.map(findingWords)),
    findingsLeftOut > 0 && h("p", { class: "quiet" }, `${findingsLeftOut.toLocaleString("en")} more ${findingsLeftOut === 1 ? "is" : "are"} not shown here. List them with: interview-gateway audit verify`),
  ].filter((part) => part !== false);
}

/** How many events are covered by what, and what that shows. @param {Report["coverage"]} coverage */
function coverWords({ sealed, none }) {
  return [
    sealed > 0 && `${counted(sealed, "event")} ${sealed === 1 ? "is" : "are"} covered only by checkpoints in the log itself. Before these checkpoints were made, someone who can write the file could have changed the events and deleted older checkpoints. Someone who has the key could have done that later too, and signed new checkpoints.`,
    none > 0 && `${counted(none, "event")} ${none === 1 ? "is" : "are"} not covered by a checkpoint. Someone who can write the file could have changed or removed them.`,
  ].filter((words) => words !== false);
}

/** @param {Report["findings"][number]} finding */
function findingWords({ check, position, interviewId, version, message }) {
  const isId = /^[0-9a-f-]{36}$/.test(interviewId ?? "");
  return h("li", {},
    h("p", { dir: "auto" }, message),
    h("p", { class: "quiet figure" }, check,
      position !== null && ` · position ${position}`,
      version !== null && ` · event ${version}`,
      isId && [" · ", h("a", { href: `#/history/${interviewId}/technical` }, "its interview")]));
}
