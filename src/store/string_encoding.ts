// Which encoding a string gets when it is stored whole: int, embstr or raw, as Redis decides.
import { parseInt64, parseSafeInteger } from "../base/int64.ts";
import type { Slice } from "../base/slice.ts";
import { EMBSTR_MAX_BYTES, ENCODING_EMBSTR, ENCODING_INT, ENCODING_RAW } from "./entry.ts";

const INT_MAX_BYTES = 20;

/** ENCODING_INT for a canonical 64-bit integer, ENCODING_EMBSTR for a short string, else ENCODING_RAW. */
export function stringEncoding(value: Slice): number {
  const { bytes, start, end } = value;
  const length = end - start;
  if (length > EMBSTR_MAX_BYTES) return ENCODING_RAW;
  if (length > INT_MAX_BYTES || length === 0) return ENCODING_EMBSTR;
  const last = bytes[end - 1];
  if (last < 0x30 || last > 0x39) return ENCODING_EMBSTR; // most texts end the test here
  const safe = parseSafeInteger(bytes, start, end);
  if (safe === safe) return ENCODING_INT;
  return length > 15 && parseInt64(bytes, start, end) !== undefined
    ? ENCODING_INT
    : ENCODING_EMBSTR;
}
