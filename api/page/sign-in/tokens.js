/**
 * The tokens of this tab. Session storage has them, so that a reload needs no new sign-in: no other tab
 * sees them, and they are gone when the tab is closed.
 */

/**
 * `bearer` is what the gateway is sent, `refresh` gets the next one ("" if the provider gave none).
 *
 * @typedef {{ bearer: string, refresh: string, renewAt: number, subject: string, name: string }} Tokens
 */

/** What is kept while the browser is at the provider. @typedef {{ state: string, nonce: string, verifier: string, from: string }} Pending */

const [TOKENS, PENDING, LAST, LEFT] = ["sign-in tokens", "sign-in pending", "sign-in last", "sign-in left"];

/** @param {string} name @returns {any} null if there is none */
function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? "null");
  } catch {
    return null;
  }
}

/** @returns {Tokens | null} */
export const tokens = () => read(TOKENS);

/** @param {Tokens} kept */
export const keepTokens = (kept) => sessionStorage.setItem(TOKENS, JSON.stringify(kept));

/** Forget them, but for whose they were. */
export function dropTokens() {
  const dropped = tokens();
  if (dropped) sessionStorage.setItem(LAST, JSON.stringify(dropped.subject));
  sessionStorage.removeItem(TOKENS);
}

/** Keep where one signs out, to come back to. @param {string} page */
export const keepLeft = (page) => sessionStorage.setItem(LEFT, JSON.stringify(page));

/** Where one signed out, once. @returns {string | null} */
export function takeLeft() {
  const left = read(LEFT);
  if (left) sessionStorage.removeItem(LEFT);
  return left;
}

/** @returns {string | null} who was signed in before */
export const lastSubject = () => tokens()?.subject ?? read(LAST);

/** @param {Pending} pending Throws if the browser stores nothing. */
export const keepPending = (pending) => sessionStorage.setItem(PENDING, JSON.stringify(pending));

/** @returns {Pending | null} */
export const pendingSignIn = () => read(PENDING);

/** What was kept, once. */
export function takePending() {
  const pending = pendingSignIn();
  if (pending) sessionStorage.removeItem(PENDING);
  return pending;
}
