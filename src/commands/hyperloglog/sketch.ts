// The string that a HyperLogLog is: its header, checks and reading it whole.
//
//   bytes 0-3    "HYLL"
//   byte 4       encoding: 0 dense, 1 sparse
//   bytes 8-15   the last estimate, little-endian; the highest bit says that it holds no more
//   bytes 16-    the registers (registers.ts, sparse.ts)
import type { Integer64 } from "../../base/int64.ts";
import { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError } from "../../engine/errors.ts";
import { ENCODING_RAW, TYPE_STRING } from "../../store/entry.ts";
import { newHistogram } from "./estimate.ts";
import { DENSE_REGISTERS_BYTES, denseHistogram, mergeDense } from "./registers.ts";
import { mergeSparse, sparseHistogram } from "./sparse.ts";

/** Bytes before the registers. */
export const HEADER_BYTES = 16;
/** Bytes of a dense HyperLogLog. */
export const DENSE_BYTES = HEADER_BYTES + DENSE_REGISTERS_BYTES;
export const ENCODING_AT = 4;
export const DENSE = 0;
export const SPARSE = 1;
const ESTIMATE_AT = 8;
const STALE_AT = 15;
const STALE_BIT = 0x80;

/** A HyperLogLog of nothing: no register is other than zero, and that the estimate is 0 is known. */
export const EMPTY_SKETCH = new Slice(
  Uint8Array.of(0x48, 0x59, 0x4c, 0x4c, SPARSE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 0xff),
);

const NOT_A_SKETCH = new CommandError("WRONGTYPE Key is not a valid HyperLogLog string value.");
export const CORRUPTED_SKETCH = new CommandError("INVALIDOBJ Corrupted HLL object detected");

/** Entry of a HyperLogLog for reading, 0 without the key. Throws WRONGTYPE. */
export function readSketch(call: Call, key: Slice): number {
  return checked(call, call.readTyped(key, TYPE_STRING));
}

/** As {@link readSketch}, for a command that will write. */
export function writeSketch(call: Call, key: Slice): number {
  return checked(call, call.writeTyped(key, TYPE_STRING));
}

function checked(call: Call, ref: number): number {
  if (ref !== 0 && !isSketch(call.database.stringOf(ref))) throw NOT_A_SKETCH;
  return ref;
}

function isSketch({ bytes, start, end }: Slice): boolean {
  const magic = EMPTY_SKETCH.bytes, length = end - start;
  if (length < HEADER_BYTES) return false;
  for (let i = 0; i < ENCODING_AT; i++) if (bytes[start + i] !== magic[i]) return false;
  const encoding = bytes[start + ENCODING_AT];
  return encoding === SPARSE || (encoding === DENSE && length === DENSE_BYTES);
}

/** Makes the string one that can be written in place, as Redis does before it looks whether it must. */
export function makeWritable(call: Call, ref: number): number {
  const { database } = call, encoding = database.encodingOf(ref);
  if (encoding === ENCODING_RAW) return ref;
  return database.resizeString(ref, database.stringOf(ref).length);
}

export function isDense({ bytes, start }: Slice): boolean {
  return bytes[start + ENCODING_AT] === DENSE;
}

/** Raises registers of a byte each to those of a sketch; false when that is corrupted. */
export function mergeSketch(registers: Uint8Array, sketch: Slice): boolean {
  const { bytes, start, end } = sketch, at = start + HEADER_BYTES;
  if (!isDense(sketch)) return mergeSparse(registers, bytes, at, end);
  mergeDense(registers, bytes, at);
  return true;
}

const histogram = newHistogram();

/** How many registers of a sketch have each value; undefined when it is corrupted. */
export function histogramOf(sketch: Slice): Int32Array | undefined {
  const { bytes, start, end } = sketch, at = start + HEADER_BYTES;
  histogram.fill(0);
  if (!isDense(sketch)) return sparseHistogram(bytes, at, end, histogram) ? histogram : undefined;
  denseHistogram(bytes, at, histogram);
  return histogram;
}

/** The last estimate, undefined when it holds no more. */
export function knownEstimate({ bytes, start }: Slice): Integer64 | undefined {
  if ((bytes[start + STALE_AT] & STALE_BIT) !== 0) return undefined;
  let low = 0, high = 0;
  for (let i = 3; i >= 0; i--) {
    low = low * 256 + bytes[start + ESTIMATE_AT + i];
    high = high * 256 + bytes[start + ESTIMATE_AT + 4 + i];
  }
  const estimate = high * 2 ** 32 + low;
  return Number.isSafeInteger(estimate) ? estimate : BigInt(high) << 32n | BigInt(low);
}

/** Keeps an estimate in the header. */
export function keepEstimate({ bytes, start }: Slice, estimate: Integer64): void {
  const isNumber = typeof estimate === "number";
  const low = isNumber ? estimate : Number(BigInt.asUintN(32, estimate));
  const high = isNumber ? Math.floor(estimate / 2 ** 32) : Number(estimate >> 32n);
  for (let i = 0; i < 4; i++) {
    bytes[start + ESTIMATE_AT + i] = low >>> 8 * i;
    bytes[start + ESTIMATE_AT + 4 + i] = high >>> 8 * i;
  }
}

/** Says that the estimate in the header holds no more. */
export function forgetEstimate({ bytes, start }: Slice): void {
  bytes[start + STALE_AT] |= STALE_BIT;
}
