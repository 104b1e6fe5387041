/** The gateway and its services, in a line; in a panel, one by one. */

import { announce, h, svg } from "./dom.js";
import { health } from "./health.js";
import { languages, sayInFrame } from "./language.js";
import { visitor } from "./visitor.js";

/** Each state has a shape of its own, so that it is clear without colours. */
const SHAPES = {
  good: "M6 1a5 5 0 1 1 0 10A5 5 0 1 1 6 1z",
  warn: "M6 1 11.5 11H.5z",
  calm: "M6 1.2a4.8 4.8 0 1 1 0 9.6A4.8 4.8 0 1 1 6 1.2zm0 2.2a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 1 0 0-5.2z",
  bad: "M6 .5 11.5 6 6 11.5.5 6z",
  none: "M3 5h6v2H3z",
};

/** The services that ask questions; without them, the built-in ones are used. */
const INTERVIEWERS = ["granite-interview-service", "conversation-service", "ollama", "openai"];

/** @typedef {keyof typeof SHAPES} Shape */

/** @param {HTMLElement} root */
export function showStatus(root) {
  const light = lightAs("none");
  const text = h("span", {}, sayInFrame("status.checking"));
  const more = h("span", { class: "more" });
  const rows = h("ul", { class: "services" });
  const short = [light, h("span", { class: "short" }, text, more)];
  const summary = h("summary", {});
  const administration = h("a", { href: "#/admin", onclick: () => { details.open = false; } }, "Administer the gateway");
  const panel = h("div", { class: "panel card" }, h("h2", {}, "Gateway and services"), rows,
    visitor.administers && h("p", {}, administration));
  const details = h("details", { class: "status" }, summary, panel);
  if (visitor.seesAll) summary.append(...short);
  root.append(visitor.seesAll ? details : h("p", { class: "status alone" }, short));

  /** @type {Map<string, ReturnType<typeof serviceRow>>} */
  const shown = new Map();

  function render() {
    const { shape, words, aside } = summarized();
    draw(light, shape);
    put(text, words);
    put(more, aside);
    if (details.open) renderServices();
  }

  function renderServices() {
    const lines = serviceLines();
    for (const [name, { element }] of shown) {
      element.hidden = !lines.some((line) => line.name === name); // unknown while nobody tells
    }
    for (const one of lines) {
      let row = shown.get(one.name);
      if (!row) {
        row = serviceRow(one.name);
        shown.set(one.name, row);
        rows.append(row.element);
      }
      row.render(one);
    }
  }

  let wasLost = false;
  health.addEventListener("answered", () => {
    if (wasLost) announce(sayInFrame("status.back"));
    wasLost = false;
    render();
  });
  health.addEventListener("lost", () => {
    if (!wasLost) announce(sayInFrame("status.lost"));
    wasLost = true;
    render();
  });
  details.addEventListener("toggle", render);
  languages.addEventListener("changed", () => health.answeredAt && render());
  setInterval(() => details.open && renderServices(), 1000); // ages grow
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    summary.focus();
  });
  addEventListener("pointerdown", (event) => {
    if (!details.contains(/** @type {Node} */ (event.target))) details.open = false;
  });
  details.addEventListener("focusout", (event) => {
    const to = /** @type {Node | null} */ (event.relatedTarget);
    if (to && !details.contains(to)) details.open = false;
  });
  health.look();
}

/** @returns {{ shape: Shape, words: string, aside: string }} */
function summarized() {
  const { latest } = health;
  if (!health.gateway) return { shape: "bad", words: sayInFrame("status.unreachable"), aside: "" };
  if (health.gateway.eventLog === "offline") {
    return { shape: "bad", words: sayInFrame(latest ? "status.log-offline" : "status.not-ready"), aside: "" };
  }
  if (!latest) return { shape: "good", words: sayInFrame("status.connected"), aside: "" };
  const { online, total } = latest.summary;
  const asks = latest.services.some(
    ({ name, status }) => status === "online" && INTERVIEWERS.includes(name),
  );
  return {
    shape: latest.status === "online" ? "good" : asks ? "warn" : "calm",
    words: online ? `${online} of ${total} services` : "All services offline",
    aside: asks ? "" : " — built-in questions are used",
  };
}

/** @typedef {{ name: string, shape: Shape, state: string, detail: string }} Line */

/** @returns {Line[]} */
function serviceLines() {
  const { latest, answeredAt } = health;
  const since = (performance.now() - answeredAt) / 1000;
  if (!latest) {
    return [{ name: "Gateway", shape: "bad", state: "unreachable", detail: "The page tries again every 2 s" }];
  }
  const told = Date.parse(latest.timestamp);
  const { version, eventLog } = latest.gateway;
  return [
    {
      name: "Gateway",
      shape: eventLog === "online" ? "good" : "bad",
      state: "online",
      detail: `version ${version} · event log ${eventLog} · ${ago(since)}`,
    },
    ...latest.services.map(({ name, status, latencyMs, error, lastChecked }) => {
      const age = ago((told - Date.parse(lastChecked)) / 1000 + since);
      const found = status === "online" ? `${latencyMs ?? "?"} ms` : (error ?? "No reason known");
      return {
        name,
        shape: /** @type {Shape} */ (status === "online" ? "good" : "bad"),
        state: status,
        detail: `${found} · ${age}`,
      };
    }),
  ];
}

/** @param {string} name */
function serviceRow(name) {
  const light = lightAs("none");
  const state = h("span", { class: "state" });
  const detail = h("span", { class: "quiet figure" });
  return {
    element: h("li", {}, light, h("span", {}, name), state, detail),
    /** @param {Line} line */
    render(line) {
      draw(light, line.shape);
      put(state, line.state);
      put(detail, line.detail);
    },
  };
}

/** @param {Shape} shape */
function lightAs(shape) {
  const path = svg("path", { "fill-rule": "evenodd" });
  const light = svg("svg", { viewBox: "0 0 12 12", "aria-hidden": "true" }, path);
  draw(light, shape);
  return light;
}

/** @param {SVGSVGElement} light @param {Shape} shape */
function draw(light, shape) {
  light.setAttribute("class", `light ${shape}`);
  light.firstElementChild?.setAttribute("d", SHAPES[shape]);
}

/** Only what has changed: a screen reader that is reading here keeps its place. @param {Element} element @param {string} text */
function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {number} seconds */
function ago(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 90 ? `${whole} s ago` : `${Math.round(whole / 60)} min ago`;
}
