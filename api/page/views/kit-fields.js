/** The fields of the kit editor, and how the gateway's errors come to stand beside them. */

import { directByText, h } from "../dom.js";

/**
 * Where the fields of a kit are in the page, by the gateway's names for them: `questions[0].text`.
 *
 * @typedef {Map<string, HTMLElement>} Places
 */

/**
 * A part of the form. `read` gives its value, and notes where its fields are.
 *
 * @template [Value=any]
 * @typedef {{ element: HTMLElement, read: (place: string, places: Places) => Value }} Part
 */

let count = 0;

/** An id that no other element has. */
export const freshId = () => `kit-${(count += 1)}`;

/**
 * @param {string} name
 * @param {string | null | undefined} value
 * @param {{ hint?: string, long?: boolean, attributes?: Record<string, unknown> }} [options]
 */
export function textField(name, value, { hint = "", long = false, attributes = {} } = {}) {
  const id = freshId();
  const shared = { id, autocomplete: "off", "aria-describedby": hint ? `${id}-hint` : null, ...attributes };
  const control = long ? h("textarea", { rows: 2, ...shared }, value ?? "") : h("input", { ...shared, value });
  directByText(control);
  const element = h("div", { class: "field" }, h("label", { for: id }, name), control,
    hint && h("p", { class: "quiet hint-below", id: `${id}-hint` }, hint));
  return {
    element,
    control,

    /** @param {string} place @param {Places} places */
    read(place, places) {
      places.set(place, control);
      return control.value.trim();
    },
  };
}

/** Several texts, a line each. @param {string} name @param {string[]} values @param {string} hint @returns {Part<string[]>} */
export function linesField(name, values, hint) {
  const { element, read } = textField(name, values.join("\n"), { hint, long: true });
  return {
    element,
    read: (place, places) => read(place, places).split("\n").map((line) => line.trim()).filter(Boolean),
  };
}

/**
 * Parts of one kind, which can be added, moved up and removed.
 *
 * @template Value
 * @template {Part} Item
 * @param {{ title: string, word: string, values: Value[], make: (value: Value | null) => Item, changed: () => void }} options
 */
export function listOf({ title, word, values, make, changed }) {
  /** @typedef {{ item: Item, frame: HTMLElement, legend: HTMLElement }} Entry */
  /** @type {Entry[]} */
  let entries = [];
  const body = h("div", {});
  const add = h("button", { type: "button", id: freshId(), onclick: () => {
    insert(null);
    redraw();
    /** @type {HTMLElement | null | undefined} */ (body.lastElementChild?.querySelector("input, textarea"))?.focus();
  } }, `Add a ${word}`);
  for (const value of values) insert(value);
  number();

  /** @param {Value | null} value */
  function insert(value) {
    const item = make(value);
    const legend = h("legend", {});
    const frame = h("fieldset", { class: "card part" }, legend, item.element,
      h("p", { class: "row" },
        h("button", { type: "button", class: "small", onclick: () => moveUp(entry) }, "Move up"),
        h("button", { type: "button", class: "small", onclick: () => remove(entry) }, "Remove")));
    /** @type {Entry} */
    const entry = { item, frame, legend };
    entries.push(entry);
    body.append(frame);
  }

  /** @param {Entry} entry */
  function moveUp(entry) {
    const at = entries.indexOf(entry);
    if (at === 0) return;
    entries.splice(at - 1, 2, entry, entries[at - 1]);
    entries[at].frame.before(entry.frame);
    redraw();
    entry.frame.querySelector("button")?.focus();
  }

  /** @param {Entry} entry */
  function remove(entry) {
    entries = entries.filter((one) => one !== entry);
    entry.frame.remove();
    redraw();
    add.focus();
  }

  function number() {
    entries.forEach(({ legend }, n) => {
      legend.textContent = `${word[0].toUpperCase()}${word.slice(1)} ${n + 1}`;
    });
  }

  function redraw() {
    number();
    changed();
  }

  return {
    element: h("section", {}, h("h2", {}, title), body, add),
    items: () => entries.map(({ item }) => item),

    /** @param {string} place @param {Places} places */
    read(place, places) {
      places.set(place, add);
      return entries.map(({ item }, n) => item.read(`${place}[${n}]`, places));
    },
  };
}

/** Take away what earlier errors left. @param {HTMLElement} form */
export function clearErrors(form) {
  for (const wrong of form.querySelectorAll(".wrong")) {
    const control = form.querySelector(`[aria-describedby~="${wrong.id}"]`);
    control?.removeAttribute("aria-invalid");
    control?.setAttribute("aria-describedby", (control.getAttribute("aria-describedby") ?? "").replace(wrong.id, "").trim());
    wrong.remove();
  }
}

/**
 * Put each error beside the field that it names, and go to the first of these fields.
 *
 * @param {{ field: string, message: string }[]} errors @param {Places} places
 * @returns {string[]} those whose field is not in the form
 */
export function showErrors(errors, places) {
  const lost = [];
  /** @type {HTMLElement[]} */
  const marked = [];
  for (const { field, message } of errors) {
    let name = field;
    while (name && !places.has(name)) name = name.replace(/(\[\d+\]|\.?\w+)$/, "");
    const control = places.get(name);
    if (!control) {
      lost.push(`${field}: ${message}`);
      continue;
    }
    const line = /^\[(\d+)\]$/.exec(field.slice(name.length))?.[1];
    const id = freshId();
    const isField = control.matches("input, textarea");
    control.after(h("p", { class: "wrong", id }, line && isField ? `Line ${Number(line) + 1} ${message}` : message));
    if (isField) control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", `${control.getAttribute("aria-describedby") ?? ""} ${id}`.trim());
    marked.push(control);
  }
  marked.sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  const first = marked[0]?.matches("fieldset") ? marked[0].querySelector("input") : marked[0];
  first?.focus();
  return lost;
}
