/** The voice service, by way of the gateway. */

import { gateway, request } from "../gateway.js";

/** Why a voice cannot be used, as a text of the page. */
export class VoiceError extends Error {
  /** @param {import("../language.js").Key} key */
  constructor(key) {
    super(key);
    this.key = key;
  }
}

/** Whether the service is up. Who may not see that, tries. */
export async function isServiceUp() {
  try {
    const { services } = await gateway.fetchHealth();
    return services.some(({ name, status }) => name === "voice-service" && status === "online");
  } catch (error) {
    return /** @type {{ kind?: string }} */ (error).kind === "not-a-gateway";
  }
}

/**
 * @param {"synthesize" | "transcribe"} call
 * @param {Record<string, string>} body
 * @param {AbortSignal} signal
 * @returns {Promise<Response>}
 * @throws TypeError if the gateway cannot be reached, Error for an answer that is no success
 */
export async function ask(call, body, signal) {
  const headers = { "content-type": "application/json" };
  const response = await request(`/api/v1/voice/${call}`, { method: "POST", headers, body: JSON.stringify(body), signal });
  if (!response.ok) throw new Error(`The voice service answered ${response.status}.`);
  return response;
}
