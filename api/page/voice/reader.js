/** Reads the interviewer's words aloud: by a voice of the browser, or else by the voice service. */

import { bytesOfBase64 } from "../bytes.js";
import { sentencesOf } from "../views/sentences.js";
import { ask, isServiceUp, VoiceError } from "./service.js";

/** @typedef {import("../language.js").Key} Key */

/**
 * What a reader is told: the language, and whom to tell that it speaks, or that it cannot.
 *
 * @typedef {{ language: string, speaking: (isSpeaking: boolean) => void, failed: (key: Key) => void }} Options
 */

/** Browsers list their voices some time after they were asked first. */
const VOICES_MS = 1000;

/** @param {Options} options @returns {Promise<import("../views/voice-switches.js").Reader>} @throws VoiceError */
export async function createReader(options) {
  const voice = await voiceOf(options.language);
  if (voice) return byBrowser(voice, options);
  if (await isServiceUp()) return byService(options);
  throw new VoiceError("voice.no-reading");
}

/** A voice for a language; one on this machine, if there is one. @param {string} language */
async function voiceOf(language) {
  if (!("speechSynthesis" in globalThis)) return null;
  if (speechSynthesis.getVoices().length === 0) {
    await new Promise((resolve) => {
      speechSynthesis.addEventListener("voiceschanged", resolve, { once: true });
      setTimeout(resolve, VOICES_MS);
    });
  }
  const voices = speechSynthesis.getVoices().filter(({ lang }) => lang.toLowerCase().split(/[-_]/)[0] === language);
  return voices.find(({ localService }) => localService) ?? voices[0] ?? null;
}

/** @param {SpeechSynthesisVoice} voice @param {Options} options */
function byBrowser(voice, { speaking, failed }) {
  let current = 0;
  return {
    /** @param {string} text */
    read(text) {
      speechSynthesis.cancel();
      const turn = (current += 1);
      const sentences = sentencesOf(text).map((sentence) => sentence.trim()).filter(Boolean);
      // Chromium falls silent in an utterance that takes longer than a quarter of a minute.
      sentences.forEach((sentence, n) => {
        const utterance = new SpeechSynthesisUtterance(sentence);
        utterance.voice = voice;
        utterance.lang = voice.lang;
        utterance.onend = () => turn === current && n === sentences.length - 1 && speaking(false);
        utterance.onerror = ({ error }) => {
          if (turn !== current || error === "canceled" || error === "interrupted") return;
          speaking(false);
          failed("voice.reading-failed");
        };
        speechSynthesis.speak(utterance);
      });
      speaking(sentences.length > 0);
    },
    stop() {
      current += 1;
      speechSynthesis.cancel();
      speaking(false);
    },
  };
}

/** @param {Options} options */
function byService({ language, speaking, failed }) {
  const audio = new AudioContext();
  let turn = new AbortController();
  /** @type {AudioBufferSourceNode | null} */
  let source = null;

  function hush() {
    turn.abort();
    source?.stop();
    source = null;
  }

  return {
    /** @param {string} text */
    async read(text) {
      hush();
      const { signal } = (turn = new AbortController());
      try {
        const sound = await audio.decodeAudioData(await soundOf(await ask("synthesize", { text, language }, signal)));
        if (signal.aborted) return;
        source = new AudioBufferSourceNode(audio, { buffer: sound });
        source.connect(audio.destination);
        source.onended = () => signal.aborted || speaking(false);
        source.start();
        speaking(true);
      } catch {
        if (!signal.aborted) failed("voice.reading-failed");
      }
    },
    stop() {
      hush();
      speaking(false);
      audio.close();
    },
  };
}

/** The service answers with sound, or with JSON that holds it. @param {Response} response @returns {Promise<ArrayBuffer>} */
async function soundOf(response) {
  if (!response.headers.get("content-type")?.includes("json")) return response.arrayBuffer();
  const { audio_data: sound } = await response.json();
  return /** @type {ArrayBuffer} */ (bytesOfBase64(sound).buffer);
}
