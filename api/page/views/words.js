/**
 * The words of one turn, which can grow. The question stands out from what comes before it. What is
 * shown already stays as it is: only what differs after the common beginning is drawn.
 */

import { h } from "../dom.js";
import { commonLength, isLabelled, questionIn } from "./sentences.js";

/** What comes before the question, the space between, the question, and the same after it. */
const PARTS = ["lead", "gap", "question", "gap", "lead"];

/** Whether the visitor wants no movement. */
export const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** A summary, in which the questions stand out from the answers. @param {string} text */
export function summaryWords(text) {
  const lines = text.split(/(?<=\n)/);
  return h("div", { class: "words", dir: "auto" },
    lines.map((line) => (isLabelled(line) ? h("span", { class: "question" }, line) : line)));
}

/** @param {{ asks: boolean }} options whether the words ask a question */
export function growingWords({ asks }) {
  const parts = PARTS.map((name) => h("span", { class: name }));
  const element = h("div", { class: "words", dir: "auto" }, parts);
  let shown = "";

  /** @param {string} text @param {boolean} isWhole */
  function draw(text, isWhole) {
    let known = isWhole ? text.length : commonLength(shown, text);
    const pieces = asks ? split(text, questionIn(text, isWhole)) : [text];
    element.style.minHeight = element.isConnected && shown ? `${element.offsetHeight}px` : "";
    shown = text;
    parts.forEach((part, n) => {
      const piece = pieces[n] ?? "";
      patch(part, piece, known);
      known -= piece.length;
    });
  }

  return {
    element,
    text: () => shown,
    /** @param {string} text */
    append: (text) => draw(shown + text, false),
    /** Show this text instead. @param {string} text */
    reset: (text) => draw(text, false),
    /** Show this text, which is whole. @param {string} text */
    finish(text) {
      draw(text, true);
      addEventListener("resize", () => { element.style.minHeight = ""; }, { once: true });
    },
  };
}

/**
 * Let an element's text be `text`. Its words from `known` on are new.
 *
 * @param {HTMLElement} element @param {string} text @param {number} known
 */
function patch(element, text, known) {
  const same = commonLength(element.textContent ?? "", text);
  truncate(element, same);
  const fresh = Math.min(text.length, Math.max(same, known));
  if (fresh > same) element.append(text.slice(same, fresh));
  if (fresh < text.length) element.append(isStill() ? text.slice(fresh) : faded(text.slice(fresh)));
  if (fresh === text.length || isStill()) element.normalize();
}

/** @param {string} text */
function faded(text) {
  const span = h("span", {
    class: "fresh",
    onanimationend: () => {
      const { parentElement } = span;
      span.replaceWith(...span.childNodes);
      parentElement?.normalize();
    },
  }, text);
  return span;
}

/** Leave the first `length` characters. @param {Node} node @param {number} length */
function truncate(node, length) {
  let rest = length;
  for (const child of [...node.childNodes]) {
    const own = child.textContent?.length ?? 0;
    if (rest === 0) child.remove();
    else if (child instanceof Text) child.deleteData(Math.min(rest, own), own);
    else truncate(child, Math.min(rest, own));
    rest -= Math.min(rest, own);
  }
}

/** @param {string} text @param {[number, number]} question @returns {string[]} one for each part */
function split(text, [from, to]) {
  const lead = text.slice(0, from).trimEnd();
  const rest = text.slice(to).trimStart();
  return [lead, text.slice(lead.length, from), text.slice(from, to), text.slice(to, text.length - rest.length), rest];
}
