/** Which view is shown, by the address behind the "#". Each view is a module of its own. */

import { h } from "./dom.js";
import { showStatus } from "./status.js";
import { visitor } from "./visitor.js";

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
  [new RegExp(`^history/${ID}$`), "seesAll", () => import("./views/replay.js")],
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
  const [pattern, , load] = found;
  /** @type {{ show: Show } | null} */
  const view = await load().catch(() => null);
  if (signal.aborted) return;
  if (!view) return notLoaded();
  root.replaceChildren();
  await view.show({ root, id: pattern.exec(address)?.[1] ?? "", signal });
}

function notLoaded() {
  root.replaceChildren(
    h("h1", {}, "This page could not be loaded"),
    h("p", {}, "The gateway cannot be reached. ",
      h("button", { type: "button", onclick: () => location.reload() }, "Try again")),
  );
}

function notFound() {
  root.replaceChildren(
    h("h1", {}, "Page not found"),
    h("p", {}, visitor.conducts && h("a", { href: "#/" }, "Start an interview"),
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
