/**
 * Decodes event streams: each line on stdin is one, as a JSON list of its parts in Base64. Says on
 * stdout which events it holds.
 */
import { createInterface } from "node:readline";

import { EventStreamDecoder } from "../../api/page/integration-service-client/event-stream.js";

for await (const line of createInterface({ input: process.stdin })) {
  const decoder = new EventStreamDecoder();
  const parts = JSON.parse(line).map((part) => Buffer.from(part, "base64"));
  console.log(JSON.stringify(parts.flatMap((part) => decoder.push(part))));
}
