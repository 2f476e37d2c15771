// DEL and UNLINK.
import type { Call } from "../../engine/call.ts";
import { TYPE_STRING } from "../../store/entry.ts";
import type { Graveyard } from "../../store/graveyard.ts";
import { removeEntry } from "../../store/key_operations.ts";
import { graveyardIf } from "./lazy_free.ts";

/** DEL key [key ...] */
export function del(call: Call): void {
  remove(call, graveyardIf(call, "lazyfree-lazy-user-del"));
}

/** UNLINK key [key ...] */
export function unlink(call: Call): void {
  remove(call, call.services.keyspace.graveyard);
}

function remove(call: Call, graveyard: Graveyard | undefined): void {
  const { database, reply } = call;
  // A replica keeps keys whose time is over until its master says DEL: then they have to be found.
  const { expiresKeys } = database.keyspace;
  let removed = 0;
  for (let i = 1; i < call.count; i++) {
    const key = call.at(i);
    const ref = expiresKeys ? database.look(key) : database.peek(key);
    if (ref === 0) continue;
    // Freeing a big value takes its time; the slow log wants to know.
    if (database.typeOf(ref) !== TYPE_STRING) call.long = true;
    removeEntry(database, ref, graveyard);
    database.changed(key, "del");
    removed++;
  }
  reply.integer(removed);
}
