/**
 * OpenID Connect: the authorization code flow with PKCE (RFC 7636), for a client without a secret. The
 * gateway has read the provider's endpoints, and checks each token that it is sent.
 */

import { keepPending, pendingSignIn, takePending } from "./tokens.js";

/**
 * What the gateway says of the provider. The endpoints are missing while it cannot be reached.
 *
 * @typedef {object} Settings
 * @property {string} issuer
 * @property {string} clientId
 * @property {string} audience of the tokens that the gateway accepts
 * @property {string} scope
 * @property {string} [authorizationEndpoint]
 * @property {string} [tokenEndpoint]
 * @property {string | null} [endSessionEndpoint]
 */

/** @typedef {import("./tokens.js").Tokens} Tokens */

/** Sign-in failed, for a reason that a person can read. */
export class SignInError extends Error {}

const RENEW_BEFORE_MS = 30_000;
const PATIENCE_MS = 5_000;

/** The provider knows this address of the page. */
const redirectUri = () => `${location.origin}/`;

/** Go to the provider, and come back to where the page is now. @param {Settings} settings */
export async function beginSignIn(settings) {
  if (!globalThis.crypto?.subtle) {
    throw new SignInError("Browsers let people sign in only on pages over https. Open this page over https.");
  }
  const [state, nonce, verifier] = [random(), random(), random()];
  try {
    keepPending({ state, nonce, verifier, from: location.pathname + location.search + location.hash });
  } catch {
    throw new SignInError("Your browser does not let this page store anything. Sign-in needs that. Allow it, and try again.");
  }
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const url = new URL(/** @type {string} */ (settings.authorizationEndpoint));
  const parameters = {
    response_type: "code",
    client_id: settings.clientId,
    redirect_uri: redirectUri(),
    scope: settings.scope,
    state,
    nonce,
    code_challenge: base64Url(new Uint8Array(digest)),
    code_challenge_method: "S256",
    // Some providers want to be told whom the token is for. The others ignore it.
    ...(settings.audience !== settings.clientId && { audience: settings.audience }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  location.assign(url);
}

/** Where the sign-in under way was begun, as a path; null if none is. */
export const begunAt = () => pendingSignIn()?.from.replace(/[?#].*/, "") ?? null;

/** Whether this is what a provider sends the browser back with. @param {URLSearchParams} answer */
export const isAnswer = (answer) => answer.has("state") && (answer.has("code") || answer.has("error"));

/**
 * Take the provider's answer out of the address, and get the tokens for it.
 *
 * @param {Settings} settings
 * @param {URLSearchParams} answer
 * @returns {Promise<Tokens>}
 * @throws {SignInError}
 */
export async function finishSignIn(settings, answer) {
  const pending = takePending();
  history.replaceState(null, "", pending?.from ?? "/");
  if (!pending || pending.state !== answer.get("state")) {
    throw new SignInError("This sign-in was not begun in this tab, or is over already.");
  }
  if ((answer.get("iss") ?? settings.issuer) !== settings.issuer) {
    throw new SignInError("The answer came from another identity provider.");
  }
  const code = answer.get("code");
  if (!code) throw new SignInError(reasonOf(answer.get("error") ?? ""));
  const given = await ask(settings, {
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri(),
    code_verifier: pending.verifier,
  });
  const about = checked(settings, claimsOf(given.id_token));
  if (about.nonce !== pending.nonce) throw new SignInError("The identity provider answered another sign-in.");
  return tokensOf(settings, given, about.name ?? about.preferred_username ?? about.email ?? "");
}

/**
 * The next tokens.
 *
 * @param {Settings} settings
 * @param {Tokens} tokens with `refresh`
 * @returns {Promise<Tokens>}
 * @throws {SignInError} where one has to sign in again; another error without an answer
 */
export async function renewed(settings, tokens) {
  const given = await ask(settings, { grant_type: "refresh_token", refresh_token: tokens.refresh });
  if (given.id_token) checked(settings, claimsOf(given.id_token));
  const next = tokensOf(settings, { refresh_token: tokens.refresh, ...given }, tokens.name);
  if (next.subject !== tokens.subject) throw new SignInError("The identity provider answered for somebody else.");
  return next;
}

/** Where one signs out at the provider; null if it does not say. @param {Settings} settings */
export function signOutUrl({ endSessionEndpoint, clientId }) {
  if (!endSessionEndpoint) return null;
  const url = new URL(endSessionEndpoint);
  // Without the ID token, which has no place in an address. The provider may ask whether it is meant.
  url.searchParams.set("client_id", clientId);
  url.searchParams.set("post_logout_redirect_uri", redirectUri());
  return url.href;
}

/**
 * @param {Settings} settings @param {Record<string, string>} form
 * @returns {Promise<Record<string, any>>}
 * @throws {SignInError} where the provider refuses; another error where it gives no answer
 */
async function ask({ tokenEndpoint, clientId }, form) {
  const response = await fetch(/** @type {string} */ (tokenEndpoint), {
    method: "POST",
    body: new URLSearchParams({ ...form, client_id: clientId }),
    credentials: "omit",
    redirect: "error",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const given = await response.json().catch(() => null);
  if (response.ok && given) return given;
  // A proxy in front of it answers for a provider that is down, but not in the words of RFC 6749.
  if (response.status >= 500 || typeof given?.error !== "string") throw new Error("The provider gives no answer.");
  throw new SignInError(reasonOf(given.error));
}

/**
 * The tokens for the gateway. Most providers make access tokens for an audience. Where there is none
 * that the gateway can read, the ID token is for the client; then the gateway's audience is the client.
 *
 * @param {Settings} settings @param {Record<string, any>} given @param {string} name @returns {Tokens}
 */
function tokensOf({ audience }, { access_token, id_token, refresh_token }, name) {
  const isForGateway = (/** @type {string} */ token) => [claimsOf(token)?.aud].flat().includes(audience);
  const bearer = [access_token, id_token].find(isForGateway);
  if (!bearer) throw new SignInError("The identity provider gave no token for this gateway. Ask your administrator to check the audience.");
  const { sub, exp, iat } = claimsOf(bearer);
  // By the issuer's own clock: this machine's may be wrong.
  const lastsMs = (exp - (iat ?? Date.now() / 1000)) * 1000;
  const renewAt = Date.now() + Math.max(lastsMs - RENEW_BEFORE_MS, lastsMs / 2);
  return { bearer, refresh: refresh_token ?? "", renewAt, subject: String(sub), name: String(name) };
}

/**
 * The claims of an ID token that came from the provider itself, so its signature needs no check (OpenID
 * Connect Core 1.0, section 3.1.3.7).
 *
 * @param {Settings} settings @param {any} claims
 */
function checked({ issuer, clientId }, claims) {
  const isOurs = claims?.iss === issuer && [claims.aud].flat().includes(clientId);
  if (!isOurs || (claims.azp ?? clientId) !== clientId) {
    throw new SignInError("The identity provider gave a token for another client.");
  }
  return claims;
}

/** @param {unknown} token @returns {any} null if it is no JWT */
function claimsOf(token) {
  try {
    const body = String(token).split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(body), (c) => c.charCodeAt(0))));
  } catch {
    return null;
  }
}

/** @param {string} error its code, of RFC 6749 */
function reasonOf(error) {
  if (error === "access_denied") return "You did not sign in, or may not use this gateway.";
  const code = /^[a-z_]{1,60}$/.test(error) ? ` (${error})` : "";
  return `The identity provider refused the sign-in${code}.`;
}

const random = () => base64Url(crypto.getRandomValues(new Uint8Array(32)));

/** @param {Uint8Array} bytes */
const base64Url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
