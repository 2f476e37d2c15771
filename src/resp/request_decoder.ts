// Decodes RESP requests in place. Source: the RESP specification, "Sending commands to a Redis server",
// and the limits and error texts of Redis 7.2.
import { parseSafeInteger } from "../base/int64.ts";
import { splitInline } from "./inline.ts";
import { Slice } from "../base/slice.ts";
import { equalLongs, readFrom } from "../base/words.ts";
import { Request } from "./request.ts";

const CR = 0x0d, LF = 0x0a, STAR = 0x2a, DOLLAR = 0x24;
const LINE_MAX_BYTES = 64 * 1024;
/** Whatever `proto-max-bulk-len` says: lengths are numbers of 31 bits in memory. */
const BULK_MAX_BYTES = 2 ** 31 - 4096;
const MULTIBULK_MAX = 2 ** 31 - 1;
const FIRST_BUFFER_BYTES = 16 * 1024;
const STEADY_BUFFER_BYTES = 64 * 1024;
/** A larger buffer is not kept for the next request: making it again costs less than receiving it. */
const HUGE_BUFFER_BYTES = 4 * 1024 * 1024;
/** Small reads in a row after which a buffer that a large one grew is given back. */
const SMALL_BEFORE_SHRINK = 16;
/** Longer requests are decoded without looking whether they are the same as the one before. */
const REPEATED_MAX_BYTES = 256;
const UNAUTHENTICATED_ARGUMENTS = 10;
const UNAUTHENTICATED_BULK_BYTES = 16384;

/** What the decoder may accept; the connection changes it as the client authenticates. */
export interface DecoderLimits {
  /** `proto-max-bulk-len`, bytes. */
  maxBulkBytes: number;
  /** Clients that have not authenticated may send 10 arguments of 16 KiB at most. */
  authenticated: boolean;
}

/** Nothing complete in the buffer / a request stands in `request` / the client broke the protocol. */
export type Decoded = "partial" | "request" | "error";

/**
 * Bytes in at the end ({@link room}, {@link received}), requests out at the front ({@link decode}).
 * A partial request is remembered where it stopped, so a request that comes in many pieces is
 * scanned once. The first protocol error is latched.
 */
