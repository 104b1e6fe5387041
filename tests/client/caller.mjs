/**
 * Calls the client as it is told on stdin, one JSON line each, and says on stdout what came of it.
 * With settings as its argument it makes a client of its own; else it uses the module's functions.
 *
 * The events of a stream are all told. Its reader stays `dwellMs` with each, and ends it after
 * `abortAfter` of them by its signal, or after `breakAfter` by leaving the loop.
 */
import { createInterface } from "node:readline";

import * as client from "../../api/page/integration-service-client/index.js";

const [settings] = process.argv.slice(2);
const functions = settings ? client.createClient(JSON.parse(settings)) : client;

async function hear(stream, events, { dwellMs, abortAfter, breakAfter }, controller) {
  for await (const event of stream) {
    events.push(event);
    if (dwellMs) await new Promise((resolve) => setTimeout(resolve, dwellMs));
    if (events.length === abortAfter) controller.abort();
    if (events.length === breakAfter) break;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { name, args, abortAfterMs, timeoutMs, retries, ...reading } = JSON.parse(line);
  const progress = [];
  const events = [];
  const controller = new AbortController();
  const limit = abortAfterMs === undefined ? undefined : AbortSignal.timeout(abortAfterMs);
  const signal = reading.abortAfter ? controller.signal : limit;
  const onProgress = (told) => progress.push(told);
  let told;
  try {
    // Those that are not told are undefined here, which is no more than leaving them out.
    const options = { timeoutMs, retries, signal, onProgress };
    const called = functions[name](...args, options);
    const isStream = called?.[Symbol.asyncIterator] !== undefined;
    const value = isStream ? await hear(called, events, reading, controller) : await called;
    told = { value: value ?? null };
  } catch (error) {
    const { name, kind, message, status, field, session, place, verdict, knownModels, answerTaken } = error;
    const { retryAfterSeconds } = error;
    told = {
      error: {
        ...{ name, kind, message, status, field, session, place, verdict, knownModels, answerTaken },
        retryAfterSeconds,
      },
      isGatewayError: client.isGatewayError(error),
    };
  }
  console.log(JSON.stringify({ ...told, progress, events }));
}
