import {
  PackedCursor,
  readInt16,
  readInt24,
  readInt32,
  readInt64,
  readUint16,
  readUint32,
} from "./packed_cursor.ts";

// Header: total bytes (32 bits), number of elements (16 bits, all ones when there are more). Then
// elements, each followed by its own length for walking backwards. Then a byte of all ones.
const HEADER_BYTES = 6;
const COUNT_UNKNOWN = 0xffff;
const END = 0xff;
const SHORTEST = HEADER_BYTES + 1;

/**
 * Why `[first, limit)` is no listpack, undefined if it is one. Only the header is compared with the
 * range unless `deep`, which walks over every element.
 */
export function listpackFault(
  bytes: Uint8Array,
  first: number,
  limit: number,
  deep: boolean,
): string | undefined {
  const size = limit - first;
  if (size < SHORTEST) return `listpack of ${size} bytes, too short for a header`;
  const claimed = readUint32(bytes, first);
  if (claimed !== size) return `listpack of ${size} bytes says it has ${claimed}`;
  if (bytes[limit - 1] !== END) return "listpack without an end mark";
  return deep ? faultOfElements(bytes, first, limit) : undefined;
}

/** Number of elements of a listpack that has no fault. Counts them if the header cannot say. */
export function listpackLength(bytes: Uint8Array, first: number, limit: number): number {
  const inHeader = readUint16(bytes, first + 4);
  if (inHeader !== COUNT_UNKNOWN) return inHeader;
  let count = 0;
  cursor.begin(bytes, first, limit);
  while (cursor.next()) count++;
  return count;
}

function faultOfElements(bytes: Uint8Array, first: number, limit: number): string | undefined {
  cursor.begin(bytes, first, limit);
  let count = 0;
  while (cursor.next()) count++;
  if (cursor.fault !== undefined) return cursor.fault;
  const inHeader = readUint16(bytes, first + 4);
  if (inHeader !== COUNT_UNKNOWN && inHeader !== count) {
    return `listpack of ${count} elements says it has ${inHeader}`;
  }
  return undefined;
}

/** Walks over a listpack whose header has no fault. */
export class ListpackCursor extends PackedCursor {
  override next(): boolean {
    const { bytes, position } = this;
    const last = this.limit - 1;
    if (position >= last) return false;
    const encoding = bytes[position];
    const header = headerBytes(encoding);
    if (header === 0) return this.stop(`unknown listpack encoding 0x${encoding.toString(16)}`);
    if (position + header > last) return this.stop("listpack element reaches past the end");
    const size = header + dataBytes(bytes, position, encoding);
    const next = position + size + backLengthBytes(size);
    if (next > last) return this.stop("listpack element reaches past the end");
    if (readBackLength(bytes, next - 1, position) !== size) {
      return this.stop("listpack element with a wrong length behind it");
    }
    this.#take(encoding, position, header, size);
    this.position = next;
    return true;
  }

  protected override toFirst(): void {
    this.position = this.first + HEADER_BYTES;
  }

  #take(encoding: number, at: number, header: number, size: number): void {
    const { bytes } = this;
    if (encoding < 0x80) this.takeInteger(encoding);
    else if (encoding < 0xc0 || (encoding & 0xf0) === 0xe0 || encoding === 0xf0) {
      this.takeString(at + header, size - header);
    } else if (encoding < 0xe0) {
      this.takeInteger((((encoding << 8) | bytes[at + 1]) << 19) >> 19);
    } else if (encoding === 0xf1) this.takeInteger(readInt16(bytes, at + 1));
    else if (encoding === 0xf2) this.takeInteger(readInt24(bytes, at + 1));
    else if (encoding === 0xf3) this.takeInteger(readInt32(bytes, at + 1));
    else this.takeInteger(readInt64(bytes, at + 1));
  }
}

// Bytes that tell the length of what follows them; 0 for an encoding that does not exist.
function headerBytes(encoding: number): number {
  if (encoding < 0xe0) return 1;
  if (encoding < 0xf0) return 2;
  if (encoding === 0xf0) return 5;
  return encoding <= 0xf4 ? 1 : 0;
}

function dataBytes(bytes: Uint8Array, at: number, encoding: number): number {
  if (encoding < 0x80) return 0;
  if (encoding < 0xc0) return encoding & 0x3f;
  if (encoding < 0xe0) return 1;
  if (encoding < 0xf0) return ((encoding & 0x0f) << 8) | bytes[at + 1];
  if (encoding === 0xf0) return readUint32(bytes, at + 1);
  if (encoding === 0xf4) return 8;
  return encoding - 0xf1 + 2;
}

// The limits are one below what the bits could hold: so every writer of listpacks does it.
function backLengthBytes(size: number): number {
  if (size <= 127) return 1;
  if (size < 16383) return 2;
  if (size < 2097151) return 3;
  return size < 268435455 ? 4 : 5;
}

// Seven bits a byte, read backwards from `last`; all but the final byte have the high bit set.
function readBackLength(bytes: Uint8Array, last: number, lowest: number): number {
  let length = 0;
  let scale = 1;
  for (let at = last; at >= lowest && at > last - 5; at--) {
    length += (bytes[at] & 0x7f) * scale;
    if (bytes[at] < 0x80) return length;
    scale *= 128;
  }
  return -1;
}

// One for all checks: they do not overlap, and a cursor costs more than a short value.
const cursor = new ListpackCursor();
