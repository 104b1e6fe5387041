/**
 * Elements from JavaScript. What anybody said becomes text and nothing else: there is no way here
 * to make markup of a string.
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element. Attributes whose value is null, undefined or false are left out, `true` makes a
 * bare one, and functions listen: `h("button", { type: "button", onclick: go }, "Go")`.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...unknown} children nodes, texts, numbers, or lists of them; nothing for null and false
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/**
 * An SVG element, in the same way.
 *
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...unknown} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * @template {Element} E
 * @param {E} element
 * @param {Record<string, unknown>} attributes
 * @param {unknown[]} children
 * @returns {E}
 */
function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") {
      element.addEventListener(name.replace(/^on/, ""), /** @type {EventListener} */ (value));
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...nodes(children));
  return element;
}

/**
 * @param {unknown[]} children
 * @returns {(Node | string)[]}
 */
function nodes(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false)
    .flatMap((child) => (child instanceof Node ? child : withControlsShown(String(child))));
}

/** Marks that turn the direction of what follows. Two that only isolate are left: the page writes them. */
const TURNS = /([\u202a-\u202e\u2066\u2067])/u;

/**
 * A text, in which each mark that turns its direction is shown by its code and turns nothing: in an
 * element of its own, and so without an effect beyond it.
 *
 * @param {string} text
 * @returns {(Node | string)[]}
 */
function withControlsShown(text) {
  if (!TURNS.test(text)) return [text];
  return text.split(TURNS).map((part) => {
    if (!TURNS.test(part)) return part;
    const shown = document.createElement("bdi");
    shown.className = "control";
    shown.dataset.code = `U+${part.charCodeAt(0).toString(16).toUpperCase()}`;
    shown.textContent = part;
    return shown;
  });
}

/** Write an empty field in the page's direction, and a text in its own. @param {HTMLInputElement | HTMLTextAreaElement} field */
export function directByText(field) {
  const direct = () => (field.value ? field.setAttribute("dir", "auto") : field.removeAttribute("dir"));
  field.addEventListener("input", direct);
  direct();
  return direct;
}

/** Tell those who do not see the page what has changed on it. @param {string} text */
export function announce(text) {
  const announcer = /** @type {HTMLElement} */ (document.getElementById("announcer"));
  announcer.textContent = text;
}

/** So long a sentence stays for a screen reader: it reads it at once, and would find it again later. */
const SPOKEN_MS = 7000;

/** Tell a sentence of several: none replaces the one before. @param {string} text */
export function announceNext(text) {
  const reader = /** @type {HTMLElement} */ (document.getElementById("reader"));
  const sentence = h("p", {}, text);
  reader.append(sentence);
  setTimeout(() => sentence.remove(), SPOKEN_MS);
}
