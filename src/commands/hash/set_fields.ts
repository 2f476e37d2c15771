// HSET, HMSET, HSETNX and HDEL.
import type { Call } from "../../engine/call.ts";
import { wrongArguments } from "../../engine/errors.ts";
import { ENCODING_HASHTABLE } from "../../store/entry.ts";
import type { HashValue } from "../../values/hash_value.ts";
import { announcePart } from "../part_done.ts";
import {
  hashWindow,
  keepHash,
  removeEmptyHash,
  writeFields,
  writeHash,
  writeOrCreateHash,
} from "./open_hash.ts";

/** HSET key field value [field value ...] */
export function hset(call: Call): void {
  call.reply.integer(setPairs(call));
}

/** HMSET key field value [field value ...] */
export function hmset(call: Call): void {
  setPairs(call);
  call.reply.ok();
}

/** Sets all fields and answers how many are new. */
function setPairs(call: Call): number {
  const { count } = call;
  if (count % 2 === 1) throw wrongArguments(call.command.fullName);
  const key = call.at(1);
  const ref = writeOrCreateHash(call, key);
  const hash = hashWindow(call);
  let created = 0, i = 2;
  try {
    expectPairs(call, hash, 2);
    for (; i < count; i += 2) if (hash.set(call.at(i), call.at(i + 1))) created++;
  } catch (error) {
    keepHash(call, key, ref);
    announcePart(call, key, { event: "hset", changes: (i - 2) / 2, end: i });
    throw error;
  }
  keepHash(call, key, ref);
  call.database.changed(key, "hset", (count - 2) / 2);
  return created;
}

/** Converts a small hash, if need be, once for all the fields and values from `first` on. */
export function expectPairs(call: Call, hash: HashValue, first: number): void {
  if (hash.encoding === ENCODING_HASHTABLE) return;
  const { count } = call;
  hash.expect((count - first) / 2);
  let longest = 0, total = 0;
  for (let i = first; i < count; i++) {
    const { length } = call.at(i);
    total += length;
    if (length > longest) longest = length;
  }
  hash.expectLength(longest, total);
}

/** HSETNX key field value */
export function hsetnx(call: Call): void {
  const key = call.at(1), field = call.at(2);
  const ref = writeFields(call, { first: 2, end: 3, stride: 1 });
  const hash = hashWindow(call);
  if (ref === 0) hash.create();
  else if (hash.find(field)) return call.reply.integer(0);
  try {
    expectPairs(call, hash, 2);
    hash.set(field, call.at(3));
  } finally {
    keepHash(call, key, ref);
  }
  call.database.changed(key, "hset");
  call.reply.integer(1);
}

/** HDEL key field [field ...] */
export function hdel(call: Call): void {
  call.reply.integer(removeFields(call, 2));
}

/**
 * Removes the fields named from `first` on, announces it, and answers how many there were. Those
 * whose time is over count, as in Redis: they were there.
 */
function removeFields(call: Call, first: number): number {
  const key = call.at(1);
  const ref = writeHash(call, key);
  if (ref === 0) return 0;
  const hash = hashWindow(call);
  hash.hiddenUntilMs = -1;
  const expiring = hash.nextExpireAtMs >= 0;
  let removed = 0, empty = false, i = first;
  try {
    for (; i < call.count && !empty; i++) {
      if (!hash.remove(call.at(i))) continue;
      removed++;
      empty = hash.size === 0;
    }
  } catch (error) {
    keepHash(call, key, ref);
    announcePart(call, key, { event: "hdel", changes: removed, end: i });
    throw error;
  }
  keepHash(call, key, ref);
  if (removed > 0) call.database.changed(key, "hdel", removed);
  if (empty) removeEmptyHash(call, key, ref);
  else if (expiring && hash.nextExpireAtMs < 0) call.database.fieldExpiries.note(key, -1);
  return removed;
}
