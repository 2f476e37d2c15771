// RENAME, RENAMENX, MOVE and COPY: a value under another key, or in another database.
import type { Slice } from "../../base/slice.ts";
import { integer32Of, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import type { Database } from "../../store/database.ts";
import { duplicate, type Target, transfer } from "../../store/key_operations.ts";
import { graveyardIf } from "./lazy_free.ts";

const DB = keyword("db");
const REPLACE = keyword("replace");

/** RENAME key newkey */
export function rename(call: Call): void {
  if (renameUnless(call, false)) call.reply.ok();
}

/** RENAMENX key newkey */
export function renamenx(call: Call): void {
  call.reply.integer(renameUnless(call, true) ? 1 : 0);
}

/** Renames, unless the new key is taken and must not be overwritten: then it answers false. */
function renameUnless(call: Call, taken: boolean): boolean {
  const { database } = call;
  const from = call.at(1), to = call.at(2);
  const ref = database.write(from);
  if (ref === 0) throw ERR.noSuchKey;
  if (from.equals(to)) return !taken;
  const old = database.write(to);
  if (old !== 0 && taken) return false;
  transfer(database, ref, target(call, database, to, old));
  database.changed(from, "rename_from");
  database.changed(to, "rename_to", 0);
  return true;
}

/** MOVE key db */
export function move(call: Call): void {
  const { database, reply } = call;
  const key = call.at(1);
  const other = databaseOf(call, call.at(2));
  if (other === database) throw ERR.sameObject;
  const ref = database.write(key);
  if (ref === 0 || other.write(key) !== 0) return reply.integer(0);
  transfer(database, ref, target(call, other, key, 0));
  database.changed(key, "move_from");
  other.changed(key, "move_to", 0);
  reply.integer(1);
}

/** COPY source destination [DB destination-db] [REPLACE] */
export function copy(call: Call): void {
  const { database, reply } = call;
  const from = call.at(1), to = call.at(2);
  let other = database, replace = false;
  for (let i = 3; i < call.count; i++) {
    const option = call.at(i);
    if (option.equalsIgnoreCase(REPLACE)) replace = true;
    else if (option.equalsIgnoreCase(DB) && i + 1 < call.count) {
      other = databaseOf(call, call.at(++i));
    } else throw ERR.syntax;
  }
  if (other === database && from.equals(to)) throw ERR.sameObject;
  const ref = database.read(from);
  if (ref === 0) return reply.integer(0);
  const old = other.write(to);
  if (old !== 0 && !replace) return reply.integer(0);
  const type = call.services.keyspace.valueTypes[database.typeOf(ref)];
  call.weigh(type?.elements(database.encodingOf(ref), database.valueOf(ref)) ?? 0);
  duplicate(database, ref, target(call, other, to, old));
  other.changed(to, "copy_to");
  reply.integer(1);
}

function target(call: Call, database: Database, key: Slice, old: number): Target {
  return { database, key, old, graveyard: graveyardIf(call, "lazyfree-lazy-server-del") };
}

function databaseOf(call: Call, argument: Slice): Database {
  const { databases } = call.services.keyspace;
  const index = integer32Of(argument);
  if (index < 0 || index >= databases.length) throw ERR.databaseIndex;
  return databases[index];
}
