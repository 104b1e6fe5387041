/** Texts in parts: where sentences end, which one is the question, how far two texts are the same. */

/** The end of a sentence, with the white space behind it. A point inside a number or name is none. */
const END = /(?:[.!?…]+["'”’»)\]]*(?=\s)|[。！？؟।]+["'”’」』）]*|\n)\s*/gu;
const ASKS = /[?？؟]["'”’»)\]」』）]*\s*$/u;
/** As `question_label` of the built-in words has it in each language. */
const LABEL = /(?<!\p{L})(?:(?:Question|Frage|Pregunta|Pergunta|प्रश्न|প্রশ্ন|السؤال) \d+\s*:|第\d+题：)/u;
/** What can become a label with the next words. */
const LABEL_BEGUN = /(?<=^|\s)(?:(?:Question|Frage|Pregunta|Pergunta|प्रश्न|প্রশ্ন|السؤال)(?: \d*)?|第\d*)$/u;

/** Whether a line is a question with its label. @param {string} line */
export const isLabelled = (line) => line.search(LABEL) === 0;

/** The sentences of a text, which put together are the text. @param {string} text */
export function sentencesOf(text) {
  const ends = [...text.matchAll(END)].map((match) => match.index + match[0].length);
  return [0, ...ends].map((from, n) => text.slice(from, ends[n])).filter(Boolean);
}

/** How much of a text, of which more may come, is whole sentences. @param {string} text */
export function lengthInSentences(text) {
  let length = 0;
  for (const match of text.matchAll(END)) length = match.index + match[0].length;
  return length;
}

/**
 * Where the question of a reply begins and ends: from its label on, else its last sentence that asks.
 * Before the reply is whole, only a label tells.
 *
 * @param {string} text
 * @param {boolean} isWhole
 * @returns {[number, number]} both the text's length if there is no question
 */
export function questionIn(text, isWhole) {
  const labelled = text.search(LABEL);
  if (labelled >= 0) return [labelled, text.trimEnd().length];
  if (!isWhole) {
    const begun = text.search(LABEL_BEGUN);
    return [begun < 0 ? text.length : begun, text.length];
  }
  let end = text.length;
  for (const sentence of sentencesOf(text).reverse()) {
    const from = end - sentence.length;
    if (ASKS.test(sentence)) return [from, from + sentence.trimEnd().length];
    end = from;
  }
  return [text.length, text.length];
}

/** How much of the two is the same from the beginning, in whole characters. @param {string} one @param {string} other */
export function commonLength(one, other) {
  let length = 0;
  const most = Math.min(one.length, other.length);
  while (length < most && one.charCodeAt(length) === other.charCodeAt(length)) length += 1;
  return length > 0 && /[\ud800-\udbff]/.test(one[length - 1]) ? length - 1 : length;
}
