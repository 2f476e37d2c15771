// SHA-1 of bytes that are at hand. Source: FIPS 180-4. The runtime's own one takes several
// microseconds to set up, which is most of the time where many short texts are summed.

/** Length of a sum. */
export const SHA1_BYTES = 20;

const BLOCK = 64;
/** What is put behind the data at least: a mark and eight bytes of length. */
const TAIL_MIN = 9;

const words = new Int32Array(80);
const state = new Int32Array(5);
/** The end of the data with its padding: one block or two. */
const tail = new Uint8Array(2 * BLOCK);

/** Writes the sum of `bytes` from `start` to `end` over the first 20 bytes of `sum`, which may be the same array. */
export function sha1(bytes: Uint8Array, start: number, end: number, sum: Uint8Array): void {
  state[0] = 0x67452301;
  state[1] = 0xefcdab89;
  state[2] = 0x98badcfe;
  state[3] = 0x10325476;
  state[4] = 0xc3d2e1f0;
  let at = start;
  for (; end - at >= BLOCK; at += BLOCK) block(bytes, at);
  const rest = end - at;
  for (let i = 0; i < rest; i++) tail[i] = bytes[at + i];
  const padded = rest + TAIL_MIN <= BLOCK ? BLOCK : 2 * BLOCK;
  tail[rest] = 0x80;
  tail.fill(0, rest + 1, padded);
  // The length in bits, of which a number of bytes below 2^53 takes at most 56.
  let bits = (end - start) * 8;
  for (let i = padded - 1; bits > 0; i--) {
    tail[i] = bits % 256;
    bits = Math.floor(bits / 256);
  }
  for (let from = 0; from < padded; from += BLOCK) block(tail, from);
  for (let i = 0; i < SHA1_BYTES; i++) sum[i] = state[i >> 2] >>> (24 - 8 * (i & 3));
}

function block(bytes: Uint8Array, at: number): void {
  const w = words;
  for (let i = 0; i < 16; i++, at += 4) {
    w[i] = bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
  }
  for (let i = 16; i < 80; i++) {
    const word = w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16];
    w[i] = word << 1 | word >>> 31;
  }
  let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
  for (let i = 0; i < 80; i++) {
    let mixed: number;
    if (i < 20) mixed = (b & c | ~b & d) + 0x5a827999;
    else if (i < 40) mixed = (b ^ c ^ d) + 0x6ed9eba1;
    else if (i < 60) mixed = (b & c | b & d | c & d) + 0x8f1bbcdc;
    else mixed = (b ^ c ^ d) + 0xca62c1d6;
    const next = ((a << 5 | a >>> 27) + mixed + e + w[i]) | 0;
    e = d;
    d = c;
    c = b << 30 | b >>> 2;
    b = a;
    a = next;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
}
