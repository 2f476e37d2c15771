// One element of a listpack: written, read as text, compared. A text that spells a 64-bit integer
// canonically is kept as that integer, by every writer alike.
import { copyBytes } from "../base/bytes.ts";
import { type Integer64, INTEGER64_TEXT_MAX, parseInt64, writeInteger64 } from "../base/int64.ts";
import type { Slice } from "../base/slice.ts";
import {
  backLengthBytes,
  elementBytes,
  elementInteger,
  ENCODING_12_BIT_STRING,
  ENCODING_13_BIT_INTEGER,
  ENCODING_16_BIT_INTEGER,
  ENCODING_24_BIT_INTEGER,
  ENCODING_32_BIT_INTEGER,
  ENCODING_32_BIT_STRING,
  ENCODING_64_BIT_INTEGER,
  ENCODING_6_BIT_STRING,
  encodingDataBytes,
  encodingHeaderBytes,
  isStringEncoding,
  LISTPACK_END,
} from "./listpack_format.ts";
import { writeInt16, writeInt32, writeInt64 } from "./little_endian.ts";

const NO_BYTES = new Uint8Array(0);
const ZERO = 0x30;
const MINUS = 0x2d;

/** What an element is to be: chosen first, so that room can be made, then written. */
export class ElementWriter {
  /** Bytes of the whole element, the length behind it included. */
  size = 0;
  #isInteger = false;
  #integer: Integer64 = 0;
  #bytes: Uint8Array = NO_BYTES;
  #start = 0;
  #end = 0;

  /** Chooses a text, as an integer where it spells one. The bytes are borrowed until `write`. */
  chooseText(bytes: Uint8Array, start: number, end: number): void {
    const integer = integerOf(bytes, start, end);
    if (integer !== undefined) return this.chooseInteger(integer);
    const length = end - start;
    this.#isInteger = false;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    if (length < 64) this.size = length + 2;
    else {
      const size = (length < 4096 ? 2 : 5) + length;
      this.size = size + backLengthBytes(size);
    }
  }

  /** Chooses an integer, which a text that spells it would become as well. */
  chooseInteger(integer: Integer64): void {
    this.#isInteger = true;
    this.#integer = integer;
    this.size = integerSize(integer);
  }

