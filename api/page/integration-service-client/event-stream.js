/** Server-sent events, decoded from bytes that may be split anywhere. No I/O. */

/**
 * @typedef {object} ServerEvent
 * @property {string} type "message" if the event has none
 * @property {string} id "" if the event has none
 * @property {string} data
 */

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
export class EventStreamDecoder {
  /** Passes over a byte order mark, and keeps the bytes of a split character. */
  #text = new TextDecoder();
  #line = "";
  #endedInCr = false;
  #type = "";
  #id = "";
  /** @type {string[]} */
  #data = [];

  /** The events that these bytes complete. @param {Uint8Array} bytes @returns {ServerEvent[]} */
  push(bytes) {
    let text = this.#text.decode(bytes, { stream: true });
    if (text === "") return [];
    if (this.#endedInCr && text.startsWith("\n")) text = text.slice(1);
    this.#endedInCr = text.endsWith("\r");
    const lines = text.split(/\r\n|\n|\r/);
    lines[0] = this.#line + lines[0];
    this.#line = /** @type {string} */ (lines.pop());
    return lines.flatMap((line) => this.#take(line));
  }

  /** @param {string} line @returns {ServerEvent[]} */
  #take(line) {
    if (line === "") return this.#complete();
    const [, name, value] = /** @type {RegExpExecArray} */ (/^([^:]*):? ?(.*)$/s.exec(line));
    if (name === "event") this.#type = value;
    else if (name === "data") this.#data.push(value);
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    return []; // a comment has no name
  }

  #complete() {
    const event = { type: this.#type || "message", id: this.#id, data: this.#data.join("\n") };
    const isWhole = this.#data.length > 0;
    this.#type = this.#id = "";
    this.#data = [];
    return isWhole ? [event] : [];
  }
}
