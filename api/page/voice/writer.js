/**
 * Writes down what the candidate says: by the browser's speech recognition, or else by the voice
 * service. The words go into the answer box, where they can be corrected.
 */

import { base64Of } from "../bytes.js";
import { ask, isServiceUp, VoiceError } from "./service.js";

/** @typedef {import("../language.js").Key} Key */
/** @typedef {import("../views/voice-switches.js").Writer} Writer */

/**
 * `write` changes the text of the box, `tell` says what goes on.
 *
 * @typedef {{ language: string, write: (change: (before: string) => string) => void, tell: (...keys: Key[]) => void, failed: (key: Key) => void }} Options
 */

/**
 * A SpeechRecognition, as far as it is used here: TypeScript does not know it.
 *
 * @typedef {EventTarget & { lang: string, continuous: boolean, interimResults: boolean, start: () => void, abort: () => void }} Recognition
 * @typedef {Event & { resultIndex: number, results: ArrayLike<ArrayLike<{ transcript: string }> & { isFinal: boolean }> }} Heard
 */

/** A recognizer wants a region to know a language by. @type {Record<string, string>} */
const REGIONS = { en: "en-US", de: "de-DE", fr: "fr-FR", es: "es-ES", pt: "pt-BR", hi: "hi-IN", bn: "bn-BD", ar: "ar-SA", zh: "zh-CN" };

/** Some 5 MB of the 25 MB that the gateway takes. */
const MOST_RECORDED_MS = 10 * 60_000;

/** @param {Options} options @returns {Promise<Writer>} @throws VoiceError */
export async function createWriter(options) {
  const { SpeechRecognition, webkitSpeechRecognition } = /** @type {any} */ (globalThis);
  const Recognition = SpeechRecognition ?? webkitSpeechRecognition;
  if (Recognition) return byBrowser(new Recognition(), options);
  if (navigator.mediaDevices && (await isServiceUp())) return byService(options);
  throw new VoiceError("voice.no-dictation");
}

/** @param {Recognition} recognition @param {Options} options @returns {Writer} */
function byBrowser(recognition, { language, write, tell, failed }) {
  const { speechEnded, speechHeard } = utterances(write);
  let isOn = false;
  Object.assign(recognition, { lang: preferredRegion(language), continuous: true, interimResults: true });
  recognition.addEventListener("result", (event) => {
    const { resultIndex, results } = /** @type {Heard} */ (event);
    for (const result of Array.from(results).slice(resultIndex)) {
      speechHeard(result[0].transcript.trim());
      if (result.isFinal) speechEnded();
    }
  });
  recognition.addEventListener("end", () => {
    speechEnded();
    if (isOn) recognition.start(); // a silence has ended it
  });
  recognition.addEventListener("error", (event) => {
    const { error } = /** @type {Event & { error: string }} */ (event);
    if (error === "no-speech" || error === "aborted") return;
    isOn = false;
    failed(error === "not-allowed" || error === "audio-capture" ? "voice.no-microphone" : "voice.failed");
  });
  tell("voice.listening", "voice.by-browser");
  return {
    pause(isPaused) {
      if (isOn === !isPaused) return;
      isOn = !isPaused;
      if (isOn) recognition.start();
      else recognition.abort();
    },
    stop() {
      isOn = false;
      recognition.abort();
    },
  };
}

/**
 * Words that are still being recognized change. They are written anew as long as nobody has changed
 * the text meanwhile.
 *
 * @param {Options["write"]} write
 */
function utterances(write) {
  let base = "";
  let shown = "";
  return {
    /** @param {string} words all of the utterance so far */
    speechHeard: (words) =>
      write((before) => {
        if (!shown || before !== shown) base = before;
        shown = joined(base, words);
        return shown;
      }),
    speechEnded() {
      shown = "";
    },
  };
}

/** @param {string} before @param {string} words */
const joined = (before, words) => (!before || /\s$/.test(before) ? before + words : `${before} ${words}`);

/** The region that the browser is set to, if it is one of the language's. @param {string} language */
const preferredRegion = (language) =>
  navigator.languages.find((tag) => tag.includes("-") && tag.split("-")[0] === language) ?? REGIONS[language] ?? language;

/** Records until the switch is pressed again. @param {Options} options @returns {Promise<Writer>} */
async function byService({ language, write, tell, failed }) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => {
    throw new VoiceError("voice.no-microphone");
  });
  /** @type {MediaRecorder | null} */
  let recorder = null;
  let ending = 0;
  tell("voice.by-service");

  /** @param {Blob} recorded */
  async function transcribe(recorded) {
    tell("voice.writing");
    try {
      const sound = base64Of(new Uint8Array(await recorded.arrayBuffer()));
      const { text } = await (await ask("transcribe", { audio_base64: sound, language }, AbortSignal.timeout(60_000))).json();
      write((before) => joined(before, String(text).trim()));
      tell("voice.written");
    } catch {
      tell("voice.failed");
    }
  }

  return {
    pause(isPaused) {
      if (isPaused) recorder?.pause();
      else if (recorder) recorder.resume();
      else {
        recorder = new MediaRecorder(stream, { audioBitsPerSecond: 32_000 });
        recorder.addEventListener("dataavailable", ({ data }) => transcribe(data));
        recorder.start();
        ending = setTimeout(() => failed("voice.writing"), MOST_RECORDED_MS);
      }
    },
    stop() {
      clearTimeout(ending);
      recorder?.stop(); // what was recorded comes now
      for (const track of stream.getTracks()) track.stop();
    },
  };
}
