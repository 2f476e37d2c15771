import {
  readInt16,
  readInt24,
  readInt32,
  readInt64,
  readUint16,
  readUint32,
} from "../../memory/little_endian.ts";
import { PackedCursor, readUint32BigEndian } from "./packed_cursor.ts";
import { frameFault, type PackedFrame } from "./packed_frame.ts";

// Header: total bytes, offset of the last element (32 bits each), number of elements (16 bits, all
// ones when there are more). Each element begins with the length of the one before it. Then a byte
// of all ones.
const HEADER_BYTES = 10;
const COUNT_UNKNOWN = 0xffff;
const END = 0xff;
const FRAME: PackedFrame = { name: "ziplist", shortestBytes: HEADER_BYTES + 1, tellsSize: true };
const LONG_PREVIOUS = 0xfe;

const INT16 = 0xc0;
const INT24 = 0xf0;
const INT32 = 0xd0;
const INT64 = 0xe0;
const INT8 = 0xfe;
const SMALLEST_IMMEDIATE = 0xf1;
const LARGEST_IMMEDIATE = 0xfd;

/**
 * Why `[first, limit)` is no ziplist, undefined if it is one. Only the header is compared with the
 * range unless `deep`, which walks over every element.
 */
export function ziplistFault(
  bytes: Uint8Array,
  first: number,
  limit: number,
  deep: boolean,
): string | undefined {
  const fault = frameFault(bytes, first, limit, FRAME);
  if (fault !== undefined) return fault;
  const size = limit - first, tail = readUint32(bytes, first + 4);
  if (tail > size - 1) return `ziplist of ${size} bytes with its last element at ${tail}`;
  return deep ? faultOfElements(bytes, first, limit) : undefined;
}

/** Number of elements of a ziplist that has no fault. Counts them if the header cannot say. */
export function ziplistLength(bytes: Uint8Array, first: number, limit: number): number {
  const inHeader = readUint16(bytes, first + 8);
  if (inHeader !== COUNT_UNKNOWN) return inHeader;
  let count = 0;
  cursor.begin(bytes, first, limit);
  while (cursor.next()) count++;
  return count;
}

function faultOfElements(bytes: Uint8Array, first: number, limit: number): string | undefined {
  cursor.begin(bytes, first, limit);
  let count = 0;
  let lastElement = 0;
  for (let at = cursor.position; cursor.next(); at = cursor.position) {
    lastElement = at - first;
    count++;
  }
  if (cursor.fault !== undefined) return cursor.fault;
  const tail = readUint32(bytes, first + 4);
  if (count > 0 && tail !== lastElement) {
    return `ziplist with its last element at ${lastElement} says it is at ${tail}`;
  }
  const inHeader = readUint16(bytes, first + 8);
  if (inHeader !== COUNT_UNKNOWN && inHeader !== count) {
    return `ziplist of ${count} elements says it has ${inHeader}`;
  }
  return undefined;
}

/** Walks over a ziplist whose header has no fault. */
export class ZiplistCursor extends PackedCursor {
  #previousBytes = 0;

  override next(): boolean {
    const { bytes, position } = this;
    const last = this.limit - 1;
    if (position >= last) return false;
    const previousField = bytes[position] < LONG_PREVIOUS ? 1 : 5;
    if (bytes[position] === END) return this.stop("ziplist with an end mark before its end");
    const at = position + previousField;
    if (at >= last) return this.stop("ziplist element reaches past the end");
    const previous = previousField === 1 ? bytes[position] : readUint32(bytes, position + 1);
    if (previous !== this.#previousBytes) {
      return this.stop("ziplist element with a wrong length of the one before");
    }
    const encoding = bytes[at];
    const header = headerBytes(encoding);
    if (header === 0) return this.stop(`unknown ziplist encoding 0x${encoding.toString(16)}`);
    if (at + header > last) return this.stop("ziplist element reaches past the end");
    const size = dataBytes(bytes, at, encoding);
    const next = at + header + size;
    if (next > last) return this.stop("ziplist element reaches past the end");
    if (encoding < 0xc0) this.takeString(at + header, size);
    else this.#takeEncodedInteger(encoding, at + header);
    this.#previousBytes = next - position;
    this.position = next;
    return true;
  }

  protected override toFirst(): void {
    this.position = this.first + HEADER_BYTES;
    this.#previousBytes = 0;
  }

  #takeEncodedInteger(encoding: number, at: number): void {
    const { bytes } = this;
    switch (encoding) {
      case INT8:
        return this.takeInteger((bytes[at] << 24) >> 24);
      case INT16:
        return this.takeInteger(readInt16(bytes, at));
      case INT24:
        return this.takeInteger(readInt24(bytes, at));
      case INT32:
        return this.takeInteger(readInt32(bytes, at));
      case INT64:
        return this.takeInteger(readInt64(bytes, at));
      default:
        return this.takeInteger(encoding - SMALLEST_IMMEDIATE);
    }
  }
}

// Bytes that tell what follows them; 0 for an encoding that does not exist.
function headerBytes(encoding: number): number {
  if (encoding < 0x40) return 1;
  if (encoding < 0x80) return 2;
  if (encoding < 0xc0) return 5;
  if (encoding >= SMALLEST_IMMEDIATE && encoding <= LARGEST_IMMEDIATE) return 1;
  switch (encoding) {
    case INT8:
    case INT16:
    case INT24:
    case INT32:
    case INT64:
      return 1;
    default:
      return 0;
  }
}

function dataBytes(bytes: Uint8Array, at: number, encoding: number): number {
  if (encoding < 0x40) return encoding;
  if (encoding < 0x80) return ((encoding & 0x3f) << 8) | bytes[at + 1];
  if (encoding < 0xc0) return readUint32BigEndian(bytes, at + 1);
  switch (encoding) {
    case INT8:
      return 1;
    case INT16:
      return 2;
    case INT24:
      return 3;
    case INT32:
      return 4;
    case INT64:
      return 8;
    default:
      return 0;
  }
}

// One for all checks: they do not overlap, and a cursor costs more than a short value.
const cursor = new ZiplistCursor();
