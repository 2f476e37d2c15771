// HalfSipHash-1-3, keyed: the hash of every table. Collisions cannot be chosen without the key.
// Source: "SipHash: a fast short-input PRF", Aumasson and Bernstein, and its 32-bit reference variant.

import { wordsOf } from "../base/words.ts";

/** The key of the hash, two 32-bit halves, drawn once per process. */
export interface HashKey {
  readonly k0: number;
  readonly k1: number;
}

const NO_BYTES = new Uint8Array(0);

let knownBytes: Uint8Array = NO_BYTES;
let knownStart = -1;
let knownEnd = 0;
let knownHash = 0;

/**
 * Says the hash of `bytes[start..end)` beforehand, until {@link forgetHash}: the bytes do not change
 * till then, and nobody hashes them under another key.
 */
export function knowHash(bytes: Uint8Array, start: number, end: number, hash: number): void {
  knownBytes = bytes;
  knownStart = start;
  knownEnd = end;
  knownHash = hash;
}

/** No hash is known beforehand any more. */
export function forgetHash(): void {
  knownStart = -1;
}

/**
 * The 32-bit hash of `bytes[start..end)`, as a signed integer. 32-bit words keep it in machine
 * integers: 16 bytes take about as long as a byte-wise FNV would, which anybody could attack.
 */
export function halfSipHash(bytes: Uint8Array, start: number, end: number, key: HashKey): number {
  if (start === knownStart && bytes === knownBytes && end === knownEnd) return knownHash;
  const words = wordsOf(bytes);
  if (words !== undefined && end - start >= 4) return hashWords(words, start, end, key);
  let v0 = key.k0, v1 = key.k1, v2 = 0x6c796765 ^ key.k0, v3 = 0x74656462 ^ key.k1;
  const length = end - start;
  const wordsEnd = end - (length & 3);
  let at = start;
  for (; at < wordsEnd; at += 4) {
    const m = bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24;
    v3 ^= m;
    v0 = (v0 + v1) | 0;
    v1 = (v1 << 5 | v1 >>> 27) ^ v0;
    v0 = v0 << 16 | v0 >>> 16;
    v2 = (v2 + v3) | 0;
    v3 = (v3 << 8 | v3 >>> 24) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = (v3 << 7 | v3 >>> 25) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = (v1 << 13 | v1 >>> 19) ^ v2;
    v2 = v2 << 16 | v2 >>> 16;
    v0 ^= m;
  }
  let last = length << 24;
  if (at < end) last |= bytes[at];
  if (at + 1 < end) last |= bytes[at + 1] << 8;
  if (at + 2 < end) last |= bytes[at + 2] << 16;
  v3 ^= last;
  for (let round = 0; round < 4; round++) {
    if (round === 1) {
      v0 ^= last;
      v2 ^= 0xff;
    }
    v0 = (v0 + v1) | 0;
    v1 = (v1 << 5 | v1 >>> 27) ^ v0;
    v0 = v0 << 16 | v0 >>> 16;
    v2 = (v2 + v3) | 0;
    v3 = (v3 << 8 | v3 >>> 24) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = (v3 << 7 | v3 >>> 25) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = (v1 << 13 | v1 >>> 19) ^ v2;
    v2 = v2 << 16 | v2 >>> 16;
  }
  return v1 ^ v3;
}

/** The same of an array that is read by words; at least four bytes. */
function hashWords(words: DataView, start: number, end: number, key: HashKey): number {
  let v0 = key.k0, v1 = key.k1, v2 = 0x6c796765 ^ key.k0, v3 = 0x74656462 ^ key.k1;
  const length = end - start;
  const wordsEnd = end - (length & 3);
  let at = start;
  for (; at < wordsEnd; at += 4) {
    const m = words.getInt32(at, true);
    v3 ^= m;
    v0 = (v0 + v1) | 0;
    v1 = (v1 << 5 | v1 >>> 27) ^ v0;
    v0 = v0 << 16 | v0 >>> 16;
    v2 = (v2 + v3) | 0;
    v3 = (v3 << 8 | v3 >>> 24) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = (v3 << 7 | v3 >>> 25) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = (v1 << 13 | v1 >>> 19) ^ v2;
    v2 = v2 << 16 | v2 >>> 16;
    v0 ^= m;
  }
  const rest = length & 3;
  const last = length << 24 | (rest === 0 ? 0 : words.getInt32(end - 4, true) >>> 32 - rest * 8);
  v3 ^= last;
  for (let round = 0; round < 4; round++) {
    if (round === 1) {
      v0 ^= last;
      v2 ^= 0xff;
    }
    v0 = (v0 + v1) | 0;
    v1 = (v1 << 5 | v1 >>> 27) ^ v0;
    v0 = v0 << 16 | v0 >>> 16;
    v2 = (v2 + v3) | 0;
    v3 = (v3 << 8 | v3 >>> 24) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = (v3 << 7 | v3 >>> 25) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = (v1 << 13 | v1 >>> 19) ^ v2;
    v2 = v2 << 16 | v2 >>> 16;
  }
  return v1 ^ v3;
}
