// LCS.
import { Slice } from "../../base/slice.ts";
import { clampedIntegerOf, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import { TYPE_STRING } from "../../store/entry.ts";
import { commonLength, CommonSubsequence } from "./longest_common_subsequence.ts";

const IDX = keyword("idx");
const LEN = keyword("len");
const MINMATCHLEN = keyword("minmatchlen");
const WITHMATCHLEN = keyword("withmatchlen");
const NOT_STRINGS = new CommandError("ERR The specified keys must contain string values");
const LEN_AND_IDX = new CommandError(
  "ERR If you want both the length and indexes, please just use IDX.",
);
const TOO_LARGE = new CommandError(
  "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len",
);
/** What Redis takes for each pair of bytes; its limit is kept although less is needed here. */
const CELL_BYTES = 4;
/** Cells are counted in 32 bits. */
const MAX_TABLE_BYTES = 2 ** 34;

interface Options {
  idx: boolean;
  len: boolean;
  minMatchLength: number;
  withMatchLength: boolean;
}

function readOptions(call: Call): Options {
  const options = { idx: false, len: false, minMatchLength: 0, withMatchLength: false };
  for (let i = 3; i < call.count; i++) {
    const option = call.at(i);
    if (option.equalsIgnoreCase(IDX)) options.idx = true;
    else if (option.equalsIgnoreCase(LEN)) options.len = true;
    else if (option.equalsIgnoreCase(WITHMATCHLEN)) options.withMatchLength = true;
    else if (option.equalsIgnoreCase(MINMATCHLEN) && i + 1 < call.count) {
      options.minMatchLength = clampedIntegerOf(call.at(++i));
    } else throw ERR.syntax;
  }
  if (options.len && options.idx) throw LEN_AND_IDX;
  return options;
}

/** The string of a key as a slice of its own, undefined when the key holds something else. */
function stringAt(call: Call, key: Slice): Slice | undefined {
  const { database } = call;
  const ref = database.read(key);
  if (ref === 0) return new Slice();
  if (database.typeOf(ref) !== TYPE_STRING) return undefined;
  const { bytes, start, end } = database.stringOf(ref);
  return new Slice(bytes, start, end);
}

/** LCS key1 key2 [LEN] [IDX] [MINMATCHLEN min-match-len] [WITHMATCHLEN] */
export function lcs(call: Call): void {
  const a = stringAt(call, call.at(1)), b = stringAt(call, call.at(2));
  if (a === undefined || b === undefined) throw NOT_STRINGS;
  const options = readOptions(call);
  const cells = (a.length + 1) * (b.length + 1);
  const limit = Math.min(call.services.config.int("proto-max-bulk-len"), MAX_TABLE_BYTES);
  if (cells * CELL_BYTES > limit) throw TOO_LARGE;
  if (options.len) return call.reply.integer(commonLength(a, b));
  const common = new CommonSubsequence(a, b);
  if (options.idx) replyMatches(call, common, options);
  else call.reply.bulkRange(common.bytes, 0, common.bytes.length);
}

function replyMatches(call: Call, common: CommonSubsequence, options: Options): void {
  const { reply } = call;
  reply.map(2);
  reply.bulkText("matches");
  const token = reply.openArray();
  let count = 0;
  for (const { aFirst, aLast, bFirst, bLast } of common.matches) {
    const length = aLast - aFirst + 1;
    if (length < options.minMatchLength) continue;
    count++;
    reply.array(options.withMatchLength ? 3 : 2);
    reply.array(2);
    reply.integer(aFirst);
    reply.integer(aLast);
    reply.array(2);
    reply.integer(bFirst);
    reply.integer(bLast);
    if (options.withMatchLength) reply.integer(length);
  }
  reply.closeArray(token, count);
  reply.bulkText("len");
  reply.integer(common.bytes.length);
}
