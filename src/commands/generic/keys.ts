// RANDOMKEY and KEYS.
import { globMatch, isMatchAll } from "../../base/glob.ts";
import type { Call } from "../../engine/call.ts";
import { eachLiveKey, randomKey } from "../../store/scan.ts";

/** RANDOMKEY */
export function randomkey({ database, reply }: Call): void {
  const ref = randomKey(database);
  if (ref === 0) reply.null();
  else reply.bulk(database.keyOf(ref));
}

/** KEYS pattern */
export function keys(call: Call): void {
  const { database, reply } = call;
  const pattern = call.at(1), all = isMatchAll(pattern);
  const token = reply.openArray();
  let found = 0;
  eachLiveKey(database, (ref) => {
    const key = database.keyOf(ref);
    if (!all && !globMatch(pattern, key)) return;
    reply.bulk(key);
    found++;
  });
  reply.closeArray(token, found);
}
