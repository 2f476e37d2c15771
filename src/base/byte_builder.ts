// Byte output that grows: for payloads, files and messages built piece by piece.
import { copyBytes } from "./bytes.ts";
import { type Integer64, INTEGER64_TEXT_MAX, writeInteger64 } from "./int64.ts";

const FLOAT_BYTES = new Uint8Array(8);
const FLOAT_VIEW = new DataView(FLOAT_BYTES.buffer);

/** Bytes that grow at the end: payloads of DUMP, blocks of a file, texts of INFO. */
export class ByteBuilder {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Number of bytes appended so far. */
  get length(): number {
    return this.#length;
  }

  /** The buffer itself, valid up to `length` and until the next append. */
  get buffer(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /** Forgets the content and keeps the memory. */
  clear(): void {
    this.#length = 0;
  }

  /** Forgets everything from `length` on, which must not be above the present length. */
  truncate(length: number): void {
    if (!(length >= 0 && length <= this.#length)) {
      throw new RangeError(`cannot truncate ${this.#length} bytes to ${length}`);
    }
    this.#length = length;
  }

  byte(value: number): this {
    const at = this.reserve(1);
    this.#bytes[at] = value;
    return this;
  }

  bytes(source: Uint8Array, start = 0, end = source.length): this {
    // A source that is the own buffer stays readable: growing leaves the old one as it was.
    const at = this.reserve(end - start);
    copyBytes(source, start, end, this.#bytes, at);
    return this;
  }

  /** Appends a text known to be ASCII; of other characters the lowest 8 bits would be taken. */
  ascii(text: string): this {
    const at = this.reserve(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes[at + i] = text.charCodeAt(i);
    return this;
  }

  /** Appends an integer in decimal. */
  decimal(value: Integer64): this {
    const at = this.reserve(INTEGER64_TEXT_MAX);
    this.#length = writeInteger64(value, this.#bytes, at);
    return this;
  }

  u16le(value: number): this {
    const at = this.reserve(2);
    this.#bytes[at] = value;
    this.#bytes[at + 1] = value >>> 8;
    return this;
  }

  u32le(value: number): this {
    this.#u32le(this.reserve(4), value);
    return this;
  }

  u32be(value: number): this {
    this.#u32be(this.reserve(4), value);
    return this;
  }

  /** Appends the low 64 bits, so that negative integers come out in two's complement. */
  u64le(value: Integer64): this {
    const at = this.reserve(8);
    const [high, low] = halves(value);
    this.#u32le(at, low);
    this.#u32le(at + 4, high);
    return this;
  }

  /** `u64le` with the most significant byte first. */
  u64be(value: Integer64): this {
    const at = this.reserve(8);
    const [high, low] = halves(value);
    this.#u32be(at, high);
    this.#u32be(at + 4, low);
    return this;
  }

  /** Appends the eight bytes of a double, least significant first. */
  f64le(value: number): this {
    FLOAT_VIEW.setFloat64(0, value, true);
    return this.bytes(FLOAT_BYTES);
  }

  /**
   * Makes room for `count` bytes, counts them as appended, and returns where they start: for
   * callers that write into `buffer` themselves. Ask for `buffer` afterwards: growing replaces it.
   */
  reserve(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#bytes.length) this.#grow(needed);
    this.#length = needed;
    return at;
  }

  /** The bytes so far; valid until the next append. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** The bytes so far, in memory of their own. */
  copy(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.view());
    this.#bytes = grown;
  }

  #u32le(at: number, value: number): void {
    const bytes = this.#bytes;
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
  }

  #u32be(at: number, value: number): void {
    const bytes = this.#bytes;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
  }
}

function halves(value: Integer64): [high: number, low: number] {
  if (typeof value === "number") return [Math.floor(value / 0x1_0000_0000) | 0, value | 0];
  return [Number(BigInt.asIntN(32, value >> 32n)), Number(BigInt.asIntN(32, value))];
}
