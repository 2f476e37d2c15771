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
import { type ArenaString, combine, type Operation } from "./combine.ts";

const OPERATIONS: readonly (readonly [Uint8Array, Operation])[] = [
  [keyword("and"), "and"],
  [keyword("or"), "or"],
  [keyword("xor"), "xor"],
  [keyword("not"), "not"],
];
const NOT_OF_ONE = new CommandError("ERR BITOP NOT must be called with a single source key.");
const NOTHING = new Slice();

/** BITOP AND | OR | XOR | NOT destkey key [key ...] */
export function bitop(call: Call): void {
  const operation = OPERATIONS.find(([name]) => call.at(1).equalsIgnoreCase(name))?.[1];
  if (operation === undefined) throw ERR.syntax;
  if (operation === "not" && call.count !== 4) throw NOT_OF_ONE;
  const sources = readSources(call);
  const length = sources.reduce((longest, source) => Math.max(longest, source.length), 0);
  if (length === 0) removeDestination(call);
  else {
    const { database } = call;
    // The destination may be a source: the result gets a block of its own.
    const block = database.allocateBlock(length, length);
    combine(database.arena, operation, sources, block * 8 + BLOCK_HEADER_BYTES);
    store(call, block, length);
  }
  call.reply.integer(length);
}

/** Where the sources stand in the arena; a missing one is empty. */
function readSources(call: Call): ArenaString[] {
  const sources: ArenaString[] = [];
  for (let i = 3; i < call.count; i++) {
    const ref = call.readTyped(call.at(i), TYPE_STRING);
    if (ref === 0) sources.push({ start: 0, length: 0 });
    else {
      const { start, length } = call.database.stringOf(ref);
      sources.push({ start, length });
    }
  }
  return sources;
}

function removeDestination(call: Call): void {
  const key = call.at(2);
  const { database } = call;
  const ref = database.write(key);
  if (ref === 0) return;
  database.remove(ref, database.keyspace.overwritesLazily);
  database.changed(key, "del");
}

/** Makes the block the value of the destination; a short one is copied into the entry instead. */
function store(call: Call, block: number, length: number): void {
  const key = call.at(2);
  const { database } = call;
  const { arena } = database;
  const ref = database.write(key);
  if (length <= INLINE_MAX_BYTES) {
    const start = block * 8 + BLOCK_HEADER_BYTES;
    const value = new Slice(arena.u8, start, start + length);
    database.putString(ref, key, value, ENCODING_RAW, NO_EXPIRY);
    arena.free(block);
  } else {
    const entry = database.putString(ref, key, NOTHING, ENCODING_RAW_BLOCK, NO_EXPIRY);
    arena.free(database.valueOf(entry));
    database.setValue(entry, ENCODING_RAW_BLOCK, block);
  }
  database.changed(key, "set");
}
