/** How the gateway runs, and what changes that: for administrators. */

import { announce, h } from "../dom.js";
import { counted, took } from "../format.js";
import { request } from "../gateway.js";
import { Transport } from "../integration-service-client/transport.js";
import { noticeOf, troubleOf } from "../notices.js";

/** @typedef {import("../integration-service-client/openapi.js").components["schemas"]} Schemas */

/**
 * A button: its name, what it asks the gateway for, and what is told when that is done.
 *
 * @typedef {(name: unknown, path: string, done: string, how?: { method?: "POST" | "DELETE", kind?: string }) => HTMLElement} Button
 */

/** @param {import("../main.js").Place} place */
export function show({ root, signal }) {
  document.title = "Administration – Interview gateway";
  const trouble = h("div", {});
  root.append(
    h("h1", {}, "Administration"),
    h("p", { class: "lede" }, "See how this gateway runs, and change it. A change holds until the gateway restarts, and the gateway's output names who made it. For one that stays, change a setting."),
    h("p", { class: "row" }, h("button", { type: "button", onclick: () => refresh("Refreshed.") }, "Refresh"),
      button("Probe the services now", "probe", "The services were probed.")),
    trouble);
  const sections = [
    section("Backends", "circuits", backends),
    section("Ollama’s models", "models", models),
    section("Replies in progress", "replies", replies),
    section("Event log", "log", log),
    section("Redis", "redis", redis),
    section("Drain", "drain", drain),
    section("Settings", "settings", settings),
  ];
  refresh("");

  /**
   * @template Reply
   * @param {string} title
   * @param {string} path
   * @param {(reply: Reply, button: Button) => unknown[]} words
   */
  function section(title, path, words) {
    const body = h("div", {}, h("p", { class: "quiet" }, "Reading…"));
    root.append(h("h2", {}, title), body);
    return async () => {
      const reply = await ask(path, "GET", signal).catch((error) => {
        if (!body.querySelector("div")) body.replaceChildren(h("p", { class: "quiet" }, "Not known yet."));
        throw error;
      });
      const focused = body.contains(document.activeElement) ? document.activeElement : null;
      const place = [...body.querySelectorAll("button")].indexOf(/** @type {HTMLButtonElement} */ (focused));
      body.replaceChildren(h("div", {}, words(reply, button)));
      if (place >= 0) body.querySelectorAll("button")[place]?.focus();
    };
  }

  /** Show everything as it is now. @param {string} done is told then */
  async function refresh(done) {
    const outcomes = await Promise.allSettled(sections.map((load) => load()));
    if (signal.aborted) return;
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed) {
      const { reason } = /** @type {PromiseRejectedResult} */ (failed);
      trouble.replaceChildren(noticeOf(troubleOf(reason), () => refresh(done)));
    } else {
      trouble.replaceChildren();
      announce(done);
    }
  }

  /** @type {Button} */
  function button(name, path, done, { method = "POST", kind = "" } = {}) {
    return h("button", { type: "button", class: kind, onclick: act }, name);

    async function act() {
      try {
        await ask(path, method, signal);
      } catch (error) {
        // A change is made when somebody says so, and not as soon as it is possible.
        if (!signal.aborted) trouble.replaceChildren(noticeOf({ ...troubleOf(error), passes: undefined }, act));
        return;
      }
      await refresh(done);
    }
  }
}

/** Without a limit on the time: some changes take long. And nothing is asked for twice. */
const transport = new Transport(() => location.origin, request, 0, 0);

/**
 * @param {string} path
 * @param {"GET" | "POST" | "DELETE"} method
 * @param {AbortSignal} signal
 */
const ask = async (path, method, signal) =>
  transport.parsed(await transport.text({ method, path: `/api/v1/admin/${path}`, options: { signal } }));

/** @param {string} words @param {string} [kind] */
const mark = (words, kind = "") => h("span", { class: `mark ${kind}` }, words);

/** What a button does, and for those who do not see its row, to what. @param {string} does @param {string} name */
const named = (does, name) => [does, h("span", { class: "unseen" }, ` ${name}`)];