export class RequestDecoder {
  /** The request that {@link decode} decodes into. */
  request = new Request();
  /**
   * What {@link decodeBatch} decoded. Where requests that are the same follow each other, they are one
   * object.
   */
  readonly batch: Request[] = [];
  /** A request for each place in the batch, {@link request} among them. */
  readonly #pool: Request[] = [this.request];
  /** Why {@link decodeBatch} stopped. */
  last: Decoded = "partial";
  #slot = 0; // position of `request` in `#pool`
  /** Text for `-ERR Protocol error: `, once {@link decode} answered "error". */
  error = "";
  readonly limits: DecoderLimits;
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_BUFFER_BYTES);
  /** The buffer again: four bytes are read at once where they are expected. */
  #words = new DataView(this.#buffer.buffer);
  #position = 0; // next byte to decode
  #end = 0; // end of the bytes received
  #start = 0; // first byte of the request being decoded
  #remaining = 0; // arguments the request still lacks
  #bulkBytes = -1; // length of the argument that is being read, -1 before its header
  #scanned = 0; // bytes behind #position known to hold no line end
  #smallInARow = 0;

  constructor(limits: DecoderLimits) {
    this.limits = limits;
  }

  /** Bytes received and not decoded, the partial request included. */
  get buffered(): number {
    return this.#end - Math.min(this.#start, this.#position);
  }

  /** Bytes received behind the last argument that is complete. */
  get unread(): number {
    return this.#end - this.#position;
  }

  /** Capacity of the read buffer, bytes. */
  get capacity(): number {
    return this.#buffer.length;
  }

  /** Where the next read goes; never empty. Ends the life of the slices of the last request. */
  room(): Uint8Array<ArrayBuffer> {
    if (this.#position === this.#end && this.#remaining === 0) {
      const used = this.#end;
      this.#position =
        this.#end =
        this.#start =
        this.#scanned =
          0;
      if (this.#buffer.length > STEADY_BUFFER_BYTES) this.#shrinkIfIdle(used);
      return this.#buffer;
    }
    if (this.#remaining === 0) this.#start = this.#position;
    if (this.#end === this.#buffer.length) {
      const held = this.#end - this.#start;
      if (this.#start >= this.#buffer.length / 2) this.#moveTo(this.#buffer);
      else this.#moveTo(new Uint8Array(this.#nextCapacity(held)));
    }
    return this.#buffer.subarray(this.#end);
  }

  /** `count` bytes were read into {@link room}. */
  received(count: number): void {
    this.#end += count;
    const capacity = this.#buffer.length;
    // A reader that fills its buffer gets a larger one: fewer reads per byte for pipelines.
    if (this.#end === capacity && capacity < STEADY_BUFFER_BYTES) {
      this.#moveTo(new Uint8Array(capacity * 4));
    }
  }

  /**
   * Decodes up to `limit` requests into {@link batch} and answers their number. `last` tells whether
   * there may be more ("request"), a request is incomplete, or the client broke the protocol.
   */
  decodeBatch(limit: number): number {
    const { batch } = this, pool = this.#pool;
    readFrom(this.#buffer, this.#words);
    const partial = this.request;
    pool[this.#slot] = pool[0];
    pool[0] = partial;
    let alike = true;
    for (let count = 0; count < limit; count++) {
      if (count === pool.length) pool.push(new Request());
      const whole = this.#remaining === 0;
      // Who asks for the same again does so all the time; where the first two differ, most do.
      if (alike && count > 0 && (alike = whole && this.#repeats(batch[count - 1]))) {
        batch[count] = batch[count - 1];
        continue;
      }
      const request = pool[count];
      if (batch[count] !== request) batch[count] = request;
      if (whole && this.#whole(request)) continue;
      this.#slot = count;
      this.request = request;
      this.last = this.decode();
      if (this.last !== "request") return count;
    }
    this.#slot = limit - 1;
    this.request = pool[limit - 1];
    this.last = "request";
    return limit;
  }

  /** Goes back to the start of a request of the batch: it and those after it are decoded again. */
  rewind(index: number): void {
    const request = this.batch[index];
    let repeated = 0;
    while (this.batch[index - repeated - 1] === request) repeated++;
    this.request = this.#pool[index];
    this.#slot = index;
    this.#position = request.position + repeated * encodedBytes(request);
    this.#remaining = 0;
    this.#bulkBytes = -1;
    this.#scanned = 0;
    this.error = "";
  }

  /** Decodes the next request. */
  decode(): Decoded {
    if (this.error !== "") return "error";
    for (;;) {
      if (this.#remaining > 0) return this.#arguments();
      const position = this.#position;
      if (position >= this.#end) return "partial";
      this.#start = position;
      this.request.count = 0;
      this.request.framed = false;
      this.request.position = position;
      if (this.#buffer[position] !== STAR) {
        const decoded = this.#inline();
        if (decoded === undefined) continue; // an empty line
        return decoded;
      }
      if (this.#whole(this.request)) return "request";
      const lineEnd = this.#findCr(position + 1);
      if (lineEnd < 0) return this.#unfinishedLine("too big mbulk count string");
      const count = parseSafeInteger(this.#buffer, position + 1, lineEnd);
      if (!(count <= MULTIBULK_MAX)) return this.#fail("invalid multibulk length");
      if (count > UNAUTHENTICATED_ARGUMENTS && !this.limits.authenticated) {
        return this.#fail("unauthenticated multibulk length");
      }
      this.#position = lineEnd + 2;
      if (count > 0) this.#remaining = count;
    }
  }

  /**
   * Decodes a request that is small and stands in the buffer as a whole: most of them. Anything else
   * (false) is left untouched for the careful way, which also finds the right error.
   */
  #whole(request: Request): boolean {
    const buffer = this.#buffer, words = this.#words, end = this.#end;
    const first = this.#position;
    if (first + 4 > end) return false;
    // Headers are compared four bytes at a time: `*3\r\n`, `$5\r\n` and the beginning of `$64\r\n`.
    const header = words.getInt32(first, true);
    const count = (header >>> 8 & 0xff) - 0x30;
    if ((header & 0xffff00ff | 0) !== 0x0a0d002a || !(count > 0 && count <= 9)) return false;
    const { slices } = request;
    while (slices.length < count) slices.push(new Slice());
    let position = first + 4;
    for (let i = 0; i < count; i++) {
      if (position + 4 > end) return false;
      const word = words.getInt32(position, true);
      let length = (word >>> 8 & 0xff) - 0x30, start = position + 4;
      if ((word & 0xffff00ff | 0) !== 0x0a0d0024) {
        const ones = (word >>> 16 & 0xff) - 0x30;
        const digits = length > 0 && length <= 9 && ones >= 0 && ones <= 9;
        if ((word & 0xff) !== DOLLAR || !digits) return false;
        length = length * 10 + ones;
        start++;
        if (word >>> 24 !== CR) {
          const last = (word >>> 24) - 0x30;
          if (!(last >= 0 && last <= 9) || start >= end || buffer[start - 1] !== CR) return false;
          length = length * 10 + last;
          start++;
        }
      } else if (!(length >= 0 && length <= 9)) return false;
      // Bytes behind `end` are left from earlier requests.
      if (start + length + 2 > end) return false;
      const slice = slices[i];
      if (slice.bytes !== buffer) slice.bytes = buffer;
      slice.start = start;
      slice.end = start + length;
      position = start + length + 2;
    }
    request.count = count;
    request.position = this.#start = first;
    request.framed = true;
    this.#position = position;
    this.#scanned = 0;
    return true;
  }

  /**
   * Passes over a request that is the same as the one before it, byte by byte. Queues, counters and pings
   * are asked for so: to compare them costs a third of decoding them and looking at what they name.
   */
  #repeats(request: Request): boolean {
    if (!request.framed) return false;
    const first = this.#position, length = encodedBytes(request);
    if (length > REPEATED_MAX_BYTES || first + length > this.#end) return false;
    if (!equalLongs(this.#words, request.position, first, length)) return false;
    this.#start = first;
    this.#position = first + length;
    this.#scanned = 0;
    return true;
  }

  /** Reads arguments from where the request stopped. */
  #arguments(): Decoded {
    const buffer = this.#buffer, end = this.#end, request = this.request;
    let position = this.#position;
    while (this.#remaining > 0) {
      let length = this.#bulkBytes;
      if (length < 0) {
        if (position >= end) return this.#pause(position);
        const isBulk = buffer[position] === DOLLAR;
        const lineEnd = this.#findCr(isBulk ? position + 1 : position);
        if (lineEnd < 0) {
          this.#position = position;
          return this.#unfinishedLine("too big bulk count string");
        }
        if (!isBulk) {
          const got = String.fromCharCode(buffer[position]);
          return this.#fail(`expected '$', got '${got}'`);
        }
        length = parseSafeInteger(buffer, position + 1, lineEnd);
        if (!(length >= 0 && length <= this.limits.maxBulkBytes && length <= BULK_MAX_BYTES)) {
          return this.#fail("invalid bulk length");
        }
        if (length > UNAUTHENTICATED_BULK_BYTES && !this.limits.authenticated) {
          return this.#fail("unauthenticated bulk length");
        }
        position = lineEnd + 2;
        this.#bulkBytes = length;
      }
      if (position + length + 2 > end) return this.#pause(position);
      request.next().set(buffer, position, position + length);
      position += length + 2;
      this.#bulkBytes = -1;
      this.#remaining--;
    }
    this.#position = position;
    return "request";
  }

  #pause(position: number): Decoded {
    this.#position = position;
    return "partial";
  }

  #inline(): Decoded | undefined {
    const start = this.#position;
    const lineEnd = this.#buffer.indexOf(LF, start + this.#scanned);
    if (lineEnd < 0 || lineEnd >= this.#end) return this.#unfinishedLine("too big inline request");
    this.#scanned = 0;
    const textEnd = lineEnd > start && this.#buffer[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
    const words = splitInline(this.#buffer, start, textEnd);
    if (words === undefined) return this.#fail("unbalanced quotes in request");
    this.#position = lineEnd + 1;
    if (words.length === 0) return undefined;
    for (const word of words) this.request.next().set(word.bytes, word.start, word.end);
    return "request";
  }

  /** Position of the CR that ends the line, its LF received too; -1 when it has not come. */
  #findCr(from: number): number {
    const buffer = this.#buffer, last = this.#end - 1;
    // Headers are a few bytes long: a plain loop beats indexOf. A long line is not scanned twice.
    for (let at = from + this.#scanned; at < last; at++) {
      if (buffer[at] === CR) {
        this.#scanned = 0;
        return at;
      }
    }
    return -1;
  }

  #unfinishedLine(tooLong: string): Decoded {
    const waiting = this.#end - this.#position;
    if (waiting > LINE_MAX_BYTES) return this.#fail(tooLong);
    this.#scanned = Math.max(0, waiting - 2);
    return "partial";
  }

  #fail(error: string): Decoded {
    this.error = error;
    return "error";
  }

  /** Enough for what is known to come, but grown in steps: a length is a claim until bytes follow. */
  #nextCapacity(held: number): number {
    const doubled = Math.max(this.#buffer.length * 2, STEADY_BUFFER_BYTES);
    if (this.#bulkBytes < 0) return doubled;
    const needed = this.#position - this.#start + this.#bulkBytes + 2;
    if (needed <= held) return doubled;
    // Who sent so much is believed the rest: doubling would copy all of it once more.
    if (held >= HUGE_BUFFER_BYTES) return needed;
    return Math.min(doubled, Math.max(needed, STEADY_BUFFER_BYTES));
  }

  /** Moves what is held to the front of `target`, with the slices of the partial request. */
  #moveTo(target: Uint8Array<ArrayBuffer>): void {
    const from = this.#buffer, shift = this.#start;
    target.set(from.subarray(shift, this.#end));
    for (let i = 0; i < this.request.count; i++) {
      const slice = this.request.slices[i];
      if (slice.bytes === from) slice.set(target, slice.start - shift, slice.end - shift);
    }
    this.#buffer = target;
    this.#words = new DataView(target.buffer);
    if (from !== target) giveUp(from);
    this.#position -= shift;
    this.#end -= shift;
    this.#start = 0;
  }

  /** Gives a large buffer back: a huge one at once, others when the reads need little of them. */
  #shrinkIfIdle(used: number): void {
    this.#smallInARow = used * 4 < this.#buffer.length ? this.#smallInARow + 1 : 0;
    const huge = this.#buffer.length > HUGE_BUFFER_BYTES;
    if (!huge && this.#smallInARow < SMALL_BEFORE_SHRINK) return;
    this.#smallInARow = 0;
    giveUp(this.#buffer);
    this.#buffer = new Uint8Array(STEADY_BUFFER_BYTES);
    this.#words = new DataView(this.#buffer.buffer);
    // Slices that are not in use would keep the old buffer alive.
    for (const request of this.#pool) request.clear();
  }
}

/** Bytes that a framed request takes in the buffer. */
function encodedBytes({ slices, count, position }: Request): number {
  return slices[count - 1].end + 2 - position;
}

/** Frees a huge buffer at once: the collector does not see hundreds of megabytes as a reason to run. */
function giveUp(buffer: Uint8Array<ArrayBuffer>): void {
  if (buffer.length > HUGE_BUFFER_BYTES) buffer.buffer.transfer(0);
}
