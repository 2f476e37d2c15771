// Commands on whole databases: counting, emptying, exchanging.
import { integer32Of, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";

const ASYNC = keyword("async");
const SYNC = keyword("sync");
const FIRST_INDEX = new CommandError("ERR invalid first DB index");
const SECOND_INDEX = new CommandError("ERR invalid second DB index");

/** DBSIZE */
export function dbsize(call: Call): void {
  call.reply.integer(call.database.size);
}

function freesLazily(call: Call): boolean {
  if (call.count === 1) return call.services.config.bool("lazyfree-lazy-user-flush");
  if (call.count > 2) throw ERR.syntax;
  if (call.at(1).equalsIgnoreCase(ASYNC)) return true;
  if (call.at(1).equalsIgnoreCase(SYNC)) return false;
  throw ERR.syntax;
}

/** FLUSHDB [ASYNC | SYNC] */
export function flushdb(call: Call): void {
  const lazily = freesLazily(call);
  const { keyspace } = call.services;
  const removed = keyspace.flush(call.database, lazily);
  // An empty database is flushed for replicas too: theirs may not be empty.
  keyspace.dirty += Math.max(1, removed);
  call.reply.ok();
}

/** FLUSHALL [ASYNC | SYNC] */
export function flushall(call: Call): void {
  const lazily = freesLazily(call);
  const { keyspace, ports } = call.services;
  let removed = 0;
  for (const database of keyspace.databases) removed += keyspace.flush(database, lazily);
  keyspace.dirty += ports.dumps.flushed() ? 1 : Math.max(1, removed);
  call.reply.ok();
}

/** SWAPDB index1 index2 */
export function swapdb(call: Call): void {
  const { keyspace } = call.services;
  const first = integer32Of(call.at(1), FIRST_INDEX);
  const second = integer32Of(call.at(2), SECOND_INDEX);
  const count = keyspace.databases.length;
  if (first < 0 || second < 0 || first >= count || second >= count) throw ERR.databaseIndex;
  if (first !== second) keyspace.swap(first, second);
  keyspace.dirty++;
  call.reply.ok();
}
