// Members of sets that are integers.
import { decimalLength, type Integer64, parseInt64 } from "../base/int64.ts";
import type { Slice } from "../base/slice.ts";

/** The integer that a text is, undefined for every other text. */
export function integerOf({ bytes, start, end }: Slice): Integer64 | undefined {
  // Most texts that are no integers end with something that is no digit.
  const last = end > start ? bytes[end - 1] : 0;
  return last < 0x30 || last > 0x39 ? undefined : parseInt64(bytes, start, end);
}

/** Length of an integer as a text. */
export function digitsOf(value: Integer64): number {
  return typeof value === "number" ? decimalLength(value) : String(value).length;
}
