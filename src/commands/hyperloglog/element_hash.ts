// The hash of an element: which register it belongs to, and what it may raise that register to.

// MurmurHash64A by Austin Appleby (public domain), with the seed that Redis chose. A 64-bit number
// is two halves here: bigints were a hundred times slower.
const SEED = 0xadc83b19;
const MULTIPLIER_HIGH = 0xc6a4a793 | 0;
const MULTIPLIER_LOW = 0x5bd1e995;
const MULTIPLIER_LOW_0 = MULTIPLIER_LOW & 0xffff;
const MULTIPLIER_LOW_1 = MULTIPLIER_LOW >>> 16;

/** Bits of the hash that choose the register. */
const INDEX_BITS = 14;
const INDEX_MASK = (1 << INDEX_BITS) - 1;

/** Register of the last {@link hashElement}, 0 to 16383. */
export let elementRegister = 0;
/** What the last {@link hashElement} may raise its register to, 1 to 51. */
export let elementValue = 0;

/** High half of a number times the multiplier; the low half is the product of the low halves. */
function productHigh(high: number, low: number): number {
  const low0 = low & 0xffff, low1 = low >>> 16;
  const lower = (Math.imul(low0, MULTIPLIER_LOW_0) >>> 16) + Math.imul(low1, MULTIPLIER_LOW_0);
  const upper = (lower & 0xffff) + Math.imul(low0, MULTIPLIER_LOW_1);
  return (Math.imul(low1, MULTIPLIER_LOW_1) + (lower >>> 16) + (upper >>> 16) +
    Math.imul(high, MULTIPLIER_LOW) + Math.imul(low, MULTIPLIER_HIGH)) | 0;
}

/** Hashes an element; the answer is {@link elementRegister} and {@link elementValue}. */
export function hashElement(bytes: Uint8Array, start: number, end: number): void {
  const length = end - start, rest = length & 7, wholeEnd = end - rest;
  let high = productHigh(0, length), low = Math.imul(length, MULTIPLIER_LOW) ^ SEED;
  for (let at = start; at < wholeEnd; at += 8) {
    const wordLow = bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24;
    const wordHigh = bytes[at + 4] | bytes[at + 5] << 8 | bytes[at + 6] << 16 | bytes[at + 7] << 24;
    const mixedHigh = productHigh(wordHigh, wordLow);
    const mixedLow = Math.imul(wordLow, MULTIPLIER_LOW) ^ mixedHigh >>> 15;
    high ^= productHigh(mixedHigh, mixedLow);
    low ^= Math.imul(mixedLow, MULTIPLIER_LOW);
    high = productHigh(high, low);
    low = Math.imul(low, MULTIPLIER_LOW);
  }
  if (rest > 0) {
    for (let i = 0; i < rest; i++) {
      const byte = bytes[wholeEnd + i] << 8 * (i & 3);
      if (i < 4) low ^= byte;
      else high ^= byte;
    }
    high = productHigh(high, low);
    low = Math.imul(low, MULTIPLIER_LOW);
  }
  low ^= high >>> 15;
  high = productHigh(high, low);
  low = Math.imul(low, MULTIPLIER_LOW) ^ high >>> 15;
  elementRegister = low & INDEX_MASK;
  elementValue = 1 + trailingZeros(high, low);
}

/** Zeros at the low end of the hash behind the bits of the register, 50 at most. */
function trailingZeros(high: number, low: number): number {
  const lowBits = high << 32 - INDEX_BITS | low >>> INDEX_BITS;
  if (lowBits !== 0) return 31 - Math.clz32(lowBits & -lowBits);
  const highBits = high >>> INDEX_BITS | 1 << 32 - INDEX_BITS;
  return 63 - Math.clz32(highBits & -highBits);
}
