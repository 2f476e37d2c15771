/**
 * CRC-64 as RDB files, DUMP payloads and RESTORE carry it: the Jones polynomial
 * 0xad93d23594c935a9, bits reflected, started at 0 and not inverted at the end.
 * `new Crc64().update(ascii "123456789")` is 0xe9c6d914c4b8d9ca.
 */
export class Crc64 {
  /** Upper and lower 32 bits of the sum so far, as signed integers. */
  high = 0;
  low = 0;

  reset(): this {
    this.high = 0;
    this.low = 0;
    return this;
  }

  /** Takes in `bytes[start, end)`; texts may come in pieces of any length. */
  update(bytes: Uint8Array, start = 0, end = bytes.length): this {
    if (LOW[1] === 0) fillTables();
    // Making the view costs as much as some hundred bytes.
    if (end - start < WORDS_MIN_BYTES) return this.#byBytes(bytes, start, end);
    const head = start + (-(bytes.byteOffset + start) & 3), tail = end - (end - head & 15);
    this.#byBytes(bytes, start, head);
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + head, (tail - head) >>> 2);
    for (let at = 0; at < words.length; at += CALL_WORDS) {
      this.#byWords(words, at, Math.min(at + CALL_WORDS, words.length));
    }
    return this.#byBytes(bytes, tail, end);
  }

  #byBytes(bytes: Uint8Array, start: number, end: number): this {
    let high = this.high;
    let low = this.low;
    let at = start;
    // Eight bytes a turn, a table for each: measured 1 ns a byte against 2 ns one by one.
    for (const wholeEnd = end - 7; at < wholeEnd; at += 8) {
      const a = low ^
        (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24));
      const b = high ^
        (bytes[at + 4] | (bytes[at + 5] << 8) | (bytes[at + 6] << 16) | (bytes[at + 7] << 24));
      const i7 = 0x700 | (a & 0xff);
      const i6 = 0x600 | ((a >>> 8) & 0xff);
      const i5 = 0x500 | ((a >>> 16) & 0xff);
      const i4 = 0x400 | (a >>> 24);
      const i3 = 0x300 | (b & 0xff);
      const i2 = 0x200 | ((b >>> 8) & 0xff);
      const i1 = 0x100 | ((b >>> 16) & 0xff);
      const i0 = b >>> 24;
      low = LOW[i7] ^ LOW[i6] ^ LOW[i5] ^ LOW[i4] ^ LOW[i3] ^ LOW[i2] ^ LOW[i1] ^ LOW[i0];
      high = HIGH[i7] ^ HIGH[i6] ^ HIGH[i5] ^ HIGH[i4] ^ HIGH[i3] ^ HIGH[i2] ^ HIGH[i1] ^
        HIGH[i0];
    }
    for (; at < end; at++) {
      const index = (low ^ bytes[at]) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ LOW[index];
      high = (high >>> 8) ^ HIGH[index];
    }
    this.high = high;
    this.low = low;
    return this;
  }

  /** Four little-endian words a turn, a table for each of their bytes: 0.7 ns a byte. */
  #byWords(words: Int32Array, from: number, to: number): void {
    let { high, low } = this;
    for (let at = from; at < to; at += 4) {
      const a = low ^ words[at], b = high ^ words[at + 1], c = words[at + 2], d = words[at + 3];
      const i15 = 0xf00 | (a & 255), i14 = 0xe00 | (a >>> 8 & 255);
      const i13 = 0xd00 | (a >>> 16 & 255), i12 = 0xc00 | a >>> 24;
      const i11 = 0xb00 | (b & 255), i10 = 0xa00 | (b >>> 8 & 255);
      const i9 = 0x900 | (b >>> 16 & 255), i8 = 0x800 | b >>> 24;
      const i7 = 0x700 | (c & 255), i6 = 0x600 | (c >>> 8 & 255);
      const i5 = 0x500 | (c >>> 16 & 255), i4 = 0x400 | c >>> 24;
      const i3 = 0x300 | (d & 255), i2 = 0x200 | (d >>> 8 & 255);
      const i1 = 0x100 | (d >>> 16 & 255), i0 = d >>> 24;
      low = LOW[i15] ^ LOW[i14] ^ LOW[i13] ^ LOW[i12] ^ LOW[i11] ^ LOW[i10] ^ LOW[i9] ^ LOW[i8] ^
        (LOW[i7] ^ LOW[i6] ^ LOW[i5] ^ LOW[i4] ^ LOW[i3] ^ LOW[i2] ^ LOW[i1] ^ LOW[i0]);
      high = HIGH[i15] ^ HIGH[i14] ^ HIGH[i13] ^ HIGH[i12] ^ HIGH[i11] ^ HIGH[i10] ^ HIGH[i9] ^
        HIGH[i8] ^
        (HIGH[i7] ^ HIGH[i6] ^ HIGH[i5] ^ HIGH[i4] ^ HIGH[i3] ^ HIGH[i2] ^ HIGH[i1] ^ HIGH[i0]);
    }
    this.high = high;
    this.low = low;
  }

  /** Writes the sum as eight bytes, least significant first, as files store it. */
  write(target: Uint8Array, at: number): void {
    for (let i = 0; i < 4; i++) {
      target[at + i] = this.low >>> (8 * i);
      target[at + 4 + i] = this.high >>> (8 * i);
    }
  }

  /** Whether the eight bytes at `at` are this sum, least significant first. */
  matches(bytes: Uint8Array, at: number): boolean {
    for (let i = 0; i < 4; i++) {
      if (bytes[at + i] !== ((this.low >>> (8 * i)) & 0xff)) return false;
      if (bytes[at + 4 + i] !== ((this.high >>> (8 * i)) & 0xff)) return false;
    }
    return true;
  }

  /** The sum as an unsigned integer. */
  toBigInt(): bigint {
    return (BigInt(this.high >>> 0) << 32n) | BigInt(this.low >>> 0);
  }
}

const WORDS_MIN_BYTES = 256;
/** Words of one call: a loop that never ended is compiled again each time that it ends. */
const CALL_WORDS = 1024;

// Sixteen tables of 256: the sum of a byte that is followed by 0 to 15 zero bytes. Filled when the
// first sum is computed, because a server may start without one.
const LOW = new Int32Array(16 * 256);
const HIGH = new Int32Array(16 * 256);

// The polynomial with its bits reflected, in halves.
const POLYNOMIAL_HIGH = 0x95ac9329;
const POLYNOMIAL_LOW = 0xac4bc9b5;

function fillTables(): void {
  for (let byte = 0; byte < 256; byte++) {
    let high = 0;
    let low = byte;
    for (let bit = 0; bit < 8; bit++) {
      const odd = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (odd) {
        low ^= POLYNOMIAL_LOW;
        high ^= POLYNOMIAL_HIGH;
      }
    }
    LOW[byte] = low;
    HIGH[byte] = high;
  }
  for (let index = 256; index < LOW.length; index++) {
    const low = LOW[index - 256], high = HIGH[index - 256];
    LOW[index] = ((low >>> 8) | (high << 24)) ^ LOW[low & 0xff];
    HIGH[index] = (high >>> 8) ^ HIGH[low & 0xff];
  }
}
