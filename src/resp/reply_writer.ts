// Writes replies as RESP2 or RESP3 bytes into the connection's output buffer.
// Source: the RESP specification, protocol versions 2 and 3.
import { asciiBytes, copyBytes, sourceViewOf, utf8Bytes } from "../base/bytes.ts";
import { writeDouble } from "../base/double.ts";
import { writeHumanDouble } from "../base/human_double.ts";
import { decimalLength, type Integer64, writeInteger } from "../base/int64.ts";
import type { Slice } from "../base/slice.ts";
import { writeTo, writtenWordsOf } from "../base/words.ts";
import {
  giveLargeBuffer,
  LARGE_REPLY_BYTES,
  LARGEST_KEPT_BYTES,
  takeLargeBuffer,
  viewOfLargeBuffer,
} from "./large_buffers.ts";
import type { ReplySink } from "./reply_sink.ts";
import { SHORT_BULK_BYTES, SHORT_BULK_OVERRUN, writeShortBulk } from "./short_bulk.ts";

const CR = 0x0d, LF = 0x0a;
const ZERO = 0x30;
const STAR = 0x2a,
  DOLLAR = 0x24,
  COLON = 0x3a,
  COMMA = 0x2c,
  PLUS = 0x2b,
  HASH = 0x23,
  PARENTHESIS = 0x28,
  PERCENT = 0x25,
  TILDE = 0x7e,
  GREATER = 0x3e,
  BAR = 0x7c;
/** Room for a type byte, 20 digits and a line end. */
const HEADER_BYTES = 24;
/** Above this a native copy beats a loop (measured for short values on both Deno versions). */
const LOOP_COPY_BYTES = 64;

const OK = asciiBytes("+OK\r\n");
const PONG = asciiBytes("+PONG\r\n");
const NULL_BULK = asciiBytes("$-1\r\n");
const NULL_ARRAY = asciiBytes("*-1\r\n");
const NULL_3 = asciiBytes("_\r\n");
/** The text of a double on its way out. */
const DOUBLE_TEXT = new Uint8Array(64);
const NO_BYTES = new Uint8Array(0);
const NO_WORDS = new DataView(NO_BYTES.buffer);

/** Error texts may quote user data: one character per byte where possible, line ends never. */
function errorBytes(message: string): Uint8Array {
  const text = message.replace(/[\r\n]/g, " ");
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) return utf8Bytes(text);
    bytes[i] = code;
  }
  return bytes;
}

/** The byte form of {@link ReplySink}. The owner takes `buffer[0..length)` and sets `length` back. */
export class ReplyWriter implements ReplySink {
  /** 2 or 3. */
  protocol = 2;
  buffer: Uint8Array<ArrayBuffer>;
  length = 0;
  /** Bytes that what comes will take, as far as one knows: the least a buffer that grows gets. */
  expectedBytes = 0;
  errorCount = 0;
  lastError = "";
  // The last two buffers of its own that were announced, as a connection fills one while it sends the other.
  #viewed = NO_BYTES;
  #words = NO_WORDS;
  #otherViewed = NO_BYTES;
  #otherWords = NO_WORDS;

  constructor(buffer: Uint8Array<ArrayBuffer> = NO_BYTES as Uint8Array<ArrayBuffer>) {
    this.buffer = buffer;
  }

  /** Says that replies are written to this buffer; its view is made once. */
  #announce(buffer: Uint8Array<ArrayBuffer>): void {
    if (buffer.length > LARGE_REPLY_BYTES) {
      // Huge ones are not to stay in memory because they were written to last.
      if (buffer.length > LARGEST_KEPT_BYTES) return;
      return writeTo(buffer, viewOfLargeBuffer(buffer));
    }
    if (this.#viewed !== buffer) {
      const bytes = this.#otherViewed, words = this.#otherWords;
      this.#otherViewed = this.#viewed;
      this.#otherWords = this.#words;
      const known = bytes === buffer;
      this.#words = known ? words : new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
      this.#viewed = buffer;
    }
    writeTo(buffer, this.#words);
  }

  /** A buffer is not used any more: with ten thousand clients, old ones would take a gigabyte. */
  #forget(buffer: Uint8Array<ArrayBuffer>): void {
    if (this.#viewed === buffer) {
      this.#viewed = this.#otherViewed;
      this.#words = this.#otherWords;
    } else if (this.#otherViewed !== buffer) return;
    this.#otherViewed = NO_BYTES;
    this.#otherWords = NO_WORDS;
  }

  /** Makes room for `bytes` more. */
  reserve(bytes: number): void {
    if (this.length + bytes > this.buffer.length) this.#grow(bytes);
  }

