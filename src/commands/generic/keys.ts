// RANDOMKEY and KEYS.
import { asciiBytes } from "../../base/bytes.ts";
import { globMatch, isMatchAll } from "../../base/glob.ts";
import type { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { eachLiveKey, randomKey } from "../../store/scan.ts";

/** What means more than itself in a pattern. */
const SPECIAL = asciiBytes("*?[\\");

/** RANDOMKEY */
export function randomkey({ database, reply }: Call): void {
  const ref = randomKey(database);
  if (ref === 0) reply.null();
  else reply.bulk(database.keyOf(ref));
}

/** KEYS pattern */
export function keys(call: Call): void {
  const { database, reply } = call;
  const pattern = call.at(1), all = isMatchAll(pattern), plain = plainStart(pattern);
  const token = reply.openArray();
  let found = 0;
  eachLiveKey(database, (ref) => {
    const key = database.keyOf(ref);
    if (!all && !(startsAlike(key, pattern, plain) && globMatch(pattern, key))) return;
    reply.bulk(key);
    found++;
  });
  reply.closeArray(token, found);
}

/** Number of bytes at the start of a pattern that stand for themselves. */
function plainStart({ bytes, start, end }: Slice): number {
  let at = start;
  while (at < end && !SPECIAL.includes(bytes[at])) at++;
  return at - start;
}

/** Most keys differ from a pattern there, and this is told much sooner than by matching. */
function startsAlike(key: Slice, pattern: Slice, length: number): boolean {
  if (key.end - key.start < length) return false;
  const { bytes, start } = key;
  for (let i = 0; i < length; i++) {
    if (bytes[start + i] !== pattern.bytes[pattern.start + i]) return false;
  }
  return true;
}
