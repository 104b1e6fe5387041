/** An interview to take along, as a link for each format. */

import { h } from "../dom.js";
import { gateway } from "../gateway.js";
import { say } from "../language.js";
import { visitor } from "../visitor.js";

const FORMATS = /** @type {const} */ ([["pdf", "PDF"], ["md", "Markdown"], ["html", "HTML"], ["json", "JSON"]]);

/** @param {string} id */
export const exportLinks = (id) => [
  h("span", { class: "quiet" }, say("summary.export")),
  FORMATS.map(([format, name]) => downloadLink(gateway.transcriptUrl(id, format), `interview-${id}.${format}`, name)),
];

/** @param {string} href @param {string} file its name when it is saved @param {string} words */
export function downloadLink(href, file, words) {
  /** @param {Event} event */
  const save = async (event) => {
    event.preventDefault();
    (await import("../sign-in/save.js")).save(link, href, file);
  };
  const link = h("a", { class: "button", href, download: file, onclick: visitor.signIn ? save : null }, words);
  return link;
}
