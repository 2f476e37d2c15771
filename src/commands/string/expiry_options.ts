// EX, PX, EXAT and PXAT, as SET and GETEX have them.
import type { Slice } from "../../base/slice.ts";
import { EX, EXAT, type ExpiryUnit, keyword, PX, PXAT } from "../../engine/arguments.ts";

const EX_WORD = keyword("ex");
const PX_WORD = keyword("px");
const EXAT_WORD = keyword("exat");
const PXAT_WORD = keyword("pxat");

/** The unit that an option names, undefined for any other word. */
export function expiryUnitNamed(option: Slice): ExpiryUnit | undefined {
  if (option.equalsIgnoreCase(EX_WORD)) return EX;
  if (option.equalsIgnoreCase(PX_WORD)) return PX;
  if (option.equalsIgnoreCase(EXAT_WORD)) return EXAT;
  if (option.equalsIgnoreCase(PXAT_WORD)) return PXAT;
  return undefined;
}
