/**
 * Decodes replies, RESP2 and RESP3, from bytes that arrive in pieces of any size.
 * It is the reading half of a client: nothing here knows sockets.
 */

import { copyBytes, latin1 } from "../base/bytes.ts";
import { type AggregateKind, type Reply, ReplyProtocolError } from "./reply.ts";
import { scalarReply, shownText } from "./scalar_reply.ts";

export interface ReplyDecoderLimits {
  /** Longest bulk or line, in bytes. */
  maxBulkBytes?: number;
  /** How many aggregates may stand inside one another. */
  maxDepth?: number;
}

interface Frame {
  kind: AggregateKind | "attributes";
  items: Reply[];
  missing: number;
  attributes: Reply[] | undefined;
}

interface Bulk {
  kind: "bulk" | "error" | "verbatim";
  length: number;
}

const CR = 13;
const LF = 10;
const DEFAULT_MAX_BULK_BYTES = 512 * 1024 * 1024;
const DEFAULT_MAX_DEPTH = 512;
/** A header is a sign and digits; doubles are the longest at 25 bytes. */
const MAX_HEADER_BYTES = 512;
/** Turning digits into a number takes more than linear time. */
const MAX_BIG_NUMBER_BYTES = 64 * 1024;
/** A bulk beyond this is filled where it will stay instead of passing through the buffer. */
const DIRECT_FILL_BYTES = 256 * 1024;
const MAX_COUNT_DIGITS = 15;
const SLAB_BYTES = 4096;
const INITIAL_BUFFER_BYTES = 16 * 1024;
const MAX_IDLE_BUFFER_BYTES = 1024 * 1024;

type Lead =
  | { readonly role: "text" | "scalar" }
  | { readonly role: "bulk"; readonly kind: Bulk["kind"] }
  | { readonly role: "aggregate"; readonly kind: Frame["kind"] };

/** What a reply that begins with a byte is, by that byte. */
const LEADS: readonly (Lead | undefined)[] = leads([
  ["+", { role: "text" }],
  ["-", { role: "text" }],
  [":", { role: "scalar" }],
  ["(", { role: "scalar" }],
  ["_", { role: "scalar" }],
  ["#", { role: "scalar" }],
  [",", { role: "scalar" }],
  ["$", { role: "bulk", kind: "bulk" }],
  ["!", { role: "bulk", kind: "error" }],
  ["=", { role: "bulk", kind: "verbatim" }],
  ["*", { role: "aggregate", kind: "array" }],
  ["~", { role: "aggregate", kind: "set" }],
  [">", { role: "aggregate", kind: "push" }],
  ["%", { role: "aggregate", kind: "map" }],
  ["|", { role: "aggregate", kind: "attributes" }],
]);

/**
 * Give it bytes with `push`, take replies with `next` until it returns `undefined`.
 * After a `ReplyProtocolError` every further `next` throws the same error.
 */
export class ReplyDecoder {
  #buffer = new Uint8Array(INITIAL_BUFFER_BYTES);
  #start = 0;
  #end = 0;
  /** Where the search for the end of the line goes on, so that a slow line is not searched twice. */
  #searched = 0;
  #slab = new Uint8Array(0);
  #slabUsed = 0;
  #bulk: Bulk | undefined;
  #direct: { bytes: Uint8Array; filled: number } | undefined;
  readonly #frames: Frame[] = [];
  #attributes: Reply[] | undefined;
  #failure: ReplyProtocolError | undefined;
  readonly #maxBulkBytes: number;
  readonly #maxDepth: number;

  constructor(limits: ReplyDecoderLimits = {}) {
    this.#maxBulkBytes = limits.maxBulkBytes ?? DEFAULT_MAX_BULK_BYTES;
    this.#maxDepth = limits.maxDepth ?? DEFAULT_MAX_DEPTH;
  }

  /** True between replies: nothing has been received of the next one. */
  get idle(): boolean {
    return this.#start === this.#end && this.#bulk === undefined && this.#frames.length === 0 &&
      this.#attributes === undefined;
  }

