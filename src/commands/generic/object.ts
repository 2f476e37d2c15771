// OBJECT: how a value is kept, and how it is used.
import { parseSafeInteger } from "../../base/int64.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError } from "../../engine/errors.ts";
import { accessOf, ENCODING_INT, ENCODING_NAMES } from "../../store/entry.ts";
import { lookUntouched } from "../../store/key_operations.ts";
import { helpOf } from "../help.ts";

const NO_IDLE_TIME = new CommandError(
  "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching" +
    " between policies at runtime LRU and LFU data will take some time to adjust.",
);
const NO_FREQUENCY = new CommandError(
  "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when" +
    " switching between policies at runtime LRU and LFU data will take some time to adjust.",
);
/** Redis shares one object among all strings of an integer below this one ... */
const SHARED_INTEGERS = 10_000;
/** ... and answers this for its number of references. */
const SHARED_REFERENCES = 2 ** 31 - 1;

/** OBJECT HELP */
export const objectHelp = helpOf("object", [
  "ENCODING <key>",
  "    How the value of the key is kept in memory.",
  "FREQ <key>",
  "    How often the key is used lately, on a logarithmic scale; for the LFU policies.",
  "IDLETIME <key>",
  "    For how many seconds the key was not used; not for the LFU policies.",
  "REFCOUNT <key>",
  "    How many references there are to the value of the key.",
]);

/** The entry of the key, 0 after the reply of a missing one. */
function entryOrNull(call: Call): number {
  const ref = lookUntouched(call.database, call.at(2));
  if (ref === 0) call.reply.null();
  return ref;
}

/** OBJECT ENCODING key */
export function objectEncoding(call: Call): void {
  const ref = entryOrNull(call);
  if (ref !== 0) call.reply.bulkText(ENCODING_NAMES[call.database.encodingOf(ref)]);
}

/** OBJECT FREQ key */
export function objectFreq(call: Call): void {
  const ref = entryOrNull(call);
  if (ref === 0) return;
  const { access, arena } = call.services.keyspace;
  if (!access.lfu) throw NO_FREQUENCY;
  call.reply.integer(access.frequency(accessOf(arena, ref)));
}

/** OBJECT IDLETIME key */
export function objectIdletime(call: Call): void {
  const ref = entryOrNull(call);
  if (ref === 0) return;
  const { access, arena } = call.services.keyspace;
  if (access.lfu) throw NO_IDLE_TIME;
  call.reply.integer(access.idleSeconds(accessOf(arena, ref)));
}

/** OBJECT REFCOUNT key: values are not shared here, but clients see those that Redis shares. */
export function objectRefcount(call: Call): void {
  const ref = entryOrNull(call);
  if (ref !== 0) call.reply.integer(isShared(call, ref) ? SHARED_REFERENCES : 1);
}

function isShared(call: Call, ref: number): boolean {
  const { database, services } = call;
  if (database.typeOf(ref) !== 0 || database.encodingOf(ref) !== ENCODING_INT) return false;
  // A shared object has one access time for all its keys, which eviction by use cannot work with.
  const { config } = services;
  const byUse = /l[rf]u/.test(config.rendered("maxmemory-policy"));
  if (byUse && config.int("maxmemory") > 0) return false;
  const { bytes, start, end } = database.stringOf(ref);
  const value = parseSafeInteger(bytes, start, end);
  return value >= 0 && value < SHARED_INTEGERS;
}
