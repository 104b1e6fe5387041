/** The gateway's health, polled while the page is visible. */

import { gateway } from "./gateway.js";
import { visitor } from "./visitor.js";

const EVERY_MS = 5000;
const EVERY_MS_WHILE_LOST = 1500;
const PATIENCE_MS = 4000; // the gateway answers within 1 s

/** @typedef {Awaited<ReturnType<typeof gateway.fetchHealth>>} Health */
/** @typedef {Pick<Health["gateway"], "eventLog" | "draining">} Readiness */

class HealthWatch extends EventTarget {
  /** @type {Health | null} the newest answer; null while there is none, or who asks may not see it */
  latest = null;
  /** @type {Readiness | null} the gateway itself; null while it cannot be reached */
  gateway = null;
  /** When it arrived, by `performance.now()`. */
  answeredAt = 0;
  #isAsking = false;
  #timer = 0;

  constructor() {
    super();
    document.addEventListener("visibilitychange", () => this.look());
  }

  /** Whether the gateway answers and can write its log. */
  get isWell() {
    return this.gateway?.eventLog === "online";
  }

  /** Ask now and keep polling. Fires "answered" or "lost". */
  async look() {
    if (this.#isAsking || document.hidden) return;
    this.#isAsking = true;
    clearTimeout(this.#timer);
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      this.latest = visitor.seesAll ? await gateway.fetchHealth({ signal }).catch(unlessHidden) : null;
      this.gateway = this.latest?.gateway ?? (await readiness(signal));
      this.answeredAt = performance.now();
    } catch {
      this.latest = this.gateway = null;
    }
    this.#isAsking = false;
    this.#timer = setTimeout(() => this.look(), this.gateway ? EVERY_MS : EVERY_MS_WHILE_LOST);
    this.dispatchEvent(new Event(this.gateway ? "answered" : "lost"));
  }
}

/** Whose sign-in is over is told no more than a candidate. @param {unknown} error */
function unlessHidden(error) {
  if (/** @type {{ kind?: string }} */ (error).kind === "not-a-gateway") return null;
  throw error;
}

/** All that a candidate is told. @param {AbortSignal} signal @returns {Promise<Readiness>} */
async function readiness(signal) {
  const { ok, status } = await fetch("/ready", { signal });
  if (!ok && status !== 503) throw new Error("This is not the gateway.");
  return ok ? { eventLog: "online" } : { eventLog: "offline", draining: true };
}

export const health = new HealthWatch();
