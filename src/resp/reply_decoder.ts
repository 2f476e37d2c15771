/**
 * Decodes replies, RESP2 and RESP3, from bytes that arrive in pieces of any size.
 * It is the reading half of a client: nothing here knows sockets.
 */

/** One decoded reply. `bytes` are the client's own copy, never a view of the read buffer. */
export type Reply =
  & (
    | { kind: "simple"; bytes: Uint8Array }
    | { kind: "error"; bytes: Uint8Array }
    | { kind: "integer"; value: bigint }
    | { kind: "bulk"; bytes: Uint8Array }
    | { kind: "null" }
    | { kind: "boolean"; value: boolean }
    /** `text` is what the server sent, so that no digit is lost by printing `value`. */
    | { kind: "double"; value: number; text: string }
    | { kind: "bigNumber"; value: bigint }
    /** `format` is the three-letter tag: `txt`, `mkd`. */
    | { kind: "verbatim"; format: string; bytes: Uint8Array }
    | { kind: AggregateKind; items: Reply[] }
  )
  & { attributes?: Reply[] };

/** `map` holds its keys and values in turn, so its `items` number is even. */
export type AggregateKind = "array" | "set" | "push" | "map";

/** What arrived is not RESP. The stream cannot be read any further. */
export class ReplyProtocolError extends Error {
  override name = "ReplyProtocolError";
}

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
const INITIAL_BUFFER_BYTES = 16 * 1024;
const MAX_IDLE_BUFFER_BYTES = 1024 * 1024;

const AGGREGATES: Record<string, Frame["kind"]> = {
  "*": "array",
  "~": "set",
  ">": "push",
  "%": "map",
  "|": "attributes",
};

const BULKS: Record<string, Bulk["kind"]> = { "$": "bulk", "!": "error", "=": "verbatim" };

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

  /** Bounds of the line without CR LF, its type byte first; `undefined` while it is incomplete. */
  #findLine(): number | undefined {
    let from = Math.max(this.#searched, this.#start + 1);
    for (;;) {
      const found = from < this.#end ? this.#buffer.subarray(from, this.#end).indexOf(LF) : -1;
      if (found === -1) break;
      const at = from + found;
      if (this.#buffer[at - 1] === CR && at - 1 > this.#start) return at - 1;
      from = at + 1;
    }
    this.#searched = this.#end;
    return undefined;
  }

  #readHeader(): Reply | "opened" | undefined {
    if (this.#start === this.#end) return undefined;
    const type = String.fromCharCode(this.#buffer[this.#start]);
    const textual = type === "+" || type === "-" || type === "(";
    const scalar = textual || type === ":" || type === "_" || type === "#" || type === ",";
    if (!scalar && !(type in AGGREGATES) && !(type in BULKS)) throw unknownType(type);
    const lineEnd = this.#findLine();
    const limit = type === "("
      ? MAX_BIG_NUMBER_BYTES
      : textual
      ? this.#maxBulkBytes
      : MAX_HEADER_BYTES;
    if ((lineEnd ?? this.#end) - this.#start > limit + 1) {
      throw new ReplyProtocolError(`a line of type '${type}' is longer than ${limit} bytes`);
    }
    if (lineEnd === undefined) return undefined;
    const line = this.#buffer.subarray(this.#start + 1, lineEnd);
    const value = scalar ? scalarReply(type, line) : this.#open(type, asciiText(line));
    this.#start = this.#searched = lineEnd + 2;
    return value;
  }

  #open(type: string, text: string): Reply | "opened" {
    if (text === "?") throw new ReplyProtocolError("streamed replies are not supported");
    if (text === "-1" && (type === "$" || type === "*")) return { kind: "null" };
    if (!/^\d{1,15}$/.test(text)) {
      throw new ReplyProtocolError(`invalid length '${printable(text)}' after '${type}'`);
    }
    const count = Number(text);
    if (type in BULKS) {
      if (count > this.#maxBulkBytes) {
        throw new ReplyProtocolError(`a bulk of ${count} bytes exceeds ${this.#maxBulkBytes}`);
      }
      this.#bulk = { kind: BULKS[type], length: count };
      return "opened";
    }
    const kind = AGGREGATES[type];
    if (count === 0) {
      if (kind === "attributes") return "opened";
      return { kind, items: [] };
    }
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
    return { kind: "verbatim", format: asciiText(body.subarray(0, 3)), bytes: body.slice(4) };
  }

  /** The bulk's bytes once they are all here; the CR LF after them may still be missing. */
  #bodyBytes(bulk: Bulk): Uint8Array | undefined {
    if (this.#direct === undefined) {
      const held = this.#end - this.#start;
      if (held >= bulk.length + 2) {
        const body = this.#buffer.slice(this.#start, this.#start + bulk.length);
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

function scalarReply(type: string, line: Uint8Array): Reply {
  if (type === "+") return { kind: "simple", bytes: line.slice() };
  if (type === "-") return { kind: "error", bytes: line.slice() };
  const text = asciiText(line);
  switch (type) {
    case ":":
      if (/^[+-]?\d{1,20}$/.test(text)) return { kind: "integer", value: toBigInt(text) };
      break;
    case "(":
      if (/^[+-]?\d+$/.test(text)) return { kind: "bigNumber", value: toBigInt(text) };
      break;
    case "_":
      if (text === "") return { kind: "null" };
      break;
    case "#":
      if (text === "t" || text === "f") return { kind: "boolean", value: text === "t" };
      break;
    case ",": {
      const value = toDouble(text);
      if (value !== undefined) return { kind: "double", value, text };
      break;
    }
  }
  throw new ReplyProtocolError(`invalid value '${printable(text)}' after '${type}'`);
}

function toBigInt(text: string): bigint {
  // BigInt() takes a minus sign but no plus sign.
  return BigInt(text.startsWith("+") ? text.slice(1) : text);
}

function toDouble(text: string): number | undefined {
  const special = /^([+-]?)(inf|nan)$/i.exec(text);
  if (special !== null) {
    if (special[2].toLowerCase() === "nan") return NaN;
    return special[1] === "-" ? -Infinity : Infinity;
  }
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function asciiText(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]);
  return text;
}

function printable(text: string): string {
  return text.slice(0, 64).replace(/[^ -~]/g, "?");
}

function unknownType(type: string): ReplyProtocolError {
  const code = type.charCodeAt(0);
  const shown = code > 32 && code < 127 ? `'${type}'` : `byte 0x${code.toString(16)}`;
  return new ReplyProtocolError(`${shown} does not begin a reply`);
}
