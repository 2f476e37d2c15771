// BITOP.
import { Slice } from "../../base/slice.ts";
import { keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import { NO_EXPIRY } from "../../store/database.ts";
import {
  BLOCK_HEADER_BYTES,
  ENCODING_RAW,
  ENCODING_RAW_BLOCK,
  INLINE_MAX_BYTES,
  TYPE_STRING,
} from "../../store/entry.ts";
import { ArenaStrings, combine, OPERATION_NOT } from "./combine.ts";
import { BYTES_AT_ONCE } from "./unit.ts";

const OPERATIONS = ["and", "or", "xor", "not"].map(keyword);
const NOT_OF_ONE = new CommandError("ERR BITOP NOT must be called with a single source key.");
const NOTHING = new Slice();

/** Of the call that runs. */
const sources = new ArenaStrings();
/** Results that stand in their entry are put together here. */
const shortBytes = new Uint8Array(INLINE_MAX_BYTES);
const shortPlace = { i32: new Int32Array(shortBytes.buffer), u8: shortBytes, start: 0 };
const shortResult = new Slice(shortBytes);

/** BITOP AND | OR | XOR | NOT destkey key [key ...] */
export function bitop(call: Call): void {
  const operation = operationOf(call.at(1));
  if (operation === OPERATION_NOT && call.count !== 4) throw NOT_OF_ONE;
  readSources(call);
  const length = sources.longest;
  call.weigh(length * sources.count / BYTES_AT_ONCE);
  if (length === 0) removeDestination(call);
  else if (length <= INLINE_MAX_BYTES) storeShort(call, operation, length);
  else {
    const { database } = call, { arena } = database;
    // The destination may be a source: the result gets a block of its own.
    const block = database.allocateBlock(length, length);
    const start = block * 8 + BLOCK_HEADER_BYTES;
    combine(arena, operation, sources, { i32: arena.i32, u8: arena.u8, start });
    store(call, block);
  }
  call.reply.integer(length);
}

function operationOf(word: Slice): number {
  for (let i = 0; i < OPERATIONS.length; i++) if (word.equalsIgnoreCase(OPERATIONS[i])) return i;
  throw ERR.syntax;
}

/** Where the sources stand in the arena; a missing one is empty. */
function readSources(call: Call): void {
  sources.clear();
  for (let i = 3; i < call.count; i++) {
    const ref = call.readTyped(call.at(i), TYPE_STRING);
    if (ref === 0) sources.add(0, 0);
    else {
      const { start, end } = call.database.stringOf(ref);
      sources.add(start, end - start);
    }
  }
}

function removeDestination(call: Call): void {
  const key = call.at(2);
  const { database } = call;
  const ref = database.write(key);
  if (ref === 0) return;
  database.remove(ref, database.keyspace.overwritesLazily);
  database.changed(key, "del");
}

function storeShort(call: Call, operation: number, length: number): void {
  const key = call.at(2), { database } = call;
  combine(database.arena, operation, sources, shortPlace);
  shortResult.end = length;
  database.putString(database.write(key), key, shortResult, ENCODING_RAW, NO_EXPIRY);
  database.changed(key, "set");
}

/** Makes the block the value of the destination. */
function store(call: Call, block: number): void {
  const key = call.at(2), { database } = call;
  const ref = database.write(key);
  const entry = database.putString(ref, key, NOTHING, ENCODING_RAW_BLOCK, NO_EXPIRY);
  database.arena.free(database.valueOf(entry));
  database.setValue(entry, ENCODING_RAW_BLOCK, block);
  database.changed(key, "set");
}
