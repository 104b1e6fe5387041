/** Whether an event is in the log that a checkpoint vouches for: RFC 9162, 2.1.3.2. */

import { bytesOf, bytesOfBase64, hexOf } from "../bytes.js";

/** Who signed, for how many events, and the root over them. @param {string} note a C2SP checkpoint */
export function parseCheckpoint(note) {
  const [origin, size, root] = note.split("\n");
  return { origin, size: Number(size), root: hexOf(bytesOfBase64(root)) };
}

/**
 * The root that a leaf's proof leads to, in hexadecimal. Throws where the proof has not the length
 * that it must have.
 *
 * @param {string} leaf its hash, in hexadecimal as all of them
 * @param {number} position
 * @param {number} size how many leaves the tree has
 * @param {string[]} proof from the leaf up
 */
export async function rootOf(leaf, position, size, proof) {
  let [at, last] = [position, size - 1];
  let hash = bytesOf(leaf);
  for (const step of proof) {
    if (last === 0) throw new RangeError("The proof is too long.");
    const beside = bytesOf(step);
    if (at % 2 === 1 || at === last) {
      hash = await nodeOf(beside, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      hash = await nodeOf(hash, beside);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  if (last !== 0) throw new RangeError("The proof is too short.");
  return hexOf(hash);
}

/** @param {Uint8Array} left @param {Uint8Array} right */
async function nodeOf(left, right) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array([1, ...left, ...right])));
}
