// DEBUG OBJECT: how a value is kept.
import { asciiBytes } from "../../base/bytes.ts";
import { parseSafeInteger } from "../../base/int64.ts";
import { lzfCompress } from "../../base/lzf.ts";
import type { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { accessOf, ENCODING_NAMES, TYPE_STRING } from "../../store/entry.ts";

/** Shortest string that a dump tries to compress, bytes. */
const COMPRESS_FROM = 21;
/** Bytes that packing has to save at least. */
const LEAST_SAVING = 4;
/** Longest text that a dump may hold as an integer. */
const INTEGER_MAX_BYTES = 11;

/** DEBUG OBJECT key */
export function debugObject(call: Call): void {
  const { database, reply, services } = call;
  const ref = database.peek(call.at(2));
  if (ref === 0) throw ERR.noSuchKey;
  const { access, arena } = services.keyspace;
  const field = accessOf(arena, ref);
  const idle = access.lfu ? 0 : access.idleSeconds(field);
  const type = database.typeOf(ref), encoding = database.encodingOf(ref);
  const length = type === TYPE_STRING
    ? serializedLength(database.stringOf(ref), services.config.bool("rdbcompression"))
    : services.keyspace.valueTypes[type]?.bytes(encoding, database.valueOf(ref)) ?? 0;
  reply.simple(
    `Value at:0x${(ref * 8).toString(16)} refcount:1 encoding:${ENCODING_NAMES[encoding]}` +
      ` serializedlength:${length} lru:${field} lru_seconds_idle:${idle}`,
  );
}

/** Bytes that a string takes in a dump. */
function serializedLength(value: Slice, compress: boolean): number {
  const { bytes, start, end, length } = value;
  if (length <= INTEGER_MAX_BYTES) {
    const integer = parseSafeInteger(bytes, start, end);
    // Only a text that the integer gives back exactly may be stored as one.
    if (integer === integer && value.equalsBytes(asciiBytes(String(integer)))) {
      if (integer >= -128 && integer <= 127) return 2;
      if (integer >= -32768 && integer <= 32767) return 3;
      if (integer >= -(2 ** 31) && integer < 2 ** 31) return 5;
    }
  }
  if (compress && length >= COMPRESS_FROM) {
    const limit = length - LEAST_SAVING;
    const packed = lzfCompress(bytes, start, end, new Uint8Array(limit), limit);
    if (packed > 0) return 1 + lengthBytes(packed) + lengthBytes(length) + packed;
  }
  return lengthBytes(length) + length;
}

function lengthBytes(length: number): number {
  if (length < 64) return 1;
  if (length < 16384) return 2;
  return length < 2 ** 32 ? 5 : 9;
}
