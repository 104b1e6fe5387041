/** Takes the text for a field from a file: the gateway reads it, and a person corrects it. */

import { request } from "../gateway.js";
import { h } from "../dom.js";
import { say } from "../language.js";
import { troubleOf } from "../notices.js";

/** The gateway takes no more. */
const MOST_BYTES = 5 * 1024 * 1024;

const KINDS =
  ".pdf,.docx,.txt,.md,application/pdf,text/plain,application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/**
 * What stands below the field. A text that somebody typed into it stays, and the file's comes after it.
 *
 * @param {HTMLTextAreaElement} area @param {string} name of the field
 */
export function documentFile(area, name) {
  let taken = "";
  let reading = new AbortController();
  const input = h("input", { type: "file", accept: KINDS, hidden: true, onchange: take });
  const told = h("span", { class: "quiet", role: "status" });
  const element = h("div", { class: "from-file" },
    h("button", { type: "button", "aria-label": `${say("setup.file")}: ${name}`, onclick: () => input.click() },
      say("setup.file")),
    input, told);
  return element;

  async function take() {
    const file = input.files?.[0];
    if (!file) return;
    reading.abort();
    reading = new AbortController();
    const { signal } = reading;
    tell(say("setup.file-reading"));
    try {
      const { text, truncated } = await textOf(file, signal);
      const typed = area.value.trim() === taken ? "" : area.value.trim();
      const whole = typed ? `${typed}\n\n${text}` : text;
      area.value = whole.slice(0, area.maxLength);
      taken = typed ? "" : area.value.trim();
      area.dispatchEvent(new Event("input", { bubbles: true }));
      tell(say(truncated || whole.length > area.maxLength ? "setup.file-cut" : "setup.file-read"));
    } catch (error) {
      if (!signal.aborted) tell(troubleOf(error).words, true);
    }
    input.value = ""; // so that the same file can be chosen again
  }

  /** @param {string} words */
  function tell(words, isBad = false) {
    told.className = isBad ? "bad" : "quiet";
    told.textContent = words;
  }
}

/** @param {File} file @param {AbortSignal} signal @returns {Promise<{ text: string, truncated: boolean }>} */
async function textOf(file, signal) {
  if (file.size > MOST_BYTES) throw new Unread("too-large", say("error.too-large"));
  const response = await sent(file, signal);
  const answer = await response.json().catch(() => ({}));
  if (response.ok && typeof answer.text === "string") return answer;
  throw new Unread(String(answer.type ?? "not-a-gateway").replace(/^.*\//, ""), answer.detail);
}

/** @param {File} body @param {AbortSignal} signal */
async function sent(body, signal) {
  try {
    return await request("/api/v1/documents", { method: "POST", body, signal });
  } catch {
    throw new Unread("unreachable");
  }
}

/** Why there is no text, as `troubleOf` knows errors. */
class Unread extends Error {
  /** @param {string} kind @param {string} [message] */
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}
