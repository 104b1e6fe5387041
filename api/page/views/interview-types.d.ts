/** The types of the state of an interview on the page. Browsers do not load them. */

import type { Session } from "../integration-service-client/index.js";
import type { Trouble } from "../notices.js";
import type { Draft } from "../storage.js";
import type { Status } from "./waiting.js";

export type Phase =
  /** The session is not here. */
  | "loading"
  /** A question waits for its answer. */
  | "idle"
  /** An answer was sent, or the start. */
  | "sending"
  /** The gateway says what it waits for. */
  | "waiting"
  /** Words of the reply are here. */
  | "writing"
  /** The gateway is away in the middle of that. */
  | "interrupted"
  /** Nobody waits for the reply. */
  | "stopped"
  /** The interview is over. */
  | "complete"
  /** It cannot go on. */
  | "ended";

/** What the page says above the answer box. */
export type Notice =
  /** An error, and what is tried again. */
  | { kind: "trouble"; trouble: Trouble; retries: "request" | "answer" | "aside" | "load" }
  /** Where an answer is whose reply nobody waits for, as far as the gateway can say. */
  | { kind: Place };

export type Place = "unknown" | "recorded" | "not-sent";

export interface State {
  readonly phase: Phase;
  /** What the log says. */
  readonly session: Session | null;
  /** What was typed, until the log has it. */
  readonly draft: string;
  /** What was typed for a question that got another answer. */
  readonly unsent: string;
  /** The answer without a reply; empty while the first question is awaited. */
  readonly answer: string;
  /** Whether a button said that answer, and something else may be in the box. */
  readonly isAside: boolean;
  /** The words of the reply so far. */
  readonly shown: string;
  /** What the gateway waits for. */
  readonly status: Status | null;
  /** Whether an answer was entered before the session was here. */
  readonly isHurried: boolean;
  /** Whether the page asks if the waiting shall end. */
  readonly asksToStop: boolean;
  /** Whether the interviewer has asked if the interview shall end. */
  readonly asksToEnd: boolean;
  /** Whether the built-in words were asked for. */
  readonly wantsBuiltIn: boolean;
  readonly notice: Notice | null;
}

export type Event =
  | { type: "typed"; text: string }
  | { type: "loaded" | "found" | "done"; session: Session; kept: Draft | null; asksToEnd?: boolean }
  | { type: "sent"; answer: string; isAside?: boolean }
  | { type: "status"; phase: string; backend: string; model?: string | null; elapsedMs: number; at: number }
  | { type: "delta" | "reset"; text: string }
  | { type: "lost"; trouble: Trouble }
  | { type: "failed"; trouble: Trouble; retries: "answer" | "aside" | "load" }
  | { type: "placed"; place: Place }
  | { type: "refused" | "retried" | "cancelled" | "stayed" | "stopped" | "ended" }
  | { type: "built-in-wanted" | "built-in-refused" | "unsent-moved" | "unsent-deleted" };
