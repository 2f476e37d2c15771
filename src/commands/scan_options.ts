// The options that SSCAN, HSCAN and ZSCAN have in common with SCAN.
import { isMatchAll } from "../base/glob.ts";
import { parseCursor } from "../base/int64.ts";
import type { Slice } from "../base/slice.ts";
import { clampedIntegerOf, keyword } from "../engine/arguments.ts";
import type { Call } from "../engine/call.ts";
import { ERR } from "../engine/errors.ts";
import { tableCursor } from "../store/scan.ts";

const COUNT = keyword("count");
const MATCH = keyword("match");
const NOVALUES = keyword("novalues");
const DEFAULT_COUNT = 10;

/** How far a walk over a collection goes, and what of it is told. */
export interface ScanOptions {
  count: number;
  /** Undefined for everything. */
  pattern: Slice | undefined;
  noValues: boolean;
}

/** The cursor of `SSCAN key cursor`, for a table. Throws where Redis says that it is none. */
export function scanCursorOf({ bytes, start, end }: Slice): number {
  const cursor = parseCursor(bytes, start, end);
  if (cursor === undefined) throw ERR.invalidCursor;
  return tableCursor(cursor);
}

/** Reads `[MATCH pattern] [COUNT count]` and, where it is allowed, `[NOVALUES]` from 3 on. */
export function readScanOptions(call: Call, mayOmitValues = false): ScanOptions {
  const options: ScanOptions = { count: DEFAULT_COUNT, pattern: undefined, noValues: false };
  for (let i = 3; i < call.count; i++) {
    const option = call.at(i);
    if (option.equalsIgnoreCase(NOVALUES)) {
      if (!mayOmitValues) throw ERR.noValuesOfHashesOnly;
      options.noValues = true;
      continue;
    }
    if (++i === call.count) throw ERR.syntax;
    const value = call.at(i);
    if (option.equalsIgnoreCase(COUNT)) {
      options.count = clampedIntegerOf(value);
      if (options.count < 1) throw ERR.syntax;
    } else if (option.equalsIgnoreCase(MATCH)) options.pattern = value;
    else throw ERR.syntax;
  }
  if (options.pattern !== undefined && isMatchAll(options.pattern)) options.pattern = undefined;
  return options;
}

/** The answer for a key that does not exist: the options are not even read. */
export function writeEmptyScan({ reply }: Call): void {
  reply.array(2);
  reply.bulkInteger(0);
  reply.array(0);
}
