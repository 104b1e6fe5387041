/**
 * Reads stories from stdin, one list of events in each line, and prints for each the states that the
 * interview's reducer goes through, the initial one first.
 */
import { createInterface } from "node:readline";

import { initial, reduce } from "../../api/page/views/interview-state.js";

for await (const line of createInterface({ input: process.stdin })) {
  const states = [initial({ draft: "", unsent: "" })];
  for (const event of JSON.parse(line)) states.push(reduce(states.at(-1), event));
  if (!states.every(Object.isFrozen)) throw new Error("A state that can be changed.");
  console.log(JSON.stringify(states));
}