/** @param {unknown[][]} rows @param {string[]} heads */
const table = (heads, rows) =>
  h("table", { class: "admin" },
    h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", {}, rows.map((cells) => h("tr", {}, cells.map((cell) => h("td", {}, cell))))));

/** @param {Schemas["CircuitsReply"]} reply @param {Button} button */
function backends({ circuits }, button) {
  return [
    h("p", { class: "quiet" }, "In this order the gateway asks who speaks for the interviewer. A backend that is switched off is not asked. Switched on again, it is asked at the next reply, whatever it did before."),
    table(["Backend", "State", "Change"], circuits.map(({ backend, state, detail }) => [
      backend,
      [state === "closed" ? mark("asked", "good") : mark("not asked", "warn"), detail && h("div", { class: "quiet" }, detail)],
      state === "closed"
        ? button(named("Switch off", backend), `circuits/${backend}/open`, `${backend} is switched off.`)
        : button(named("Switch on", backend), `circuits/${backend}/close`, `${backend} is switched on.`),
    ])),
  ];
}

/** @param {Schemas["LoadableModelsReply"]} reply @param {Button} button */
function models({ models: found }, button) {
  if (found.length === 0) return [h("p", { class: "quiet" }, "Ollama has no models now.")];
  return [table(["Model", "State", "Change"], found.map(({ id, state }) => {
    const model = `?modelId=${encodeURIComponent(id)}`;
    return [
      id,
      state ?? "unknown",
      state === "installed"
        ? button(named("Load", id), `models/load${model}`, `${id} is loading.`)
        : button(named("Unload", id), `models/unload${model}`, `${id} is unloaded.`),
    ];
  }))];
}

/** @param {Schemas["RepliesReply"]} reply */
function replies({ replies: found }) {
  if (found.length === 0) return [h("p", { class: "quiet" }, "None.")];
  return [table(["Interview", "Who writes", "For", "Streams"], found.map((reply) => [
    h("a", { href: `#/history/${reply.interviewId}` }, reply.interviewId.slice(0, 8)),
    [
      reply.backend ?? "nobody yet",
      reply.phase && ` (${reply.phase})`,
      reply.ofSummary && ", a summary",
      !reply.madeHere && ", at another gateway",
    ],
    took(reply.elapsedMs),
    reply.listeners,
  ]))];
}

/** @param {Schemas["LogReply"]} log @param {Button} button */
function log({ where, isWritable, events, bytes, sealed, scrubsDue }, button) {
  const open = events - sealed;
  return [
    h("dl", {},
      h("dt", {}, "Place"), h("dd", {}, where),
      h("dt", {}, "Can be written"), h("dd", {}, isWritable ? "yes" : "no"),
      h("dt", {}, "Size"), h("dd", { class: "figure" }, counted(events, "event"), bytes != null && `, ${counted(Math.ceil(bytes / 1024), "KiB").replace(/s$/, "")}`),
      h("dt", {}, "Newest checkpoint"), h("dd", { class: "figure" }, open ? `${counted(open, "event")} not covered` : "covers all events"),
      h("dt", {}, "Erased words"), h("dd", { class: "figure" }, scrubsDue ? `${counted(scrubsDue, "erasure")} not yet overwritten in the files` : "all overwritten in the files")),
    h("p", { class: "row" },
      button("Store a checkpoint", "log/seal", "A checkpoint is stored."),
      scrubsDue > 0 && button("Overwrite erased words", "log/scrub", "Tried to overwrite erased words.")),
  ];
}

/** @param {Schemas["RedisReply"]} redis */
function redis({ isSet, url, isOnline, error, latencyMs, gateways, duties }) {
  if (!isSet) return [h("p", { class: "quiet" }, "Not set: this gateway shares nothing with others.")];
  return [
    h("dl", {},
      h("dt", {}, "Place"), h("dd", {}, url),
      h("dt", {}, "State"), h("dd", {}, isOnline ? mark("online", "good") : mark("offline", "warn"), error ? ` ${error}` : latencyMs != null && ` ${took(latencyMs)}`),
      h("dt", {}, "Gateways on this log"), h("dd", { class: "figure" }, gateways ?? "unknown"),
      h("dt", {}, "This one does for all"), h("dd", {}, duties?.join(", ") || "nothing")),
  ];
}

/** @param {Schemas["DrainReply"]} drain @param {Button} button */
function drain({ draining, underWay }, button) {
  return draining
    ? [
      h("p", {}, mark("draining", "warn"), ` The gateway takes no new steps of interviews. ${underWay ? "It still finishes what is in progress." : "Nothing is in progress: you can stop it."}`),
      button("Take new steps again", "drain", "The gateway takes new steps again.", { method: "DELETE" }),
    ]
    : [
      h("p", {}, "Before you stop the gateway, let it finish what is in progress. It refuses new interviews, answers and summaries meanwhile. All can still be read."),
      button("Refuse new steps", "drain", "The gateway takes no new steps.", { kind: "danger" }),
    ];
}

/** @param {Schemas["SettingsReply"]} reply */
function settings({ settings: found }) {
  return [
    h("p", { class: "quiet" }, "As they are in force. Keys, and logins in addresses, are hidden (***)."),
    table(["Setting", "Value", "From"], found.map(({ name, value, isSet }) => [
      h("code", {}, name), value == null ? h("span", { class: "quiet" }, "none") : value, isSet ? "set" : h("span", { class: "quiet" }, "default")
    ])),
  ];
}
