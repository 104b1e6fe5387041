// How a program uses the client, and what its types must not let through. It is compiled, never run.
import {
  createClient,
  fetchHealth,
  fetchModels,
  getInterview,
  getSummary,
  INTEGRATION_BASE_URL,
  isGatewayError,
  joinReply,
  type Model,
  type ReplyEvent,
  selectModel,
  sendResponse,
  type Session,
  setBaseUrl,
  startInterview,
  stopReply,
  streamResponse,
  streamStart,
  streamSummary,
} from "integration-service-client";

export async function conduct(ask: (session: Session) => Promise<string>): Promise<string> {
  const models: Model[] = await fetchModels({ timeoutMs: 2_000 });
  const best = models[0];
  if (best) await selectModel(best.id);
  let session = await startInterview({ role: "Data Analyst", totalQuestions: 3 });
  while (!session.isComplete) {
    session = await sendResponse(session, await ask(session), { signal: AbortSignal.timeout(60_000) });
  }
  const { summary, responsesGiven } = await getSummary(session);
  const count: number = responsesGiven;
  return `${count}: ${summary}`;
}

export async function online(): Promise<string[]> {
  const { services, summary } = await fetchHealth();
  const all: number = summary.total;
  return services.filter(({ status }) => status === "online").map(({ name }) => `${name} of ${all}`);
}

export async function goOn(id: string): Promise<[Session, string | null | undefined]> {
  const { session, pendingAnswer } = await getInterview(id);
  return [session, pendingAnswer];
}

/** Each event is known by its type: the compiler says so where one is left out. */
export function textAfter(shown: string, event: ReplyEvent): string {
  switch (event.type) {
    case "status":
      return event.phase === "loading" ? `${event.model ?? event.backend} is loading` : shown;
    case "delta":
      return shown + event.text;
    case "reset":
      return event.text;
    case "done":
      return event.session.messages.at(-1)?.content ?? "";
    default: {
      const never: never = event;
      return never;
    }
  }
}

export async function hear(signal: AbortSignal | undefined): Promise<string> {
  let session: Session | undefined;
  for await (const event of streamStart({ role: "Data Analyst" }, { signal })) {
    if (event.type === "done") ({ session } = event);
  }
  const interviewId = session?.interviewId;
  if (!session || !interviewId) return "";
  for await (const event of streamResponse(session, "my answer", { timeoutMs: 30_000 })) {
    if (event.type === "status") await stopReply(interviewId);
    if (event.type === "done") session = event.session;
  }
  for await (const event of joinReply(interviewId)) {
    if (event.type === "done" && "session" in event) session = event.session;
  }
  for await (const event of streamSummary(session)) {
    if (event.type === "done") return `${event.responsesGiven}: ${event.summary} (${event.event?.position})`;
  }
  return "";
}

/** Each kind is known: the compiler says so where one is left out. */
export function adviceFor(error: unknown): string {
  if (!isGatewayError(error)) throw error;
  switch (error.kind) {
    case "unreachable":
    case "timed-out":
    case "not-a-gateway":
      return error.message;
    case "invalid-input":
      return `${error.field}: ${error.errors.length}`;
    case "session-conflict":
      return `${error.verdict} at ${error.place}: ${error.session.currentQuestion}`;
    case "interview-complete":
      return String(error.session.isComplete);
    case "unknown-model":
      return error.knownModels.join();
    case "log-unavailable":
      return error.answerTaken === null ? "not known" : error.answerTaken ? "taken" : "not taken";
    case "quota-exceeded":
      return `in ${error.retryAfterSeconds} s`;
    case "draining":
    case "not-signed-in":
    case "unknown-interview":
    case "interview-forgotten":
    case "interview-on-hold":
    case "refused":
      return `${error.status}: ${error.problem.detail}`;
    default: {
      const never: never = error;
      return never;
    }
  }
}

const client = createClient({ baseUrl: INTEGRATION_BASE_URL, timeoutMs: 1_000, retries: 0 });
client.setBaseUrl("http://127.0.0.1:8009");
setBaseUrl("http://127.0.0.1:8009");
export const report: Promise<boolean> = client
  .verifyLog({ onProgress: ({ done, of }) => console.log(done / of) })
  .then(({ holds }) => holds);

/** What may be left out may be undefined as well: an option that was not given is handed on so. */
export function handOn(signal: AbortSignal | undefined, model: string | undefined, baseUrl: string | undefined) {
  createClient({ baseUrl, timeoutMs: undefined, fetch: undefined });
  return startInterview({ role: "Data Analyst", model, totalQuestions: undefined }, { signal, retries: undefined });
}

// @ts-expect-error a role is text
startInterview({ role: 5 });
// @ts-expect-error a kit is named by its id
startInterview({ kit: 3 });
// @ts-expect-error the whole session is posted
sendResponse("an id", "my answer");
// @ts-expect-error a summary needs the session too
getSummary();
// @ts-expect-error a stream is no promise
streamResponse({} as Session, "my answer").then(console.log);
// @ts-expect-error a reply is found by the interview's id
joinReply({} as Session);
// @ts-expect-error a page's address is no number
setBaseUrl(8009);
// @ts-expect-error there is no such state
client.listInterviews({ state: "paused" });
