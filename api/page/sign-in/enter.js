/** Let a visitor in: signed in, and with no more on the page than their roles allow. */

import { h } from "../dom.js";
import { signRequests } from "../gateway.js";
import { notice } from "../notices.js";
import { keepFor } from "../storage.js";
import { limitVisitor, visitor } from "../visitor.js";
import { authorizedFetch } from "./authorized.js";
import { beginSignIn, begunAt, finishSignIn, isAnswer, SignInError, signOutUrl } from "./oidc.js";
import { dropTokens, keepLeft, keepTokens, lastSubject, takeLeft, tokens } from "./tokens.js";

/** @typedef {import("./oidc.js").Settings} Settings */

/**
 * Whether the visitor is in. If not, the page says what to do.
 *
 * @param {Settings} settings
 * @param {HTMLElement} root
 * @returns {Promise<boolean>}
 */
export async function enter(settings, root) {
  if (!settings.clientId) {
    return say("Sign-in is not set up for this page", "This gateway answers only programs that send a token. ",
      "If people are to use this page, an administrator has to set AUTH_OIDC_CLIENT_ID.");
  }
  const answer = new URLSearchParams(location.search);
  if (isAnswer(answer)) {
    if (!settings.tokenEndpoint) return cannotSignIn();
    const page = begunAt();
    if (page !== null && page !== location.pathname) {
      // The provider knows one address. What is at the other is a page of its own.
      location.replace(page + location.search);
      return false;
    }
    const last = lastSubject();
    try {
      keepTokens(await finishSignIn(settings, answer));
    } catch (error) {
      return askToSignIn(error instanceof SignInError ? error.message : `${hostOf(settings.issuer)} cannot be reached.`);
    }
    // What somebody else had open here is not theirs.
    if (last !== null && last !== tokens()?.subject) history.replaceState(null, "", location.pathname + location.search);
  }
  const left = takeLeft();
  if (left && left !== location.pathname + location.search) {
    location.replace(left);
    return false;
  }
  if (!tokens()) return askToSignIn("");
  const send = authorizedFetch(settings);
  const response = await send("/api/v1/me").catch(() => null);
  if (response?.ok) return welcome(await response.json(), send);
  const problem = await response?.json().catch(() => null);
  if (response?.status === 401) {
    if (response.headers.has("retry-after")) return cannotSignIn(); // the token may be good
    dropTokens();
    return askToSignIn(`The gateway did not accept your sign-in: ${problem?.detail ?? "it gave no reason"}`);
  }
  if (response?.status === 403) {
    const name = tokens()?.name || tokens()?.subject;
    return say("You have no role here", "You are signed in as ", h("bdi", {}, name), ", but this account has no role at this gateway. Ask your administrator for one. ",
      h("button", { type: "button", onclick: signOut }, "Sign out"));
  }
  const title = problem?.detail ? "The gateway did not let you in" : "The gateway cannot be reached";
  return say(title, problem?.detail ? `${problem.detail} ` : "", "You are still signed in. ", tryAgain());

  /**
   * @param {{ subject: string, may: string[] }} me
   * @param {ReturnType<typeof authorizedFetch>} send
   */
  async function welcome({ subject, may }, send) {
    signRequests(send);
    limitVisitor((endpoint) => may.includes(endpoint));
    visitor.signIn = signIn;
    await keepFor(subject);
    // A browser brings back a page as it was left, also to who has signed out.
    addEventListener("pageshow", ({ persisted }) => persisted && tokens()?.subject !== subject && location.reload());
    const name = tokens()?.name || subject;
    document.getElementById("status")?.after(
      h("div", { class: "account" }, h("bdi", { class: "quiet", title: name }, name),
        h("button", { type: "button", class: "small", onclick: signOut }, "Sign out")));
    showNavigation();
    return true;
  }

  /** @param {string} problem */
  function askToSignIn(problem) {
    if (!settings.tokenEndpoint) return cannotSignIn();
    const words = visitor.seesAll ? "Sign in to use the interview gateway." : "Sign in to start or continue your interview.";
    const problems = h("div", { role: "alert" }, problem && notice({ words: problem, kind: "bad" }));
    root.replaceChildren(
      h("h1", {}, "Sign in"),
      problems,
      h("p", {}, words),
      h("p", {}, h("button", { type: "button", class: "primary", onclick: start }, "Sign in")),
      h("p", { class: "quiet" }, "You sign in at ", h("bdi", {}, hostOf(settings.issuer)), ". Then you come back to this page."));
    return false;

    async function start() {
      try {
        await beginSignIn(settings);
      } catch (error) {
        problems.replaceChildren(notice({ words: /** @type {Error} */ (error).message, kind: "bad" }));
      }
    }
  }

  function signIn() {
    if (!settings.tokenEndpoint) location.reload(); // perhaps the gateway knows it by now
    else beginSignIn(settings).catch((error) => askToSignIn(error.message));
  }

  function signOut() {
    dropTokens();
    const page = location.pathname + location.search;
    keepLeft(page);
    location.assign(signOutUrl(settings) ?? page);
  }

  function cannotSignIn() {
    return say("You cannot sign in right now", `The gateway cannot reach ${hostOf(settings.issuer)}, where you sign in. `,
      tryAgain());
  }

  /** @param {string} title @param {...(Node | string)} words */
  function say(title, ...words) {
    root.replaceChildren(h("h1", {}, title), h("p", {}, words));
    return false;
  }
}

/** Show the ways that are open. Where there is only one, it needs no sign. */
function showNavigation() {
  const navigation = document.querySelector("nav");
  if (!visitor.conducts && !location.hash.replace(/^#\/?/, "")) history.replaceState(null, "", "#/history");
  if (!navigation || !visitor.seesAll) return;
  const open = { "#/": visitor.conducts, "#/history": visitor.seesAll, "#/audit": visitor.audits };
  for (const [address, isOpen] of Object.entries(open)) {
    if (!isOpen) navigation.querySelector(`a[href="${address}"]`)?.remove();
  }
  navigation.hidden = false;
}

const tryAgain = () => h("button", { type: "button", onclick: () => location.reload() }, "Try again");

/** @param {string} url */
const hostOf = (url) => new URL(url).host;
