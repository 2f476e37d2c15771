import { Buffer } from "node:buffer";
import { wordsOf, writtenWordsOf } from "./words.ts";

/** A range of bytes; `Slice` is one. Functions that take it read the range and keep nothing. */
export interface ByteRange {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

// Measured on Deno 2.9: a loop costs 0.8 ns a byte, `set(subarray)` 36 ns for any short length,
// `copyWithin` 25 ns; eight bytes at a time through views, which V8 compiles to plain loads and
// stores, 12 ns for 64 bytes, 26 ns for 200, and as much as `set` from 1,000 on, which also leaves a view to
// collect. Making a view costs 80 ns.
const COPY_LOOP_MAX = 15;
const COPY_LOOP_MAX_WITHOUT_VIEWS = 44;
const COPY_VIEWS_MAX = 768;
const COPY_WITHIN_LOOP_MAX = 28;

const utf8Encoder = new TextEncoder();
// Declared here because `latin1Slice` is an undocumented but stable method of node's Buffer; unlike
// `TextDecoder("latin1")`, which is windows-1252, it maps every byte to the same code point.
const latin1Slice = (Buffer.prototype as unknown as {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
}).latin1Slice;

/** Bytes of a text known to be ASCII. Throws RangeError on any other character. */
export function asciiBytes(text: string): Uint8Array<ArrayBuffer> {
  return narrowBytes(text, 0x7f);
}

/** Bytes of a text whose characters are U+0000 to U+00FF. Throws RangeError on any other. */
export function latin1Bytes(text: string): Uint8Array<ArrayBuffer> {
  return narrowBytes(text, 0xff);
}

function narrowBytes(text: string, highest: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > highest) throw new RangeError(`character ${code} at ${i} is above ${highest}`);
    bytes[i] = code;
  }
  return bytes;
}

/** UTF-8 of a text, for texts that come from JavaScript (messages, paths), not from users. */
export function utf8Bytes(text: string): Uint8Array<ArrayBuffer> {
  // Typed with any buffer in Deno 2.4.
  return utf8Encoder.encode(text) as Uint8Array<ArrayBuffer>;
}

/** One character per byte, exact for all 256 values; `latin1Bytes` is its inverse. */
export function latin1(bytes: Uint8Array, start = 0, end = bytes.length): string {
  return latin1Slice.call(bytes, start, end);
}

/** Order of `memcmp`, where a prefix comes before what it begins: negative, zero or positive. */
export function compareBytes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const aLength = aEnd - aStart;
  const bLength = bEnd - bStart;
  const shorter = aLength < bLength ? aLength : bLength;
  for (let i = 0; i < shorter; i++) {
    const difference = a[aStart + i] - b[bStart + i];
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

/** Whether two ranges hold the same bytes. */
export function equalBytes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): boolean {
  const length = aEnd - aStart;
  if (length !== bEnd - bStart) return false;
  for (let i = 0; i < length; i++) {
    if (a[aStart + i] !== b[bStart + i]) return false;
  }
  return true;
}

/**
 * Copies `source[start, end)` to `target` from `at` on. Within one array the ranges may overlap;
 * two different arrays must not overlap in one buffer. The caller has made room in `target`.
 */
export function copyBytes(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): void {
  if (source === target) return moveBytes(target, start, end, at);
  const length = end - start;
  if (length > COPY_LOOP_MAX && length <= COPY_VIEWS_MAX) {
    // A reply of many elements copies from one array to one other all the time.
    if (source !== lastSource || target !== lastTarget) findViews(source, target);
    if (lastFrom !== undefined && lastTo !== undefined) {
      return copyWords(lastFrom, start, end, lastTo, at);
    }
    if (length > COPY_LOOP_MAX_WITHOUT_VIEWS) return target.set(source.subarray(start, end), at);
  } else if (length > COPY_VIEWS_MAX) return target.set(source.subarray(start, end), at);
  for (let from = start; from < end; from++) target[at++] = source[from];
}

let lastSource: Uint8Array | undefined;
let lastTarget: Uint8Array | undefined;
let lastFrom: DataView | undefined;
let lastTo: DataView | undefined;

// The pair before it: a command may copy a text to the arena, and another one to its reply.
let otherSource: Uint8Array | undefined;
let otherTarget: Uint8Array | undefined;
let otherFrom: DataView | undefined;
let otherTo: DataView | undefined;

