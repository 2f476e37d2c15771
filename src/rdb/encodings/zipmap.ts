import { readUint32 } from "../../memory/little_endian.ts";
import { PackedCursor } from "./packed_cursor.ts";
import { frameFault, type PackedFrame } from "./packed_frame.ts";

// The small hashes of Redis before 2.6. One byte with the number of fields (254 when there are
// more); then each field and each value with its length, the value with a number of unused bytes
// behind it; then a byte of all ones.
const COUNT_UNKNOWN = 0xfe;
const LONG_LENGTH = 0xfe;
const END = 0xff;
const FRAME: PackedFrame = { name: "zipmap", shortestBytes: 2, tellsSize: false };

/**
 * Why `[first, limit)` is no zipmap, undefined if it is one. Fields and values are looked at only
 * if `deep`; then an empty zipmap is a fault too.
 */
export function zipmapFault(
  bytes: Uint8Array,
  first: number,
  limit: number,
  deep: boolean,
): string | undefined {
  const fault = frameFault(bytes, first, limit, FRAME);
  if (fault !== undefined || !deep) return fault;
  cursor.begin(bytes, first, limit);
  let strings = 0;
  while (cursor.next()) strings++;
  if (cursor.fault !== undefined) return cursor.fault;
  if (strings % 2 !== 0) return "zipmap with a field that has no value";
  const count = strings / 2;
  if (count === 0) return "empty zipmap";
  if (bytes[first] !== COUNT_UNKNOWN && bytes[first] !== count) {
    return `zipmap of ${count} fields says it has ${bytes[first]}`;
  }
  return undefined;
}

/** Walks over a zipmap that has an end mark: field, value, field, value. */
export class ZipmapCursor extends PackedCursor {
  #atValue = false;

  override next(): boolean {
    const { bytes, position } = this;
    const last = this.limit - 1;
    if (position >= last) return false;
    const lengthByte = bytes[position];
    if (lengthByte === END) return this.stop("zipmap with an end mark before its end");
    const lengthField = lengthByte < LONG_LENGTH ? 1 : 5;
    let at = position + lengthField;
    if (at >= last) return this.stop("zipmap string reaches past the end");
    const length = lengthField === 1 ? lengthByte : readUint32(bytes, position + 1);
    let unused = 0;
    if (this.#atValue) unused = bytes[at++];
    const next = at + length + unused;
    if (next > last) return this.stop("zipmap string reaches past the end");
    this.takeString(at, length);
    this.#atValue = !this.#atValue;
    this.position = next;
    return true;
  }

  protected override toFirst(): void {
    this.position = this.first + 1;
    this.#atValue = false;
  }
}

// One for all checks: they do not overlap, and a cursor costs more than a short value.
const cursor = new ZipmapCursor();
