/** How the gateway is, asked every few seconds while somebody looks at the page. */

import { gateway } from "./gateway.js";

const EVERY_MS = 5000;
const EVERY_MS_WHILE_LOST = 1500;
const PATIENCE_MS = 4000; // the gateway answers within 1 s

/** @typedef {Awaited<ReturnType<typeof gateway.fetchHealth>>} Health */

class HealthWatch extends EventTarget {
  /** @type {Health | null} what the gateway said last; null while it cannot be reached */
  latest = null;
  /** When it said so, on the clock of `performance.now()`. */
  toldAt = 0;
  #isAsking = false;
  #timer = 0;

  constructor() {
    super();
    document.addEventListener("visibilitychange", () => this.look());
  }

  /** Whether the gateway answers and can write down what is said. */
  get isWell() {
    return this.latest?.gateway.eventLog === "online";
  }

  /** Ask now, and from then on again and again. Each answer is a "told", each silence a "lost". */
  async look() {
    if (this.#isAsking || document.hidden) return;
    this.#isAsking = true;
    clearTimeout(this.#timer);
    try {
      this.latest = await gateway.fetchHealth({ signal: AbortSignal.timeout(PATIENCE_MS) });
      this.toldAt = performance.now();
    } catch {
      this.latest = null;
    }
    this.#isAsking = false;
    this.#timer = setTimeout(() => this.look(), this.latest ? EVERY_MS : EVERY_MS_WHILE_LOST);
    this.dispatchEvent(new Event(this.latest ? "told" : "lost"));
  }
}

export const health = new HealthWatch();
