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

const [TOKENS, PENDING, LAST] = ["sign-in tokens", "sign-in pending", "sign-in last"];

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

/** @returns {string | null} who was signed in before */
export const lastSubject = () => tokens()?.subject ?? read(LAST);

/** @param {Pending} pending Throws if the browser stores nothing. */
export const keepPending = (pending) => sessionStorage.setItem(PENDING, JSON.stringify(pending));

/** What was kept, once. @returns {Pending | null} */
export function takePending() {
  const pending = read(PENDING);
  if (pending) sessionStorage.removeItem(PENDING);
  return pending;
}
