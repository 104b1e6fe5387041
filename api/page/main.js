/** Which view is shown, by the address behind the "#". Each view is a module of its own. */

import { h } from "./dom.js";
import { preferred, say, speak } from "./language.js";
import { showStatus } from "./status.js";
import { unfinished } from "./storage.js";
import { visitor } from "./visitor.js";
import { linkedLanguage } from "./views/link.js";

/**
 * What a view gets: where to put itself, what its address says, and a signal that ends what it has
 * under way when another view takes its place.
 *
 * @typedef {{ root: HTMLElement, id: string, signal: AbortSignal }} Place
 * @typedef {(place: Place) => void | Promise<void>} Show
 */

const ID = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})";

/** @type {[RegExp, "conducts" | "seesAll" | "audits" | "administers", () => Promise<{ show: Show }>][]} */
const VIEWS = [
  [/^$/, "conducts", () => import("./views/setup.js")],
  [new RegExp(`^interviews/${ID}$`), "conducts", () => import("./views/interview.js")],
  [/^history$/, "seesAll", () => import("./views/history.js")],
  [new RegExp(`^history/${ID}(?:/technical)?$`), "seesAll", () => import("./views/opened.js")],
  [/^kits$/, "seesAll", () => import("./views/kits.js")],
  [/^(?:kits\/|new-kit(?:\/|$))([a-z0-9-]*)$/, "seesAll", () => import("./views/kit-editor.js")],
  [/^audit$/, "audits", () => import("./views/audit.js")],
  [/^admin$/, "administers", () => import("./views/admin.js")],
];

const TITLE = document.title;
const root = /** @type {HTMLElement} */ (document.getElementById("main"));
let leaving = new AbortController();

async function route() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const address = location.hash.replace(/^#\/?/, "");
  mark(address);
  document.title = TITLE;
  const found = VIEWS.find(([pattern, needs]) => visitor[needs] && pattern.test(address));
  if (!found) return notFound();
  const [pattern, needs, load] = found;
  const id = pattern.exec(address)?.[1] ?? "";
  /** @type {{ show: Show } | null} */
  const view = await Promise.all([load(), speak(needs === "conducts" ? languageOf(id) : "en")]).then(([one]) => one, () => null);
  if (signal.aborted) return;
  if (!view) return notLoaded();
  root.replaceChildren();
  await view.show({ root, id, signal });
}

/** What candidates see is in their language: that of their interview, as far as it is known. @param {string} id */
function languageOf(id) {
  const last = unfinished();
  return (id && last?.id === id && last.language) || linkedLanguage() || preferred();
}

function notLoaded() {
  root.replaceChildren(
    h("h1", {}, say("page.not-loaded")),
    h("p", {}, say("error.unreachable"), " ",
      h("button", { type: "button", onclick: () => location.reload() }, say("error.again"))),
  );
}

function notFound() {
  root.replaceChildren(
    h("h1", {}, say("page.not-found")),
    h("p", {}, visitor.conducts && h("a", { href: "#/" }, say("setup.title")),
      visitor.conducts && visitor.seesAll && ", or open the ",
      visitor.seesAll && h("a", { href: "#/history" }, visitor.conducts ? "history" : "Open the history"), "."),
  );
}

/** Mark where we are in the navigation. @param {string} address */
function mark(address) {
  const page = address.startsWith("interviews/") ? "" : address.replace(/\/.*/, "");
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === `#/${page}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

document.querySelector(".skip")?.addEventListener("click", (event) => {
  event.preventDefault(); // its fragment would be another view's
  root.focus();
});

/** Where people sign in, the gateway says how. @type {HTMLMetaElement | null} */
const signIn = document.querySelector("meta[name=sign-in]");
const isIn = !signIn || (await (await import("./sign-in/enter.js")).enter(JSON.parse(signIn.content), root));
if (isIn) {
  showStatus(/** @type {HTMLElement} */ (document.getElementById("status")));
  addEventListener("hashchange", async () => {
    await route();
    root.focus({ preventScroll: true }); // or the keyboard would go on from where the old view was
    scrollTo(0, 0);
  });
  await route();
}
