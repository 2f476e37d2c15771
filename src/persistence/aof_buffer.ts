// Effects as the text of an append-only file, until they are written: nothing is allocated for one.
import { asciiBytes, copyBytes } from "../base/bytes.ts";
import { writeInteger } from "../base/int64.ts";
import type { PropagationSink } from "../engine/propagation.ts";
import type { Request } from "../resp/request.ts";

const CR = 0x0d, LF = 0x0a;
const STAR = 0x2a, DOLLAR = 0x24;
const MULTI = asciiBytes("*1\r\n$5\r\nMULTI\r\n");
const EXEC = asciiBytes("*1\r\n$4\r\nEXEC\r\n");
const FIRST_BYTES = 64 * 1024;
/** A larger buffer is given back when it is empty. */
const KEPT_BYTES = 4 * 1024 * 1024;
/** A type byte, digits and a line end. */
const HEADER_BYTES = 24;

/** What an append-only file is told by the one that fills its buffer. */
export interface AofBufferOptions {
  /** Called when something is appended to an empty buffer. */
  onFirst(): void;
  /** Seconds of Unix time of the unit that runs. */
  nowSeconds(): number;
}

/**
 * The buffer. Requests that a client sent one behind the other stand in its read buffer as they stand
 * in the file, so they are copied together when the batch ends: until then only their range is known.
 */
export class AofBuffer implements PropagationSink {
  readonly kind = "aof";
  /** Whether a line tells the time of what follows it (`aof-timestamp-enabled`). */
  timestamps = false;
  readonly #options: AofBufferOptions;
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;
  /** A range of a read buffer that belongs behind the bytes. */
  #borrowed: Uint8Array | undefined;
  #borrowedStart = 0;
  #borrowedEnd = 0;
  /** Where the request begins that was borrowed last. */
  #lastPosition = -1;
  /** Database that the file's reader is in, -1 when that is not known. */
  #database = -1;
  #effectsInUnit = 0;
  /** Where the unit begins, borrowed bytes counted. */
  #unitStart = 0;
  #seconds = 0;
  #empty = true;

  constructor(options: AofBufferOptions) {
    this.#options = options;
  }

  /** Bytes that wait to be written. */
  get length(): number {
    return this.#length + this.#borrowedEnd - this.#borrowedStart;
  }

  /** Memory that it holds, bytes. */
  get capacity(): number {
    return this.#bytes.length;
  }

  append(databaseIndex: number, request: Request): void {
    if (this.#empty) {
      this.#empty = false;
      this.#options.onFirst();
    }
    if (this.#effectsInUnit++ === 0) this.#beginUnit();
    if (databaseIndex === this.#database && request.framed && this.#borrow(request)) return;
    this.#settle();
    if (databaseIndex !== this.#database) this.#select(databaseIndex);
    this.#encode(request);
  }

  #beginUnit(): void {
    if (this.timestamps) this.#annotate();
    this.#unitStart = this.#length + this.#borrowedEnd - this.#borrowedStart;
  }

  /** Takes the request as it stands in its read buffer; false when it is not written as usual. */
  #borrow(request: Request): boolean {
    const { slices, count, position } = request;
    const { bytes, end } = slices[count - 1];
    // The decoder trusts that there are line ends where they have to be: the file's reader may not.
    if (bytes[position + 3] !== LF) return false;
    for (let i = 0; i < count; i++) {
      const slice = slices[i];
      if (bytes[slice.start - 1] !== LF) return false;
      if (bytes[slice.end] !== CR || bytes[slice.end + 1] !== LF) return false;
    }
    const follows = bytes === this.#borrowed;
    // Requests that are the same are one, however many of them stand in the read buffer in a row.
    if (follows && position === this.#lastPosition) this.#borrowedEnd += end + 2 - position;
    else {
      if (!follows || position !== this.#borrowedEnd) {
        this.#settle();
        this.#borrowed = bytes;
        this.#borrowedStart = position;
      }
      this.#borrowedEnd = end + 2;
    }
    this.#lastPosition = position;
    return true;
  }

  /** Copies what is borrowed. */
  #settle(): void {
    const bytes = this.#borrowed;
    if (bytes === undefined) return;
    const at = this.#reserve(this.#borrowedEnd - this.#borrowedStart);
    copyBytes(bytes, this.#borrowedStart, this.#borrowedEnd, this.#bytes, at);
    this.#borrowed = undefined;
    this.#borrowedStart = this.#borrowedEnd = 0;
  }

  endUnit(asOne: boolean): void {
    const effects = this.#effectsInUnit;
    this.#effectsInUnit = 0;
    if (effects < 2 || !asOne) return;
    this.#settle();
    const start = this.#unitStart, end = this.#length;
    this.#reserve(MULTI.length + EXEC.length);
    this.#bytes.copyWithin(start + MULTI.length, start, end);
    this.#bytes.set(MULTI, start);
    this.#bytes.set(EXEC, end + MULTI.length);
  }

  endBatch(): void {
    if (this.#borrowed !== undefined) this.#settle();
  }

  /** The file's reader is in no known database: what comes next says which it means. */
  forgetDatabase(): void {
    this.#database = -1;
  }

  /** The bytes that wait to be written, valid until something is appended. */
  view(): Uint8Array<ArrayBuffer> {
    this.#settle();
    return this.#bytes.subarray(0, this.#length);
  }

  /** The first `count` bytes are written. */
  drop(count: number): void {
    this.#settle();
    this.#length -= count;
    this.#unitStart = Math.max(0, this.#unitStart - count);
    if (this.#length > 0) {
      this.#bytes.copyWithin(0, count, count + this.#length);
      return;
    }
    this.#empty = true;
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = new Uint8Array(FIRST_BYTES);
  }

  /** Forgets everything. */
  clear(): void {
    this.drop(this.length);
    this.#effectsInUnit = 0;
    this.#database = -1;
    this.#seconds = 0;
  }

  #annotate(): void {
    const seconds = this.#options.nowSeconds();
    if (seconds <= this.#seconds) return;
    this.#seconds = seconds;
    this.#settle();
    this.#ascii(`#TS:${seconds}\r\n`);
  }

  #select(index: number): void {
    this.#database = index;
    const digits = String(index);
    this.#ascii(`*2\r\n$6\r\nSELECT\r\n$${digits.length}\r\n${digits}\r\n`);
  }

  #ascii(text: string): void {
    const at = this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes[at + i] = text.charCodeAt(i);
  }

  #encode({ slices, count }: Request): void {
    this.#header(STAR, count);
    for (let i = 0; i < count; i++) {
      const { bytes, start, end } = slices[i];
      this.#header(DOLLAR, end - start);
      const at = this.#reserve(end - start + 2);
      copyBytes(bytes, start, end, this.#bytes, at);
      this.#bytes[this.#length - 2] = CR;
      this.#bytes[this.#length - 1] = LF;
    }
  }

  #header(type: number, value: number): void {
    const start = this.#reserve(HEADER_BYTES);
    const bytes = this.#bytes;
    bytes[start] = type;
    const end = writeInteger(value, bytes, start + 1);
    bytes[end] = CR;
    bytes[end + 1] = LF;
    this.#length = end + 2;
  }

  /** Makes room and counts it as taken; answers where it begins. */
  #reserve(count: number): number {
    const at = this.#length, needed = at + count;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
    }
    this.#length = needed;
    return at;
  }
}
