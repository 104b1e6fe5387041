/** The gateway that this page came from. */

import { createClient } from "./integration-service-client/index.js";

/**
 * A stream that breaks off is joined again once, at once. If that fails, the gateway is gone, and
 * the page says so and waits for it.
 */
export const HEARING = { retries: 1 };

export const gateway = createClient({ baseUrl: location.origin });
