/** The rules of an interview as a drawing, made of their table. */

import { h, svg } from "../dom.js";

/** @typedef {import("../integration-service-client/index.js").StateMachine} StateMachine */

const WIDTH = 372;
const MIDDLE = WIDTH / 2;
const BOX = { width: 112, height: 34 };
const STEP = 78;

/** @param {StateMachine} machine */
export function diagramOf({ states, transitions }) {
  const top = (/** @type {string} */ state) => 8 + states.indexOf(/** @type {any} */ (state)) * STEP;
  const moves = merged(transitions);
  const straight = moves.filter(({ from, to }) => top(to) - top(from) === STEP);
  const around = moves.filter(({ from, to }) => top(to) - top(from) !== STEP && from !== to);
  const sides = [...new Set(around.flatMap(({ events }) => events))];
  const boxes = new Map(states.map((state) => [/** @type {string} */ (state), boxOf(state, top(state))]));
  const picture = svg("svg", {
    class: "diagram", viewBox: `0 0 ${WIDTH} ${top(states[states.length - 1]) + BOX.height + 8}`, role: "img",
  },
    straight.map(({ from, to, events }) => [
      svg("path", { d: `M${MIDDLE} ${top(from) + BOX.height}V${top(to)}` }),
      headAt(MIDDLE, top(to), 0),
      svg("text", { x: MIDDLE + 8, y: (top(from) + BOX.height + top(to)) / 2 + 3 }, events.join(", ")),
    ]),
    around.map((move) => arcOf(move, sides.indexOf(move.events[0]), top)),
    sides.map((event, n) => sideLabel(event, n, around.filter(({ events }) => events[0] === event), top)),
    [...boxes.values()]);
  const next = h("ul", { class: "quiet" });
  const nextTitle = h("p", { class: "quiet" });
  return {
    element: h("div", { class: "states" }, picture, h("div", {}, nextTitle, next)),

    /** @param {string} state that it stands in; "" where that cannot be told */
    mark(state) {
      for (const [name, box] of boxes) box.classList.toggle("current", name === state);
      picture.setAttribute("aria-label", `States ${states.join(", ")}. ${
        state ? `The interview is in state ${state}.` : "Its state is unknown."}`);
      const open = transitions.filter(({ from }) => from === state);
      nextTitle.textContent = open.length ? `Possible events in “${state}”:` : state && `Nothing can happen in “${state}” any more.`;
      next.replaceChildren(...open.map(({ event, to, requires }) =>
        h("li", {}, event, to !== state && ` → ${to}`, requires.length > 0 && `, if ${requires.join(" and ")}`)));
    },
  };
}

/** @typedef {{ from: string, to: string, events: string[] }} Move */

/** One arrow for all that leads from one state to another. @param {StateMachine["transitions"]} transitions @returns {Move[]} */
function merged(transitions) {
  /** @type {Map<string, Move>} */
  const moves = new Map();
  for (const { event, from, to } of transitions) {
    const move = moves.get(`${from} ${to}`) ?? { from, to, events: [] };
    if (!move.events.includes(event)) move.events.push(event);
    moves.set(`${from} ${to}`, move);
  }
  return [...moves.values()];
}

/** @param {string} state @param {number} y */
function boxOf(state, y) {
  return svg("g", { class: "state" },
    svg("rect", { x: MIDDLE - BOX.width / 2, y, ...BOX, rx: 8 }),
    svg("text", { x: MIDDLE, y: y + 22, "text-anchor": "middle" }, state));
}

/** How far out an arc goes: past the names of the moves between. @param {number} span in states */
const reach = (span) => 56 + 14 * span;

/** Events take turns in going left and right. @param {Move} move @param {number} n @param {(state: string) => number} top */
function arcOf({ from, to }, n, top) {
  const sign = n % 2 ? -1 : 1;
  const x = MIDDLE + (sign * BOX.width) / 2;
  const span = Math.abs(top(to) - top(from)) / STEP;
  const out = x + sign * reach(span) * 1.33;
  const [y, end] = [top(from) + 0.6 * BOX.height, top(to) + 0.3 * BOX.height + 3 * span];
  return [svg("path", { d: `M${x} ${y}C${out} ${y} ${out} ${end} ${x} ${end}` }), headAt(x, end, sign * 90)];
}

/** @param {string} event @param {number} n @param {Move[]} moves @param {(state: string) => number} top */
function sideLabel(event, n, moves, top) {
  const sign = n % 2 ? -1 : 1;
  const widest = moves.reduce((a, b) => (Math.abs(top(a.to) - top(a.from)) >= Math.abs(top(b.to) - top(b.from)) ? a : b));
  const span = Math.abs(top(widest.to) - top(widest.from)) / STEP;
  const x = MIDDLE + sign * (BOX.width / 2 + reach(span) + 12);
  const y = (top(widest.from) + top(widest.to) + BOX.height) / 2;
  return svg("text", { x, y, "text-anchor": "middle", transform: `rotate(${sign * 90} ${x} ${y})` }, event);
}

/** @param {number} x @param {number} y @param {number} turn */
function headAt(x, y, turn) {
  return svg("path", { class: "head", d: `M${x} ${y}l-4 -8h8z`, transform: `rotate(${turn} ${x} ${y})` });
}
