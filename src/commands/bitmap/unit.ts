// BYTE and BIT: what the ends of a range count.
import type { Slice } from "../../base/slice.ts";
import { keyword } from "../../engine/arguments.ts";
import { ERR } from "../../engine/errors.ts";

const BYTE = keyword("byte");
const BIT = keyword("bit");

/** Bytes of a string that are gone through in the time that an element of another value takes. */
export const BYTES_AT_ONCE = 64;

/** Whether the unit is BIT. Throws a syntax error when it is neither. */
export function countsBits(unit: Slice): boolean {
  if (unit.equalsIgnoreCase(BIT)) return true;
  if (unit.equalsIgnoreCase(BYTE)) return false;
  throw ERR.syntax;
}
