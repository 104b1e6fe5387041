/** The messages of a session, as the two who talk see them. */

/** @typedef {{ role: "system" | "user" | "assistant", content: string }} Message */

/** What is said between the two, without what went before the first question. @param {Message[]} messages */
export function said(messages) {
  const first = messages.findIndex(({ role }) => role === "assistant");
  return first < 0 ? [] : messages.slice(first);
}

/** @param {Message[]} messages */
export const answersIn = (messages) =>
  said(messages).filter(({ role }) => role === "user").map(({ content }) => content);

/**
 * What the gateway says of an interview: its session, and what it was started with. An older gateway
 * says only the first.
 *
 * @typedef {{ session: import("../integration-service-client/index.js").Session, brief?: { language?: string | null } | null }} Reply
 */

/** The language of the interview, where the gateway says it. @param {Reply} reply */
export const languageOf = ({ brief }) => brief?.language;
