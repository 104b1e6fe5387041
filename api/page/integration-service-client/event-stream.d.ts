/** Server-sent events, decoded from bytes that may be split anywhere. No I/O. */
/**
 * @typedef {object} ServerEvent
 * @property {string} type "message" if the event has none
 * @property {string} id "" if the event has none
 * @property {string} data
 */
/** https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
export class EventStreamDecoder {
    /** The events that these bytes complete. @param {Uint8Array} bytes @returns {ServerEvent[]} */
    push(bytes: Uint8Array): ServerEvent[];
    #private;
}
export type ServerEvent = {
    /**
     * "message" if the event has none
     */
    type: string;
    /**
     * "" if the event has none
     */
    id: string;
    data: string;
};
