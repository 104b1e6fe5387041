/** The gateway that this page came from. */

import { createClient } from "./integration-service-client/index.js";

/**
 * A stream that breaks off is joined again once, at once. If that fails, the gateway is gone, and
 * the page says so and waits for it.
 */
export const HEARING = { retries: 1 };

/** @type {(url: string | URL | Request, how?: RequestInit) => Promise<Response>} */
let send = (url, how) => fetch(url, how);

/** A request as the client sends it. @type {typeof send} */
export const request = (url, how) => send(url, how);

/** Send all requests by `signed`, which adds who sends them. @param {typeof send} signed */
export const signRequests = (signed) => {
  send = signed;
};

export const gateway = createClient({ baseUrl: location.origin, fetch: request });
