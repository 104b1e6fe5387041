/** Downloads for who has signed in: a link cannot send a token. */

import { request } from "../gateway.js";
import { h } from "../dom.js";
import { noticeOf, troubleOf } from "../notices.js";

/**
 * Fetch a file and let the browser save it. If that fails, say so behind the link.
 *
 * @param {HTMLElement} link @param {string} url @param {string} name
 */
export async function save(link, url, name) {
  link.parentElement?.querySelector(".notice")?.remove();
  try {
    const response = await request(url);
    if (!response.ok) throw response.status === 401 ? { kind: "not-signed-in" } : new Error("The file could not be downloaded.");
    const content = URL.createObjectURL(await response.blob());
    h("a", { href: content, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(content), 60_000);
  } catch (error) {
    const trouble = error instanceof TypeError ? { kind: "unreachable" } : error;
    link.parentElement?.append(noticeOf({ ...troubleOf(trouble), passes: undefined }, () => save(link, url, name)));
  }
}
