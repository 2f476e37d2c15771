// The patterns of SORT: `weight_*` names a string for each element, `user_*->age` a field of a hash.
import { copyBytes } from "../../base/bytes.ts";
import { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { TYPE_HASH, TYPE_STRING } from "../../store/entry.ts";
import { readHash } from "../hash/open_hash.ts";

const STAR = 0x2a, HASH_SIGN = 0x23, MINUS = 0x2d, GREATER = 0x3e;

/** A pattern of BY or GET. Redis reads them as C strings: what stands behind a NUL is not searched. */
export class SortPattern {
  /** `#`: the element itself. */
  readonly isElement: boolean;
  /** Whether it names something else for each element. */
  readonly varies: boolean;
  readonly #pattern: Slice;
  readonly #star: number;
  /** Where `->` stands, -1 without a field. */
  readonly #arrow: number;
  readonly #field = new Slice();
  readonly #key = new Slice();
  #room = new Uint8Array(64);

  constructor(pattern: Slice) {
    const { bytes, start, end } = pattern;
    const nul = bytes.subarray(start, end).indexOf(0);
    const textEnd = nul < 0 ? end : start + nul;
    this.#pattern = pattern;
    this.isElement = textEnd === start + 1 && bytes[start] === HASH_SIGN;
    this.#star = indexOf(bytes, start, textEnd, STAR);
    this.varies = this.#star >= 0;
    this.#arrow = this.varies ? arrowIn(bytes, this.#star + 1, textEnd) : -1;
    if (this.#arrow >= 0) this.#field.set(bytes, this.#arrow + 2, end);
  }

  /** What the pattern names for an element, undefined for nothing; valid until the next call. */
  valueFor(call: Call, element: Slice): Slice | undefined {
    if (this.isElement) return element;
    if (!this.varies) return undefined;
    this.#nameKey(element);
    return this.#arrow < 0 ? readText(call, this.#key) : readField(call, this.#key, this.#field);
  }

  #nameKey(element: Slice): void {
    const { bytes, start, end } = this.#pattern, star = this.#star;
    const keyEnd = this.#arrow < 0 ? end : this.#arrow;
    const length = keyEnd - start - 1 + element.length;
    if (length > this.#room.length) this.#room = new Uint8Array(2 * length);
    const room = this.#room;
    copyBytes(bytes, start, star, room, 0);
    copyBytes(element.bytes, element.start, element.end, room, star - start);
    copyBytes(bytes, star + 1, keyEnd, room, star - start + element.length);
    this.#key.set(room, 0, length);
  }
}

function indexOf(bytes: Uint8Array, start: number, end: number, byte: number): number {
  const index = bytes.subarray(start, end).indexOf(byte);
  return index < 0 ? -1 : start + index;
}

/** The first `->` if a field follows it. */
function arrowIn(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end - 1; at++) {
    if (bytes[at] === MINUS && bytes[at + 1] === GREATER) return at + 2 < end ? at : -1;
  }
  return -1;
}

function readText({ database }: Call, key: Slice): Slice | undefined {
  const ref = database.read(key);
  if (ref === 0 || database.typeOf(ref) !== TYPE_STRING) return undefined;
  return database.stringOf(ref);
}

function readField(call: Call, key: Slice, field: Slice): Slice | undefined {
  const { database } = call;
  const ref = database.look(key);
  if (ref === 0 || database.typeOf(ref) !== TYPE_HASH) {
    database.read(key); // counts
    return undefined;
  }
  const hash = readHash(call, key);
  return hash?.find(field) ? hash.readValue() : undefined;
}
