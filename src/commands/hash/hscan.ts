// HSCAN.
import { globMatch } from "../../base/glob.ts";
import { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { ENCODING_HASHTABLE } from "../../store/entry.ts";
import { scanTable } from "../../store/scan.ts";
import type { HashValue } from "../../values/hash_value.ts";
import { memberInto } from "../../values/table_values.ts";
import {
  readScanOptions,
  scanCursorOf,
  type ScanOptions,
  writeEmptyScan,
} from "../scan_options.ts";
import { readHash } from "./open_hash.ts";

/** HSCAN key cursor [MATCH pattern] [COUNT count] [NOVALUES] */
export function hscan(call: Call): void {
  const cursor = scanCursorOf(call.at(2));
  const hash = readHash(call, call.at(1));
  if (hash === undefined) return writeEmptyScan(call);
  const options = readScanOptions(call, true);
  if (hash.encoding === ENCODING_HASHTABLE) scanFields(call, hash, cursor, options);
  else writeAll(call, hash, options);
}

function scanFields(call: Call, hash: HashValue, cursor: number, options: ScanOptions): void {
  const { reply } = call;
  const { arena } = call.services.keyspace;
  const { count, pattern, noValues } = options;
  const { hiddenUntilMs, table: fields } = hash;
  const part = new Slice();
  const found: number[] = [];
  const next = scanTable(fields.table, cursor, count, (ref) => {
    memberInto(arena, ref, part);
    const atMs = hiddenUntilMs < 0 ? -1 : fields.expireAtOf(ref);
    if (atMs >= 0 && atMs <= hiddenUntilMs) return;
    if (pattern === undefined || globMatch(pattern, part)) found.push(ref);
  });
  reply.array(2);
  reply.bulkInteger(next);
  reply.array(noValues ? found.length : found.length * 2);
  for (const ref of found) {
    memberInto(arena, ref, part);
    reply.bulk(part);
    if (noValues) continue;
    fields.valueInto(ref, part);
    reply.bulk(part);
  }
}

/** A small hash is told in one go, whatever the cursor. */
function writeAll({ reply }: Call, hash: HashValue, { pattern, noValues }: ScanOptions): void {
  reply.array(2);
  reply.bulkInteger(0);
  const token = reply.openArray();
  let elements = 0;
  hash.begin();
  while (hash.next()) {
    if (pattern !== undefined && !globMatch(pattern, hash.field)) continue;
    reply.bulk(hash.field);
    if (!noValues) reply.bulk(hash.content);
    elements += noValues ? 1 : 2;
  }
  hash.end();
  reply.closeArray(token, elements);
}
