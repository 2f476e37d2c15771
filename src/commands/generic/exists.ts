// EXISTS, TYPE and TOUCH: whether keys are there, and what they hold.
import type { Call } from "../../engine/call.ts";
import { TYPE_NAMES } from "../../store/entry.ts";
import { lookUntouched } from "../../store/key_operations.ts";

/** EXISTS key [key ...]: a key named twice counts twice. */
export function exists(call: Call): void {
  let found = 0;
  for (let i = 1; i < call.count; i++) if (lookUntouched(call.database, call.at(i)) !== 0) found++;
  call.reply.integer(found);
}

/** TYPE key */
export function type(call: Call): void {
  const ref = lookUntouched(call.database, call.at(1));
  call.reply.simple(ref === 0 ? "none" : TYPE_NAMES[call.database.typeOf(ref)]);
}

/** TOUCH key [key ...]: touches whatever CLIENT NO-TOUCH says. */
export function touch(call: Call): void {
  const { database } = call;
  const { keyspace } = database;
  const noTouch = keyspace.noTouch;
  keyspace.noTouch = false;
  let found = 0;
  for (let i = 1; i < call.count; i++) if (database.read(call.at(i)) !== 0) found++;
  keyspace.noTouch = noTouch;
  call.reply.integer(found);
}
