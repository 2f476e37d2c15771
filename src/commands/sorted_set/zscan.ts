// ZSCAN.
import { DOUBLE_TEXT_MAX, writeDouble, writeSeventeenDigits } from "../../base/double.ts";
import { globMatch } from "../../base/glob.ts";
import { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { TYPE_ZSET } from "../../store/entry.ts";
import { scanTable } from "../../store/scan.ts";
import { memberInto } from "../../values/table_values.ts";
import type { ZsetElements } from "../../values/zset_elements.ts";
import { scoreOfEntry, ZsetTable } from "../../values/zset_table.ts";
import { readScanOptions, scanCursorOf, writeEmptyScan } from "../scan_options.ts";
import { openZset } from "./open_zset.ts";

/** The text of a score on its way out. */
const SCORE = new Uint8Array(DOUBLE_TEXT_MAX);

/** ZSCAN key cursor [MATCH pattern] [COUNT count] */
export function zscan(call: Call): void {
  const cursor = scanCursorOf(call.at(2));
  const ref = call.readTyped(call.at(1), TYPE_ZSET);
  if (ref === 0) return writeEmptyScan(call);
  const { count, pattern } = readScanOptions(call);
  const { elements } = openZset(call, ref);
  if (elements instanceof ZsetTable) scanEntries(call, elements, { cursor, count, pattern });
  else writeAll(call, elements, pattern);
}

interface Portion {
  readonly cursor: number;
  readonly count: number;
  readonly pattern: Slice | undefined;
}

function scanEntries(call: Call, zset: ZsetTable, { cursor, count, pattern }: Portion): void {
  const { arena } = call.services.keyspace;
  const { reply } = call, member = new Slice();
  const found: number[] = [];
  const next = scanTable(zset.table, cursor, count, (entry) => {
    memberInto(arena, entry, member);
    if (pattern === undefined || globMatch(pattern, member)) found.push(entry);
  });
  reply.array(2);
  reply.bulkInteger(next);
  reply.array(2 * found.length);
  for (const entry of found) {
    memberInto(arena, entry, member);
    reply.bulk(member);
    // Here a score is a text in RESP3 as well, and in a large sorted set one with all digits.
    reply.bulkRange(SCORE, 0, writeSeventeenDigits(scoreOfEntry(arena, entry), SCORE, 0));
  }
}

/** A small sorted set is told in one go, whatever the cursor. */
function writeAll(call: Call, elements: ZsetElements, pattern: Slice | undefined): void {
  const { reply } = call;
  reply.array(2);
  reply.bulkInteger(0);
  const token = reply.openArray();
  let found = 0;
  for (let more = elements.seekRank(0); more; more = elements.next()) {
    if (pattern !== undefined && !globMatch(pattern, elements.member)) continue;
    reply.bulk(elements.member);
    reply.bulkRange(SCORE, 0, writeDouble(elements.score, SCORE, 0));
    found += 2;
  }
  reply.closeArray(token, found);
}
