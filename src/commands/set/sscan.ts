// SSCAN.
import { globMatch } from "../../base/glob.ts";
import type { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { ENCODING_HASHTABLE, TYPE_SET } from "../../store/entry.ts";
import { scanTable } from "../../store/scan.ts";
import type { SetValue } from "../../values/set_value.ts";
import { memberInto } from "../../values/table_values.ts";
import { readScanOptions, scanCursorOf, writeEmptyScan } from "../scan_options.ts";
import { openSet } from "./open_set.ts";

/** SSCAN key cursor [MATCH pattern] [COUNT count] */
export function sscan(call: Call): void {
  const cursor = scanCursorOf(call.at(2));
  const ref = call.readTyped(call.at(1), TYPE_SET);
  if (ref === 0) return writeEmptyScan(call);
  const { count, pattern } = readScanOptions(call);
  const set = openSet(call, ref);
  if (set.encoding === ENCODING_HASHTABLE) scanMembers(call, set, { cursor, count, pattern });
  else writeAll(call, set, pattern);
}

interface Portion {
  cursor: number;
  count: number;
  pattern: Slice | undefined;
}

function scanMembers(call: Call, set: SetValue, { cursor, count, pattern }: Portion): void {
  const { arena } = call.services.keyspace;
  const { reply } = call;
  const { member } = set;
  const found: number[] = [];
  const next = scanTable(set.table, cursor, count, (ref) => {
    memberInto(arena, ref, member);
    if (pattern === undefined || globMatch(pattern, member)) found.push(ref);
  });
  reply.array(2);
  reply.bulkInteger(next);
  reply.array(found.length);
  for (const ref of found) {
    memberInto(arena, ref, member);
    reply.bulk(member);
  }
}

/** A small set is told in one go, whatever the cursor. */
function writeAll({ reply }: Call, set: SetValue, pattern: Slice | undefined): void {
  reply.array(2);
  reply.bulkInteger(0);
  const token = reply.openArray();
  let found = 0;
  set.begin();
  while (set.next()) {
    if (pattern !== undefined && !globMatch(pattern, set.member)) continue;
    reply.bulk(set.member);
    found++;
  }
  set.end();
  reply.closeArray(token, found);
}