function findViews(source: Uint8Array, target: Uint8Array): void {
  const isOther = source === otherSource && target === otherTarget;
  const from = otherFrom, to = otherTo;
  if (lastSource !== undefined) {
    otherSource = lastSource;
    otherTarget = lastTarget;
    otherFrom = lastFrom;
    otherTo = lastTo;
  }
  if (isOther) {
    lastSource = source;
    lastTarget = target;
    lastFrom = from;
    lastTo = to;
    return;
  }
  lastFrom = sourceViewOf(source);
  if (lastFrom !== undefined) lastTo = writtenWordsOf(target) ?? targetViews.of(target);
  else lastTo = undefined;
  // Without views the next call asks again, and may get them.
  const found = lastTo !== undefined;
  lastSource = found ? source : undefined;
  lastTarget = found ? target : undefined;
}

/** A view of an array that is read from, where there is one: see {@link RecentViews}. */
export function sourceViewOf(bytes: Uint8Array): DataView | undefined {
  return wordsOf(bytes) ?? sourceViews.of(bytes);
}

/** At least eight bytes; the last eight overlap those before them. */
function copyWords(from: DataView, start: number, end: number, to: DataView, at: number): void {
  const distance = at - start, last = end - 8;
  for (; start < last; start += 8) {
    to.setBigInt64(start + distance, from.getBigInt64(start, true), true);
  }
  to.setBigInt64(last + distance, from.getBigInt64(last, true), true);
}

/**
 * Views of the arrays copied from, or to, lately: of those that are returned to (the arena), not of
 * every array that is seen once. Requests and replies bring their own.
 */
class RecentViews {
  readonly #arrays: Uint8Array[] = [];
  readonly #views: DataView[] = [];
  #next = 0;
  #missed: Uint8Array | undefined;
  #missedBefore: Uint8Array | undefined;

  of(bytes: Uint8Array): DataView | undefined {
    const arrays = this.#arrays;
    for (let i = 0; i < arrays.length; i++) if (arrays[i] === bytes) return this.#views[i];
    return this.#miss(bytes);
  }

  #miss(bytes: Uint8Array): DataView | undefined {
    if (bytes.length > LONGEST_KEPT_BYTES && !longLived.has(bytes)) return undefined;
    // Two, because a key and its value may come from different arrays in turn.
    if (bytes !== this.#missed && bytes !== this.#missedBefore) {
      this.#missedBefore = this.#missed;
      this.#missed = bytes;
      return undefined;
    }
    if (bytes === this.#missed) this.#missed = undefined;
    else this.#missedBefore = undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#arrays[this.#next] = bytes;
    this.#views[this.#next] = view;
    this.#next = (this.#next + 1) % VIEWS_KEPT;
    return view;
  }
}

const VIEWS_KEPT = 3;
/** A view keeps its array alive; a huge request or reply must not stay because it was copied from. */
const LONGEST_KEPT_BYTES = 1 << 20;
const longLived = new WeakSet<Uint8Array>();

/** Says that the array lives as long as the process, or until its memory is taken from it. */
export function keepViewsOf(bytes: Uint8Array): void {
  longLived.add(bytes);
}

const sourceViews = new RecentViews();
const targetViews = new RecentViews();

function moveBytes(bytes: Uint8Array, start: number, end: number, at: number): void {
  if (at > start || end - start > COPY_WITHIN_LOOP_MAX) {
    bytes.copyWithin(at, start, end);
    return;
  }
  for (let from = start; from < end; from++) bytes[at++] = bytes[from];
}

// Escapes with a letter of their own, by byte.
const LETTER_ESCAPES: Readonly<Record<number, string>> = {
  0x07: "\\a",
  0x08: "\\b",
  0x09: "\\t",
  0x0a: "\\n",
  0x0d: "\\r",
  0x22: '\\"',
  0x5c: "\\\\",
};

const PRINTABLE_FORMS: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  if (byte in LETTER_ESCAPES) return LETTER_ESCAPES[byte];
  if (byte >= 0x20 && byte <= 0x7e) return String.fromCharCode(byte);
  return "\\x" + byte.toString(16).padStart(2, "0");
});

/**
 * The bytes between double quotes, in printable ASCII, as MONITOR, CLIENT LIST and redis-cli show
 * them: `\" \\ \n \r \t \a \b`, and `\xhh` for every other byte outside 0x20 to 0x7e.
 */
export function printable({ bytes, start, end }: ByteRange): string {
  let text = '"';
  for (let i = start; i < end; i++) text += PRINTABLE_FORMS[bytes[i]];
  return text + '"';
}

/** `printable` as bytes. */
export function printableBytes(range: ByteRange): Uint8Array<ArrayBuffer> {
  return asciiBytes(printable(range));
}

/**
 * Whether `printable` would have to escape something, or the bytes hold a space: then a word of a
 * configuration file or of CLIENT LIST has to be quoted.
 */
export function needsQuotes({ bytes, start, end }: ByteRange): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    if (byte <= 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c) return true;
  }
  return false;
}