  /** Takes a copy of the chunk; the caller may use it again at once. */
  push(chunk: Uint8Array): void {
    const direct = this.#direct;
    if (direct !== undefined) {
      const taken = Math.min(chunk.length, direct.bytes.length - direct.filled);
      direct.bytes.set(taken === chunk.length ? chunk : chunk.subarray(0, taken), direct.filled);
      direct.filled += taken;
      if (taken === chunk.length) return;
      chunk = chunk.subarray(taken);
    }
    this.#makeRoom(chunk.length);
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The next whole reply, or `undefined` while it is incomplete. */
  next(): Reply | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      for (;;) {
        const value = this.#bulk !== undefined ? this.#readBody(this.#bulk) : this.#readHeader();
        if (value === undefined) return undefined;
        if (value === "opened") continue;
        const whole = this.#place(value);
        if (whole !== undefined) return whole;
      }
    } catch (error) {
      if (error instanceof ReplyProtocolError) this.#failure = error;
      throw error;
    }
  }

  #makeRoom(wanted: number): void {
    if (this.#start === this.#end) {
      this.#start = this.#end = this.#searched = 0;
      if (this.#buffer.length > MAX_IDLE_BUFFER_BYTES && wanted <= MAX_IDLE_BUFFER_BYTES) {
        this.#buffer = new Uint8Array(INITIAL_BUFFER_BYTES);
      }
    }
    if (this.#end + wanted <= this.#buffer.length) return;
    const held = this.#end - this.#start;
    let target = this.#buffer;
    // Moving is only worth it when it frees at least half: otherwise every chunk would move all.
    if ((held + wanted) * 2 > target.length) {
      target = new Uint8Array(Math.max(target.length * 2, held + wanted));
    }
    target.set(this.#buffer.subarray(this.#start, this.#end));
    this.#buffer = target;
    this.#searched = Math.max(0, this.#searched - this.#start);
    this.#start = 0;
    this.#end = held;
  }

  /** Where the line's CR LF begins; `undefined` while the line is incomplete. */
  #findLine(): number | undefined {
    let from = Math.max(this.#searched, this.#start + 1);
    for (;;) {
      // Bytes from `end` on are of an earlier use of the buffer.
      const at = this.#buffer.indexOf(LF, from);
      if (at === -1 || at >= this.#end) break;
      if (this.#buffer[at - 1] === CR && at - 1 > this.#start) return at - 1;
      from = at + 1;
    }
    this.#searched = this.#end;
    return undefined;
  }

  #readHeader(): Reply | "opened" | undefined {
    if (this.#start === this.#end) return undefined;
    const byte = this.#buffer[this.#start];
    const lead = LEADS[byte];
    if (lead === undefined) throw unknownType(byte);
    const lineEnd = this.#findLine();
    this.#checkLine((lineEnd ?? this.#end) - this.#start - 1, lead, byte);
    if (lineEnd === undefined) return undefined;
    const from = this.#start + 1;
    let value: Reply | "opened";
    if (lead.role === "bulk" || lead.role === "aggregate") {
      const count = this.#readCount(byte, from, lineEnd);
      if (count === -1) value = { kind: "null" };
      else {value = lead.role === "bulk"
          ? this.#openBulk(lead.kind, count)
          : this.#open(lead.kind, count);}
    } else {
      value = scalarReply(String.fromCharCode(byte), this.#buffer.subarray(from, lineEnd));
    }
    this.#start = this.#searched = lineEnd + 2;
    return value;
  }

  #checkLine(length: number, lead: Lead, byte: number): void {
    if (length <= MAX_HEADER_BYTES && lead.role !== "text") return;
    const type = String.fromCharCode(byte);
    const isText = lead.role === "text";
    const limit = type === "("
      ? MAX_BIG_NUMBER_BYTES
      : isText
      ? this.#maxBulkBytes
      : MAX_HEADER_BYTES;
    if (length > limit) {
      throw new ReplyProtocolError(`a line of type '${type}' is longer than ${limit} bytes`);
    }
  }

  /** The number after the type of a bulk or an aggregate; -1 where that means null. */
  #readCount(type: number, from: number, end: number): number {
    let count = 0;
    for (let at = from; at < end; at++) {
      const digit = this.#buffer[at] - 48;
      if (digit < 0 || digit > 9 || end - from > MAX_COUNT_DIGITS) {
        return this.#readNullCount(type, from, end);
      }
      count = count * 10 + digit;
    }
    return end > from ? count : this.#readNullCount(type, from, end);
  }

  #readNullCount(byte: number, from: number, end: number): number {
    const text = latin1(this.#buffer.subarray(from, end));
    const type = String.fromCharCode(byte);
    if (text === "-1" && (type === "$" || type === "*")) return -1;
    if (text === "?") throw new ReplyProtocolError("streamed replies are not supported");
    throw new ReplyProtocolError(`invalid length '${shownText(text)}' after '${type}'`);
  }

  #openBulk(kind: Bulk["kind"], length: number): "opened" {
    if (length > this.#maxBulkBytes) {
      throw new ReplyProtocolError(`a bulk of ${length} bytes exceeds ${this.#maxBulkBytes}`);
    }
    this.#bulk = { kind, length };
    return "opened";
  }

  #open(kind: Frame["kind"], count: number): Reply | "opened" {
    if (count === 0) return kind === "attributes" ? "opened" : { kind, items: [] };
    if (this.#frames.length >= this.#maxDepth) {
      throw new ReplyProtocolError(`replies are nested deeper than ${this.#maxDepth}`);
    }
    const paired = kind === "map" || kind === "attributes";
    const attributes = kind === "attributes" ? undefined : this.#takeAttributes();
    this.#frames.push({ kind, items: [], missing: paired ? count * 2 : count, attributes });
    return "opened";
  }

  #readBody(bulk: Bulk): Reply | undefined {
    const body = this.#bodyBytes(bulk);
    if (body === undefined || this.#end - this.#start < 2) return undefined;
    if (this.#buffer[this.#start] !== CR || this.#buffer[this.#start + 1] !== LF) {
      throw new ReplyProtocolError("a bulk does not end with CR LF where its length says");
    }
    this.#start = this.#searched = this.#start + 2;
    this.#bulk = undefined;
    this.#direct = undefined;
    if (bulk.kind !== "verbatim") return { kind: bulk.kind, bytes: body };
    if (body.length < 4 || body[3] !== 0x3a) {
      throw new ReplyProtocolError("a verbatim string has no three-letter format");
    }
    return { kind: "verbatim", format: latin1(body.subarray(0, 3)), bytes: body.slice(4) };
  }

  /** The bulk's bytes once they are all here; the CR LF after them may still be missing. */
  #bodyBytes(bulk: Bulk): Uint8Array | undefined {
    if (this.#direct === undefined) {
      const held = this.#end - this.#start;
      if (held >= bulk.length + 2) {
        const body = this.#copy(this.#start, this.#start + bulk.length);
        this.#start += bulk.length;
        return body;
      }
      if (bulk.length < DIRECT_FILL_BYTES) return undefined;
      const filled = Math.min(held, bulk.length);
      const bytes = new Uint8Array(bulk.length);
      bytes.set(this.#buffer.subarray(this.#start, this.#start + filled));
      this.#start += filled;
      this.#direct = { bytes, filled };
    }
    const { bytes, filled } = this.#direct;
    return filled === bytes.length ? bytes : undefined;
  }

  /** Small values share a slab: 500,000 arrays of their own took three times as long to make. */
  #copy(start: number, end: number): Uint8Array {
    const length = end - start;
    if (length > SLAB_BYTES / 8) return this.#buffer.slice(start, end);
    if (this.#slabUsed + length > this.#slab.length) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#slabUsed = 0;
    }
    const at = this.#slabUsed;
    this.#slabUsed += length;
    copyBytes(this.#buffer, start, end, this.#slab, at);
    return this.#slab.subarray(at, at + length);
  }

  #takeAttributes(): Reply[] | undefined {
    const attributes = this.#attributes;
    this.#attributes = undefined;
    return attributes;
  }

  /** Puts a finished value into the aggregate being read; returns it when nothing is left open. */
  #place(value: Reply): Reply | undefined {
    const attributes = this.#takeAttributes();
    if (attributes !== undefined) value.attributes = attributes;
    let finished = value;
    for (;;) {
      const frame = this.#frames.at(-1);
      if (frame === undefined) return finished;
      frame.items.push(finished);
      if (--frame.missing > 0) return undefined;
      this.#frames.pop();
      if (frame.kind === "attributes") {
        this.#attributes = frame.items;
        return undefined;
      }
      finished = { kind: frame.kind, items: frame.items };
      if (frame.attributes !== undefined) finished.attributes = frame.attributes;
    }
  }
}

function unknownType(byte: number): ReplyProtocolError {
  const shown = byte > 32 && byte < 127
    ? `'${String.fromCharCode(byte)}'`
    : `byte 0x${byte.toString(16)}`;
  return new ReplyProtocolError(`${shown} does not begin a reply`);
}

function leads(rows: [character: string, lead: Lead][]): (Lead | undefined)[] {
  const table = new Array<Lead | undefined>(256).fill(undefined);
  for (const [character, lead] of rows) table[character.charCodeAt(0)] = lead;
  return table;
}
