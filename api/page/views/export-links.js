/** An interview to take along, as a link for each format. */

import { h } from "../dom.js";
import { gateway } from "../gateway.js";

const FORMATS = /** @type {const} */ ([["md", "Markdown"], ["html", "HTML"], ["json", "JSON"]]);

/** @param {string} id */
export const exportLinks = (id) => [
  h("span", { class: "quiet" }, "Export"),
  FORMATS.map(([format, name]) =>
    h("a", { class: "button", href: gateway.transcriptUrl(id, format), download: `interview-${id}.${format}` }, name)),
];
