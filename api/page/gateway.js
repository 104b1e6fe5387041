/** The gateway that this page is from. */
import { createClient } from "./integration-service-client/index.js";
export const gateway = createClient({ baseUrl: location.origin });