  #grow(bytes: number): void {
    const old = this.buffer, needed = this.length + bytes;
    let wanted = Math.max(old.length * 2, needed, 1024, this.expectedBytes);
    // Twice as much as needed is no reason for a buffer that is given back after each reply.
    if (needed <= LARGE_REPLY_BYTES && this.expectedBytes === 0) {
      wanted = Math.min(wanted, LARGE_REPLY_BYTES);
    }
    const bigger = wanted > LARGE_REPLY_BYTES ? takeLargeBuffer(wanted) : new Uint8Array(wanted);
    bigger.set(old.subarray(0, this.length));
    this.buffer = bigger;
    this.#forget(old);
    giveLargeBuffer(old);
  }

  /** Bytes that already are RESP. */
  raw(bytes: Uint8Array): void {
    const count = bytes.length;
    this.reserve(count);
    const buffer = this.buffer;
    let at = this.length;
    if (count > LOOP_COPY_BYTES) buffer.set(bytes, at);
    else for (let i = 0; i < count; i++) buffer[at++] = bytes[i];
    this.length += count;
  }

  #header(type: number, value: number): void {
    this.reserve(HEADER_BYTES);
    const buffer = this.buffer;
    buffer[this.length] = type;
    const at = writeInteger(value, buffer, this.length + 1);
    buffer[at] = CR;
    buffer[at + 1] = LF;
    this.length = at + 2;
  }

  #line(type: number, text: string): void {
    this.reserve(text.length + 3);
    const buffer = this.buffer;
    let at = this.length;
    buffer[at++] = type;
    for (let i = 0; i < text.length; i++) buffer[at++] = text.charCodeAt(i);
    buffer[at] = CR;
    buffer[at + 1] = LF;
    this.length = at + 2;
  }

  ok(): void {
    this.raw(OK);
  }

  pong(): void {
    this.raw(PONG);
  }

  simple(text: string): void {
    this.#line(PLUS, text);
  }

  bulk(value: Slice): void {
    this.bulkRange(value.bytes, value.start, value.end);
  }

  bulkRange(bytes: Uint8Array, start: number, end: number): void {
    const count = end - start;
    this.reserve(count + HEADER_BYTES + 2);
    const buffer = this.buffer;
    if (writtenWordsOf(buffer) === undefined) this.#announce(buffer);
    let at = this.length;
    buffer[at++] = DOLLAR;
    if (count < 100) {
      // Most lengths have one digit or two.
      const tens = count * 103 >> 10;
      if (tens !== 0) buffer[at++] = ZERO + tens;
      buffer[at++] = ZERO + count - tens * 10;
    } else at = writeInteger(count, buffer, at);
    buffer[at++] = CR;
    buffer[at++] = LF;
    copyBytes(bytes, start, end, buffer, at);
    at += count;
    buffer[at] = CR;
    buffer[at + 1] = LF;
    this.length = at + 2;
  }

  bulkRanges(bytes: Uint8Array, base: number, bounds: Int32Array, count: number): void {
    const last = count * 2, end = bounds[last - 1];
    this.reserve(end - bounds[0] + count * SHORT_BULK_BYTES + SHORT_BULK_OVERRUN);
    const buffer = this.buffer;
    if (writtenWordsOf(buffer) === undefined) this.#announce(buffer);
    const source = sourceViewOf(bytes), target = writtenWordsOf(buffer);
    const mayReadOn = base + end + SHORT_BULK_OVERRUN <= bytes.length;
    if (source === undefined || target === undefined || !mayReadOn) {
      for (let i = 0; i < last; i += 2) {
        this.bulkRange(bytes, base + bounds[i], base + bounds[i + 1]);
      }
      return;
    }
    let at = this.length;
    for (let i = 0; i < last; i += 2) {
      at = writeShortBulk(source, base + bounds[i], base + bounds[i + 1], target, at);
    }
    this.length = at;
  }

  bulkText(text: string): void {
    const count = text.length, mark = this.length;
    this.#header(DOLLAR, count);
    this.reserve(count + 2);
    const buffer = this.buffer;
    let at = this.length, i = 0;
    // Names and the like: a buffer of their own would cost more than the copy.
    for (; i < count; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) break;
      buffer[at++] = code;
    }
    if (i < count) {
      this.length = mark;
      const bytes = utf8Bytes(text);
      return this.bulkRange(bytes, 0, bytes.length);
    }
    buffer[at] = CR;
    buffer[at + 1] = LF;
    this.length = at + 2;
  }

  bulkInteger(value: Integer64): void {
    if (typeof value !== "number") return this.bulkText(value.toString());
    this.#header(DOLLAR, decimalLength(value));
    this.reserve(HEADER_BYTES);
    const at = writeInteger(value, this.buffer, this.length);
    this.buffer[at] = CR;
    this.buffer[at + 1] = LF;
    this.length = at + 2;
  }

  integer(value: Integer64): void {
    if (typeof value === "number") this.#header(COLON, value);
    else this.#line(COLON, value.toString());
  }

  double(value: number): void {
    // Most scores are whole numbers, and those cost no text.
    const whole = this.protocol === 2 && Number.isSafeInteger(value) && !Object.is(value, -0);
    if (whole) return this.bulkInteger(value);
    this.#doubleText(writeDouble(value, DOUBLE_TEXT, 0));
  }

  humanDouble(value: number): void {
    this.#doubleText(writeHumanDouble(value, DOUBLE_TEXT, 0));
  }

  #doubleText(length: number): void {
    this.reserve(length + HEADER_BYTES);
    const { buffer } = this;
    let at = this.length;
    if (this.protocol === 2) {
      buffer[at] = DOLLAR;
      at = writeInteger(length, buffer, at + 1);
      buffer[at++] = CR;
      buffer[at++] = LF;
    } else buffer[at++] = COMMA;
    for (let i = 0; i < length; i++) buffer[at++] = DOUBLE_TEXT[i];
    buffer[at] = CR;
    buffer[at + 1] = LF;
    this.length = at + 2;
  }

  bigNumber(digits: string): void {
    if (this.protocol === 2) this.bulkText(digits);
    else this.#line(PARENTHESIS, digits);
  }

  boolean(value: boolean): void {
    if (this.protocol === 2) this.integer(value ? 1 : 0);
    else this.#line(HASH, value ? "t" : "f");
  }

  verbatim(format: string, text: string): void {
    if (this.protocol === 2) return this.bulkText(text);
    const bytes = utf8Bytes(`${format}:${text}`);
    this.raw(asciiBytes(`=${bytes.length}\r\n`));
    this.raw(bytes);
    this.raw(asciiBytes("\r\n"));
  }

  null(): void {
    this.raw(this.protocol === 2 ? NULL_BULK : NULL_3);
  }

  nullArray(): void {
    this.raw(this.protocol === 2 ? NULL_ARRAY : NULL_3);
  }

  array(length: number): void {
    this.#header(STAR, length);
  }

  map(length: number): void {
    if (this.protocol === 2) this.#header(STAR, length * 2);
    else this.#header(PERCENT, length);
  }

  set(length: number): void {
    this.#header(this.protocol === 2 ? STAR : TILDE, length);
  }

  push(length: number): void {
    this.#header(this.protocol === 2 ? STAR : GREATER, length);
  }

  attributes(length: number): boolean {
    if (this.protocol === 2) return false;
    this.#header(BAR, length);
    return true;
  }

  pairs(length: number): void {
    this.#header(STAR, this.protocol === 2 ? length * 2 : length);
  }

  pair(): void {
    if (this.protocol !== 2) this.#header(STAR, 2);
  }

  openArray(): number {
    return this.length;
  }

  closeArray(token: number, length: number): void {
    this.#insertHeader(token, STAR, length);
  }

  closeMap(token: number, length: number): void {
    if (this.protocol === 2) this.#insertHeader(token, STAR, length * 2);
    else this.#insertHeader(token, PERCENT, length);
  }

  closeMapOfEntries(token: number, length: number): void {
    this.#insertHeader(token, this.protocol === 2 ? STAR : PERCENT, length);
  }

  mapEntry(): void {
    if (this.protocol === 2) this.#header(STAR, 2);
  }

  closeSet(token: number, length: number): void {
    this.#insertHeader(token, this.protocol === 2 ? STAR : TILDE, length);
  }

  #insertHeader(at: number, type: number, value: number): void {
    const bytes = decimalLength(value) + 3;
    this.reserve(HEADER_BYTES); // all at once: growing later would lose what stands behind `length`
    const end = this.length;
    this.buffer.copyWithin(at + bytes, at, end);
    this.length = at;
    this.#header(type, value);
    this.length = end + bytes;
  }

  error(message: string): void {
    this.errorCount++;
    this.lastError = message;
    this.raw(errorBytes(`-${message}`));
    this.raw(asciiBytes("\r\n"));
  }

  mark(): number {
    return this.length;
  }

  rollback(mark: number): void {
    this.length = mark;
  }
}
