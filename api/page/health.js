/** The gateway's health, polled while the page is visible. */

import { gateway } from "./gateway.js";

const EVERY_MS = 5000;
const EVERY_MS_WHILE_LOST = 1500;
const PATIENCE_MS = 4000; // the gateway answers within 1 s

/** @typedef {Awaited<ReturnType<typeof gateway.fetchHealth>>} Health */

class HealthWatch extends EventTarget {
  /** @type {Health | null} the newest answer; null while the gateway cannot be reached */
  latest = null;
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
    return this.latest?.gateway.eventLog === "online";
  }

  /** Ask now and keep polling. Fires "answered" or "lost". */
  async look() {
    if (this.#isAsking || document.hidden) return;
    this.#isAsking = true;
    clearTimeout(this.#timer);
    try {
      this.latest = await gateway.fetchHealth({ signal: AbortSignal.timeout(PATIENCE_MS) });
      this.answeredAt = performance.now();
    } catch {
      this.latest = null;
    }
    this.#isAsking = false;
    this.#timer = setTimeout(() => this.look(), this.latest ? EVERY_MS : EVERY_MS_WHILE_LOST);
    this.dispatchEvent(new Event(this.latest ? "answered" : "lost"));
  }
}

export const health = new HealthWatch();
