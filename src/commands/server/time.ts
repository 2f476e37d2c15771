// TIME and ROLE: what the server is to others.
import type { Call } from "../../engine/call.ts";

/** TIME: Unix seconds, and microseconds of the second that runs. */
export function time(call: Call): void {
  const microseconds = call.services.keyspace.clock.nowUs();
  call.reply.array(2);
  call.reply.bulkInteger(Math.floor(microseconds / 1e6));
  call.reply.bulkInteger(microseconds % 1e6);
}

/** ROLE */
export function role(call: Call): void {
  call.services.ports.replication.writeRole(call.reply);
}
