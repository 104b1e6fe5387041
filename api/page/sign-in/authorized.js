/** Requests to the gateway with the token of this tab, which is renewed in time if the provider lets it. */

import { renewed, SignInError } from "./oidc.js";
import { keepTokens, tokens } from "./tokens.js";

/** @typedef {import("./oidc.js").Settings} Settings */

/**
 * `fetch` with the token. A token that runs out is renewed before, and no request waits for that. One
 * that is refused is renewed once. If that cannot be, the gateway's 401 is the answer.
 *
 * @param {Settings} settings
 * @returns {(url: string | URL | Request, how?: RequestInit) => Promise<Response>}
 */
export function authorizedFetch(settings) {
  /** @type {Promise<void> | null} all wait for the same renewal */
  let renewing = null;

  function renew() {
    renewing ??= next().finally(() => {
      renewing = null;
    });
    return renewing;
  }

  async function next() {
    const held = tokens();
    if (!held?.refresh || !settings.tokenEndpoint) return;
    try {
      keepTokens(await renewed(settings, held));
    } catch (error) {
      // It is of no more use. Without an answer of the provider's own, it may be.
      if (error instanceof SignInError) keepTokens({ ...held, refresh: "" });
    }
  }

  /** @param {string | URL | Request} url @param {RequestInit} how */
  function send(url, how) {
    const headers = new Headers(how.headers);
    headers.set("authorization", `Bearer ${tokens()?.bearer}`);
    return fetch(url, { ...how, headers });
  }

  return async (url, how = {}) => {
    const held = tokens();
    if (held?.refresh && Date.now() > held.renewAt) renew();
    const sent = held?.bearer;
    const response = await send(url, how);
    if (response.status !== 401 || !tokens()?.refresh) return response;
    if (tokens()?.bearer === sent) await renew(); // or another request has done it meanwhile
    return tokens()?.bearer === sent ? response : send(url, how);
  };
}
