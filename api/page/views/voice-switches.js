/** The switches "Read aloud" and "Dictate". Nothing of it is loaded or asked for before one is pressed. */

import { announce, h } from "../dom.js";
import { language, say } from "../language.js";

/** @typedef {import("../language.js").Key} Key */
/** @typedef {{ stop: () => void }} Voice what a switch has started */
/** @typedef {Voice & { read: (text: string) => void }} Reader */
/** @typedef {Voice & { pause: (isPaused: boolean) => void }} Writer */

/**
 * `write` changes the text in the answer box, `moved` is told when a switch was pressed.
 *
 * @param {{ write: (change: (before: string) => string) => void, moved: () => void, signal: AbortSignal }} options
 */
export function voiceSwitches({ write, moved, signal }) {
  const remark = h("p", { class: "quiet remark" });
  const reading = voiceSwitch("voice.read", startReading);
  const dictating = voiceSwitch("voice.dictate", startDictating);
  /** The interviewer's last words. */
  let latest = "";
  let isOpen = false;
  let isSpeaking = false;
  signal.addEventListener("abort", () => [reading, dictating].forEach(({ off }) => off()), { once: true });

  /** @param {() => void} off @returns {Promise<Reader>} */
  async function startReading(off) {
    const { createReader } = await import("../voice/reader.js");
    const reader = await createReader({ language: language(), speaking, failed: (key) => failed(off, key) });
    if (reading.isOn() && latest) reader.read(latest);
    return reader;
  }

  /** @param {() => void} off @returns {Promise<Writer>} */
  async function startDictating(off) {
    const { createWriter } = await import("../voice/writer.js");
    const writer = await createWriter({ language: language(), write, tell, failed: (key) => failed(off, key) });
    writer.pause(!isOpen || isSpeaking);
    return writer;
  }

  /** The microphone would hear the interviewer. @param {boolean} is */
  function speaking(is) {
    isSpeaking = is;
    dictating.voice()?.pause(!isOpen || isSpeaking);
  }

  /** @param {Key[]} keys */
  function tell(...keys) {
    remark.textContent = keys.map((key) => say(key)).join(" ");
    announce(remark.textContent);
  }

  /** @param {() => void} off @param {Key} key */
  function failed(off, key) {
    off();
    tell(key);
  }

  /**
   * @template {Voice} V
   * @param {Key} label @param {(off: () => void) => Promise<V>} start
   */
  function voiceSwitch(label, start) {
    const button = h("button", { type: "button", class: "small", "aria-pressed": "false", onclick: pressed }, say(label));
    /** @type {V | null} */
    let voice = null;
    let isOn = false;

    async function pressed() {
      moved();
      if (isOn) return off();
      set(true);
      try {
        const started = await start(off);
        if (isOn && !signal.aborted) voice = started;
        else started.stop();
      } catch (error) {
        if (!signal.aborted) failed(off, /** @type {{ key?: Key }} */ (error).key ?? "error.unreachable");
      }
    }

    function off() {
      const stopped = voice;
      voice = null;
      set(false);
      remark.textContent = "";
      stopped?.stop();
    }

    /** @param {boolean} on */
    function set(on) {
      isOn = on;
      button.setAttribute("aria-pressed", String(on));
    }

    return { button, off, voice: () => voice, isOn: () => isOn };
  }

  return {
    buttons: [reading.button, dictating.button],
    remark,

    /** The interviewer has spoken. @param {string} text */
    read(text) {
      if (text === latest) return;
      latest = text;
      reading.voice()?.read(text);
    },

    /** Whether an answer can be given. @param {boolean} is */
    listen(is) {
      isOpen = is;
      dictating.voice()?.pause(!isOpen || isSpeaking);
    },
  };
}
