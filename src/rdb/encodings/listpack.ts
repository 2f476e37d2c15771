// Listpacks in files: whether they are without fault, and a walk over those that may not be.
import { readUint16 } from "../../memory/little_endian.ts";
import {
  backLengthBytes,
  elementInteger,
  ENCODING_12_BIT_STRING,
  ENCODING_13_BIT_INTEGER,
  ENCODING_16_BIT_INTEGER,
  ENCODING_32_BIT_INTEGER,
  ENCODING_6_BIT_STRING,
  encodingDataBytes,
  encodingHeaderBytes,
  isStringEncoding,
  LISTPACK_COUNT_UNKNOWN,
  LISTPACK_EMPTY_BYTES,
  LISTPACK_HEADER_BYTES,
  readBackLength,
} from "../../memory/listpack_format.ts";
import { PackedCursor } from "./packed_cursor.ts";
import { frameFault, type PackedFrame } from "./packed_frame.ts";

const FRAME: PackedFrame = {
  name: "listpack",
  shortestBytes: LISTPACK_EMPTY_BYTES,
  tellsSize: true,
};

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
  const fault = frameFault(bytes, first, limit, FRAME);
  return fault === undefined && deep ? faultOfElements(bytes, first, limit) : fault;
}

/** Number of elements of a listpack that has no fault. Counts them if the header cannot say. */
export function listpackLength(bytes: Uint8Array, first: number, limit: number): number {
  const inHeader = readUint16(bytes, first + 4);
  if (inHeader !== LISTPACK_COUNT_UNKNOWN) return inHeader;
  let count = 0;
  cursor.begin(bytes, first, limit);
  while (cursor.next()) count++;
  return count;
}

function faultOfElements(bytes: Uint8Array, first: number, limit: number): string | undefined {
  const last = limit - 1;
  let count = 0, at = first + LISTPACK_HEADER_BYTES;
  for (; at >= 0 && at < last; count++) at = behindElement(bytes, at, last);
  if (at < 0) return faultOfElement(bytes, first, limit);
  const inHeader = readUint16(bytes, first + 4);
  if (inHeader !== LISTPACK_COUNT_UNKNOWN && inHeader !== count) {
    return `listpack of ${count} elements says it has ${inHeader}`;
  }
  return undefined;
}

/** What is wrong with the elements of a listpack in which {@link behindElement} found a fault. */
export function faultOfElement(bytes: Uint8Array, first: number, limit: number): string {
  cursor.begin(bytes, first, limit);
  while (cursor.next()) { /* up to the fault */ }
  return cursor.fault!;
}

/**
 * Where the element behind the one at `at` begins, or -1 if that one has a fault: reaches beyond
 * `last`, the place of the end mark, or has a wrong length behind it. Every element of a dump passes
 * here, so that the encodings of most of them have a short way.
 */
export function behindElement(bytes: Uint8Array, at: number, last: number): number {
  const size = shortElementBytes(bytes[at]);
  if (size === 0) return behindLongElement(bytes, at, last);
  const behind = at + size;
  if (behind < last && bytes[behind] === size) return behind + 1;
  // Redis takes a length whose upper bytes are zeros of the element, as they may be read so.
  return behindLongElement(bytes, at, last);
}

/** Bytes of an element, the length behind it excluded, where its first byte tells them; or 0. */
function shortElementBytes(encoding: number): number {
  if (encoding < ENCODING_6_BIT_STRING) return 1;
  if (encoding < ENCODING_13_BIT_INTEGER) return 1 + (encoding & 0x3f);
  if (encoding < ENCODING_12_BIT_STRING) return 2;
  const isShort = encoding >= ENCODING_16_BIT_INTEGER && encoding <= ENCODING_32_BIT_INTEGER;
  return isShort ? encoding - ENCODING_16_BIT_INTEGER + 3 : 0;
}

function behindLongElement(bytes: Uint8Array, at: number, last: number): number {
  const header = encodingHeaderBytes(bytes[at]);
  if (header === 0 || at + header > last) return -1;
  const size = header + encodingDataBytes(bytes, at);
  const next = at + size + backLengthBytes(size);
  return next <= last && readBackLength(bytes, next - 1, at) === size ? next : -1;
}

/** Walks over a listpack whose header has no fault. */
export class ListpackCursor extends PackedCursor {
  override next(): boolean {
    const { bytes, position } = this;
    const last = this.limit - 1;
    if (position >= last) return false;
    const encoding = bytes[position];
    const header = encodingHeaderBytes(encoding);
    if (header === 0) return this.stop(`unknown listpack encoding 0x${encoding.toString(16)}`);
    if (position + header > last) return this.stop("listpack element reaches past the end");
    const size = header + encodingDataBytes(bytes, position);
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
    this.position = this.first + LISTPACK_HEADER_BYTES;
  }

  #take(encoding: number, at: number, header: number, size: number): void {
    if (isStringEncoding(encoding)) this.takeString(at + header, size - header);
    else this.takeInteger(elementInteger(this.bytes, at));
  }
}

// One for all checks: they do not overlap, and a cursor costs more than a short value.
const cursor = new ListpackCursor();
