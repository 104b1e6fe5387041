/**
 * ChaCha20 (RFC 8439). The browser's own ciphers answer later, when a tab may be closed already.
 */

const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];
const COUNTER = 12;
const BLOCK = 64;
const DOUBLE_ROUNDS = 10;
const QUARTERS = [
  [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15], // the columns
  [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14], // the diagonals
];

/**
 * The bytes encrypted, or decrypted: it is the same. No two texts may have the same key and nonce.
 *
 * @param {Uint8Array} key 32 bytes
 * @param {Uint8Array} nonce 12 bytes
 * @param {Uint8Array} bytes
 */
export function chacha20(key, nonce, bytes) {
  const start = Uint32Array.from([...CONSTANTS, ...wordsOf(key), 1, ...wordsOf(nonce)]);
  const result = Uint8Array.from(bytes);
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const words = start.slice();
    for (let round = 0; round < DOUBLE_ROUNDS; round += 1) {
      for (const [a, b, c, d] of QUARTERS) stir(words, a, b, c, d);
    }
    for (let n = 0; n < words.length; n += 1) words[n] += start[n];
    const stream = new Uint8Array(words.buffer);
    const end = Math.min(BLOCK, bytes.length - at);
    for (let n = 0; n < end; n += 1) result[at + n] ^= stream[n];
    start[COUNTER] += 1;
  }
  return result;
}

/** The quarter round. @type {(words: Uint32Array, a: number, b: number, c: number, d: number) => void} */
function stir(words, a, b, c, d) {
  words[a] += words[b]; words[d] = turned(words[d] ^ words[a], 16);
  words[c] += words[d]; words[b] = turned(words[b] ^ words[c], 12);
  words[a] += words[b]; words[d] = turned(words[d] ^ words[a], 8);
  words[c] += words[d]; words[b] = turned(words[b] ^ words[c], 7);
}

/** @param {number} word @param {number} by bits to the left */
const turned = (word, by) => (word << by) | (word >>> (32 - by));

/** As little-endian numbers, which all machines with a browser are. @param {Uint8Array} bytes */
const wordsOf = (bytes) => new Uint32Array(Uint8Array.from(bytes).buffer);
