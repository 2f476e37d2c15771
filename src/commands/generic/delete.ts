// DEL and UNLINK.
import type { Call } from "../../engine/call.ts";
import { removeEntry } from "../../store/key_operations.ts";

/** DEL key [key ...] */
export function del(call: Call): void {
  remove(call, call.services.config.bool("lazyfree-lazy-user-del"));
}

/** UNLINK key [key ...] */
export function unlink(call: Call): void {
  remove(call, true);
}

function remove(call: Call, lazily: boolean): void {
  const { database, reply } = call;
  // A replica keeps keys whose time is over until its master says DEL: then they have to be found.
  const { expiresKeys } = database.keyspace;
  let removed = 0;
  for (let i = 1; i < call.count; i++) {
    const key = call.at(i);
    const ref = expiresKeys ? database.look(key) : database.peek(key);
    if (ref === 0) continue;
    removeEntry(database, ref, lazily);
    database.changed(key, "del");
    removed++;
  }
  reply.integer(removed);
}
