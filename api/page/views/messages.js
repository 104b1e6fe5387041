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
