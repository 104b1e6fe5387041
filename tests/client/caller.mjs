/**
 * Calls the client as it is told on stdin, one JSON line each, and says on stdout what came of it.
 * With settings as its argument it makes a client of its own; else it uses the module's functions.
 */
import { createInterface } from "node:readline";

import * as client from "../../api/page/integration-service-client/index.js";

const [settings] = process.argv.slice(2);
const functions = settings ? client.createClient(JSON.parse(settings)) : client;

for await (const line of createInterface({ input: process.stdin })) {
  const { name, args, abortAfterMs, timeoutMs, retries } = JSON.parse(line);
  const progress = [];
  const signal = abortAfterMs === undefined ? undefined : AbortSignal.timeout(abortAfterMs);
  const onProgress = (told) => progress.push(told);
  let told;
  try {
    // Those that are not told are undefined here, which is no more than leaving them out.
    const options = { timeoutMs, retries, signal, onProgress };
    told = { value: (await functions[name](...args, options)) ?? null };
  } catch (error) {
    const { kind, message, status, field, session, place, verdict, knownModels, answerTaken } = error;
    told = {
      error: { name: error.name, kind, message, status, field, session, place, verdict, knownModels, answerTaken },
      isGatewayError: client.isGatewayError(error),
    };
  }
  console.log(JSON.stringify({ ...told, progress }));
}