  /** Writes the chosen element to `[at, at + size)`. */
  write(target: Uint8Array, at: number): void {
    if (this.#isInteger) return writeInteger(target, at, this.#integer, this.size);
    const length = this.#end - this.#start;
    if (length < 64) {
      target[at++] = ENCODING_6_BIT_STRING | length;
      copyBytes(this.#bytes, this.#start, this.#end, target, at);
      target[at + length] = length + 1;
    } else this.#writeLongText(target, at, length);
    this.#bytes = NO_BYTES; // a request's buffer is not kept alive
  }

  #writeLongText(target: Uint8Array, at: number, length: number): void {
    const first = at;
    if (length < 4096) {
      target[at++] = ENCODING_12_BIT_STRING | length >> 8;
      target[at++] = length;
    } else {
      target[at] = ENCODING_32_BIT_STRING;
      writeInt32(target, at + 1, length);
      at += 5;
    }
    copyBytes(this.#bytes, this.#start, this.#end, target, at);
    writeBackLength(target, at + length, at + length - first);
  }
}

/**
 * Bytes of the element that a text becomes which is told to be a string by its first byte, and not a
 * long one; 0 for others. Most texts are of this kind, and need no {@link ElementWriter}.
 */
export function plainTextBytes(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start, first = length === 0 ? 0 : bytes[start];
  if (first >= ZERO && first <= ZERO + 9 || first === MINUS) return 0;
  if (length < 64) return length + 2;
  if (length < 126) return length + 3;
  return length < 4096 ? length + 4 : 0;
}

/** Writes the element of a text of which {@link plainTextBytes} said how long it is. */
export function writePlainText(
  target: Uint8Array,
  at: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const length = end - start;
  if (length < 64) target[at++] = ENCODING_6_BIT_STRING | length;
  else {
    target[at] = ENCODING_12_BIT_STRING | length >> 8;
    target[at + 1] = length;
    at += 2;
  }
  copyBytes(bytes, start, end, target, at);
  at += length;
  if (length < 64) target[at] = length + 1;
  else if (length < 126) target[at] = length + 2;
  else {
    target[at] = length + 2 >>> 7;
    target[at + 1] = length + 2 & 0x7f | 0x80;
  }
}

/** The integer that a text becomes inside a listpack, undefined when it stays a text. */
function integerOf(bytes: Uint8Array, start: number, end: number): Integer64 | undefined {
  if (end - start > INTEGER64_TEXT_MAX || start === end) return undefined;
  const last = bytes[end - 1];
  const first = bytes[start];
  // Most texts that are no integers are told by one of these two.
  if (last < ZERO || last > ZERO + 9 || (first !== MINUS && (first < ZERO || first > ZERO + 9))) {
    return undefined;
  }
  return parseInt64(bytes, start, end);
}

function integerSize(value: Integer64): number {
  if (value >= 0 && value <= 127) return 2;
  if (value >= -4096 && value <= 4095) return 3;
  if (value >= -32768 && value <= 32767) return 4;
  if (value >= -8388608 && value <= 8388607) return 5;
  return value >= -2147483648 && value <= 2147483647 ? 6 : 10;
}

function writeInteger(target: Uint8Array, at: number, value: Integer64, size: number): void {
  target[at + size - 1] = size - 1;
  if (size === 10) {
    target[at] = ENCODING_64_BIT_INTEGER;
    return writeInt64(target, at + 1, value);
  }
  const small = value as number; // as its size says
  if (size === 2) target[at] = small;
  else if (size === 3) {
    target[at] = ENCODING_13_BIT_INTEGER | (small >> 8 & 0x1f);
    target[at + 1] = small;
  } else if (size === 4) {
    target[at] = ENCODING_16_BIT_INTEGER;
    writeInt16(target, at + 1, small);
  } else if (size === 5) {
    target[at] = ENCODING_24_BIT_INTEGER;
    writeInt16(target, at + 1, small);
    target[at + 3] = small >> 16;
  } else {
    target[at] = ENCODING_32_BIT_INTEGER;
    writeInt32(target, at + 1, small);
  }
}

/**
 * Writes the length behind an element of `size` bytes: seven bits a byte, the highest first; all but
 * the first are marked, for whoever reads backwards.
 */
export function writeBackLength(target: Uint8Array, at: number, size: number): void {
  let to = at + backLengthBytes(size) - 1;
  let rest = size;
  for (; to > at; to--) {
    target[to] = rest & 0x7f | 0x80;
    rest >>>= 7;
  }
  target[at] = rest;
}

/** Points the slice at the text of the element at `at`; an integer's goes to `digits`. */
export function elementTextInto(
  list: Uint8Array,
  at: number,
  slice: Slice,
  digits: Uint8Array,
): void {
  const encoding = list[at];
  if (encoding >= ENCODING_6_BIT_STRING && encoding < ENCODING_13_BIT_INTEGER) {
    slice.set(list, at + 1, at + 1 + (encoding & 0x3f));
  } else if (isStringEncoding(encoding)) {
    const start = at + encodingHeaderBytes(encoding);
    slice.set(list, start, start + encodingDataBytes(list, at));
  } else slice.set(digits, 0, writeInteger64(elementInteger(list, at), digits, 0));
}

/** A text that elements are compared with; comparing allocates nothing. */
export class ElementNeedle {
  #bytes: Uint8Array = NO_BYTES;
  #start = 0;
  #length = 0;
  #integer: Integer64 | undefined;

  /** Borrows the text until {@link clear}. */
  set(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#start = start;
    this.#length = end - start;
    this.#integer = integerOf(bytes, start, end);
  }

  /** Lets go of the text. */
  clear(): void {
    this.#bytes = NO_BYTES;
  }

  /** Whether the element at `at` reads as the text. */
  equals(list: Uint8Array, at: number): boolean {
    const encoding = list[at];
    if (!isStringEncoding(encoding)) {
      return this.#integer !== undefined && elementInteger(list, at) === this.#integer;
    }
    if (encodingDataBytes(list, at) !== this.#length) return false;
    return this.#equalsBytes(list, at + encodingHeaderBytes(encoding));
  }

  /**
   * Where the first of every `every`-th element from `at` on that reads as the text begins, -1 when
   * none does. `at` is an element or the end.
   */
  find(list: Uint8Array, at: number, every: number): number {
    const length = this.#length;
    for (let encoding = list[at]; encoding !== LISTPACK_END; encoding = list[at]) {
      // Most elements are short strings; another length is told by the first byte.
      if (encoding >= ENCODING_6_BIT_STRING && encoding < ENCODING_13_BIT_INTEGER) {
        if ((encoding & 0x3f) === length && this.#equalsBytes(list, at + 1)) return at;
      } else if (encoding >= ENCODING_12_BIT_STRING && encoding < ENCODING_32_BIT_STRING) {
        const found = (encoding & 0x0f) << 8 | list[at + 1];
        if (found === length && this.#equalsBytes(list, at + 2)) return at;
      } else if (this.equals(list, at)) return at;
      at += elementBytes(list, at);
      for (let passed = 1; passed < every && list[at] !== LISTPACK_END; passed++) {
        at += elementBytes(list, at);
      }
    }
    return -1;
  }

  #equalsBytes(list: Uint8Array, from: number): boolean {
    const bytes = this.#bytes, start = this.#start;
    // From the back: names often begin alike and are numbered at the end.
    for (let i = this.#length - 1; i >= 0; i--) {
      if (list[from + i] !== bytes[start + i]) return false;
    }
    return true;
  }
}
