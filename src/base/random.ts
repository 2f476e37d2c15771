/**
 * Where chance comes from. Everything that samples, shuffles or draws a seed takes a Random, so a
 * test can repeat a run. Not for secrets: ask `crypto` for those.
 */
export interface Random {
  /** A whole number from 0 to 2^32 - 1. */
  next32(): number;
  /** A whole number from 0 to `limit` - 1, each equally likely; `limit` is 1 to 2^53. */
  below(limit: number): number;
  /** A number from 0 inclusive to 1 exclusive, with 53 random bits. */
  nextDouble(): number;
  /** `length` random bytes in memory of their own. */
  bytes(length: number): Uint8Array<ArrayBuffer>;
}

const TWO_32 = 0x1_0000_0000;
const TWO_21 = 0x20_0000;

/** xoshiro128** (Blackman and Vigna): period 2^128 - 1, four 32-bit words of state. */
abstract class Xoshiro128 implements Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(state: Uint32Array) {
    [this.#a, this.#b, this.#c, this.#d] = state;
    // The all-zero state would yield zeros for ever.
    if ((this.#a | this.#b | this.#c | this.#d) === 0) this.#a = 1;
  }

  next32(): number {
    const b = this.#b;
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    this.#c ^= this.#a;
    this.#d ^= b;
    this.#b = b ^ this.#c;
    this.#a ^= this.#d;
    this.#c ^= b << 9;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  below(limit: number): number {
    if (limit > TWO_32) return this.#belowWide(limit);
    // Draws past the last whole multiple of the limit would favour small numbers.
    const unbiased = TWO_32 - TWO_32 % limit;
    let drawn = this.next32();
    while (drawn >= unbiased) drawn = this.next32();
    return drawn % limit;
  }

  #belowWide(limit: number): number {
    const range = TWO_32 * TWO_21;
    const unbiased = range - range % limit;
    let drawn = this.#next53();
    while (drawn >= unbiased) drawn = this.#next53();
    return drawn % limit;
  }

  #next53(): number {
    return (this.next32() >>> 11) * TWO_32 + this.next32();
  }

  nextDouble(): number {
    return this.#next53() / (TWO_32 * TWO_21);
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    const words = new Uint32Array((length + 3) >>> 2);
    for (let i = 0; i < words.length; i++) words[i] = this.next32();
    return new Uint8Array(words.buffer, 0, length);
  }
}

/** A fast generator whose state is drawn once from the operating system. */
export class SystemRandom extends Xoshiro128 {
  constructor() {
    super(crypto.getRandomValues(new Uint32Array(4)));
  }
}

/** The same numbers for the same seed, on every system and in every version. */
export class SeededRandom extends Xoshiro128 {
  /** `seed` is taken modulo 2^32. */
  constructor(seed: number) {
    super(expandSeed(seed));
  }
}

// SplitMix32: nearby seeds give unrelated states.
function expandSeed(seed: number): Uint32Array {
  const state = new Uint32Array(4);
  let sum = seed >>> 0;
  for (let i = 0; i < 4; i++) {
    sum = (sum + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(sum ^ (sum >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    state[i] = mixed ^ (mixed >>> 15);
  }
  return state;
}
