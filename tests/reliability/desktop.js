// An interview as the desktop app's page holds it: every request has the headers of a real one.
const { gateway, own, name } = GIVEN;

async function asked(path, body) {
  const reply = await fetch(gateway + path, {
    method: body ? "POST" : "GET",
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body && JSON.stringify(body),
  });
  const event = reply.headers.get("Interview-Event");
  return { status: reply.status, event, body: await reply.json() };
}

async function interview() {
  const health = await asked("/health");
  const models = await asked("/api/v1/models");
  const role = { role: "Data Analyst", totalQuestions: 1 };
  const started = await asked("/api/v1/interviews/start", role);
  const session = started.body;
  const answered = await asked("/api/v1/interviews/respond", { session, message: "Because." });
  const summed = await asked("/api/v1/interviews/summary", answered.body);
  const id = answered.body.interviewId;
  const told = await asked(`/api/v1/interviews/${id}/transcript`);
  window.open(`${gateway}/api/v1/interviews/${id}/transcript?format=html`);
  const refused = await asked("/api/v1/interviews/start", { role: "Astronaut" });
  await new Promise((tell) => setTimeout(tell, 700)); // until the window has its transcript
  const forgotten = await fetch(`${gateway}/api/v1/interviews/${id}`, { method: "DELETE" });
  return {
    statuses: [health, models, started, answered, summed, told, refused, forgotten].map(
      (reply) => reply.status,
    ),
    event: started.event,
    complete: answered.body.isComplete,
    refusal: refused.body.type,
  };
}

addEventListener("load", async () => {
  const told = await interview().catch((error) => ({ error: String(error) }));
  const body = JSON.stringify({ origin: self.origin, ...told });
  await fetch(`${own}/told?${name}`, { method: "POST", mode: "no-cors", body });
});
