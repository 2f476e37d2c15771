// WATCH and UNWATCH.
import type { Call } from "../../engine/call.ts";
import { CommandError } from "../../engine/errors.ts";

const WATCH_IN_MULTI = new CommandError("ERR WATCH inside MULTI is not allowed");

/** WATCH key [key ...]: once a watched key changed, watching more makes no difference. */
export function watch(call: Call): void {
  const { session, database, reply } = call;
  const { watches } = call.services;
  if (session.queued !== undefined) throw WATCH_IN_MULTI;
  if (!watches.isTouched(session)) {
    for (let i = 1; i < call.count; i++) watches.watch(session, database, call.at(i));
  }
  reply.ok();
}

/** UNWATCH */
export function unwatch({ session, services, reply }: Call): void {
  services.watches.forget(session);
  reply.ok();
}
