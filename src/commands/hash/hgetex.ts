// HGETDEL, HGETEX and HSETEX: values and the expiry of their fields in one step.
import { asciiBytes } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";
import { keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { TYPE_HASH } from "../../store/entry.ts";
import type { HashValue } from "../../values/hash_value.ts";
import { type ExpiringOptions, readExpiringOptions } from "./expiring_options.ts";
import { fieldsFrom, isOverHere } from "./field_arguments.ts";
import { FieldChanges } from "./field_changes.ts";
import { persistEffect } from "./hexpire.ts";
import { hashWindow, keepHash, removeEmptyHash, writeFields, writeHash } from "./open_hash.ts";

const HGETEX = { word: keyword("persist"), conditions: false, stride: 1 };
const HSETEX = { word: keyword("keepttl"), conditions: true, stride: 2 };
const HDEL_BYTES = asciiBytes("HDEL");
const HSETEX_BYTES = asciiBytes("HSETEX");
const PXAT_BYTES = asciiBytes("PXAT");
const KEEPTTL_BYTES = asciiBytes("KEEPTTL");
const FIELDS_BYTES = asciiBytes("FIELDS");

/** HGETDEL key FIELDS numfields field [field ...] */
export function hgetdel(call: Call): void {
  const { reply } = call;
  const key = call.at(1);
  // Of a wrong type first, as in Redis.
  call.writeTyped(key, TYPE_HASH);
  const first = fieldsFrom(call, 2);
  const ref = writeFields(call, { first, end: call.count, stride: 1 });
  reply.array(call.count - first);
  if (ref === 0) {
    for (let i = first; i < call.count; i++) reply.null();
    return;
  }
  const hash = hashWindow(call);
  const expiring = hash.nextExpireAtMs >= 0;
  let removed = 0;
  try {
    // One by one: a field that is named twice is there but once.
    for (let i = first; i < call.count; i++) {
      if (hash.size === 0 || !hash.find(call.at(i))) {
        reply.null();
        continue;
      }
      reply.bulk(hash.readValue());
      hash.removeFound();
      removed++;
    }
  } finally {
    keepHash(call, key, ref);
  }
  if (removed > 0) announceRemoved(call, ref, { first, removed, expiring });
}

function announceRemoved(
  call: Call,
  ref: number,
  { first, removed, expiring }: { first: number; removed: number; expiring: boolean },
): void {
  const { database } = call;
  const key = call.at(1), hash = hashWindow(call);
  database.changed(key, "hdel", removed);
  if (hash.size === 0) removeEmptyHash(call, key, ref);
  else if (expiring && hash.nextExpireAtMs < 0) database.fieldExpiries.note(key, -1);
  if (call.propagates) {
    call.propagateAs(HDEL_BYTES, key.copy(), ...copies(call, first, call.count));
  }
}

function copies(call: Call, first: number, end: number): Uint8Array[] {
  const words: Uint8Array[] = [];
  for (let i = first; i < end; i++) words.push(call.at(i).copy());
  return words;
}

/** HGETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST] FIELDS numfields field [field ...] */
export function hgetex(call: Call): void {
  const { reply } = call;
  const key = call.at(1);
  // Of a wrong type first, as in Redis.
  call.writeTyped(key, TYPE_HASH);
  const options = readExpiringOptions(call, HGETEX);
  const ref = writeFields(call, { first: options.first, end: options.end, stride: 1 });
  reply.array(options.end - options.first);
  if (ref === 0) {
    for (let i = options.first; i < options.end; i++) reply.null();
    return;
  }
  const changes = new FieldChanges(call, ref);
  const persisted: Uint8Array[] = [];
  try {
    if (options.word || options.atMs >= 0) hashWindow(call).makeRoomForInstants();
    for (let i = options.first; i < options.end; i++) {
      const hash = hashWindow(call);
      if (!hash.find(call.at(i))) {
        reply.null();
        continue;
      }
      reply.bulk(hash.readValue());
      if (options.atMs >= 0) applyInstant(call, changes, call.at(i), options.atMs);
      else if (options.word && hash.clearExpiry()) persisted.push(call.at(i).copy());
    }
  } finally {
    keepHash(call, key, ref);
  }
  if (options.atMs >= 0) changes.announce(options.atMs);
  if (persisted.length > 0) {
    call.database.changed(key, "hpersist", persisted.length);
    call.propagateAs(...persistEffect(call, persisted));
  }
}

function applyInstant(call: Call, changes: FieldChanges, field: Slice, atMs: number): void {
  const hash = hashWindow(call);
  if (isOverHere(call, atMs)) changes.remove(hash, field);
  else changes.expire(hash, field, atMs);
}

/**
 * HSETEX key [FNX | FXX] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL] FIELDS numfields field value
 * [field value ...]
 */
export function hsetex(call: Call): void {
  const options = readExpiringOptions(call, HSETEX);
  const { database, reply } = call;
  const key = call.at(1);
  const { first, end } = options;
  const decided = decidedAt(call, options, writeHash(call, key));
  // Fields whose time is over go where somebody asks whether they are there; others are overwritten.
  const asked = options.condition !== "" || options.word ? Math.min(decided + 2, end) : first;
  let ref = writeFields(call, { first, end: asked, stride: 2 });
  if (decided < end) return reply.integer(0);
  const hash = hashWindow(call);
  if (ref === 0) hash.create();
  try {
    setAll(call, hash, options);
  } finally {
    keepHash(call, key, ref);
  }
  if (ref === 0) ref = database.peek(key);
  database.changed(key, "hset", (end - first) / 2);
  if (options.atMs >= 0) announceInstant(call, ref, options);
  if (call.propagates) propagateFields(call, options);
  reply.integer(1);
}

/** The first field that is against the condition; the end without one, or where none fails it. */
function decidedAt(call: Call, { condition, first, end }: ExpiringOptions, ref: number): number {
  if (condition === "") return end;
  const hash = hashWindow(call);
  for (let i = first; i < end; i += 2) {
    const there = ref !== 0 && hash.find(call.at(i));
    if (there === (condition === "fnx")) return i;
  }
  return end;
}

function setAll(call: Call, hash: HashValue, { first, end, word, atMs }: ExpiringOptions): void {
  hash.expect((end - first) / 2);
  if (atMs >= 0) hash.makeRoomForInstants();
  for (let i = first; i < end; i += 2) {
    const field = call.at(i);
    hash.set(field, call.at(i + 1), word);
    if (atMs >= 0 && !isOverHere(call, atMs) && hash.find(field)) hash.setExpireAt(atMs);
  }
}

/** Fields whose time is over already go again. */
function announceInstant(call: Call, ref: number, { first, end, atMs }: ExpiringOptions): void {
  const { database } = call;
  const key = call.at(1);
  if (!isOverHere(call, atMs)) {
    database.changed(key, "hexpire", 0);
    return database.noteFieldExpiry(key, ref);
  }
  const hash = hashWindow(call).open(database.encodingOf(ref), database.valueOf(ref));
  for (let i = first; i < end; i += 2) hash.remove(call.at(i));
  keepHash(call, key, ref);
  database.changed(key, "hdel", 0);
  if (hash.size === 0) removeEmptyHash(call, key, ref);
}

/** The instant that was meant, and no condition: it held here. */
function propagateFields(call: Call, options: ExpiringOptions): void {
  const { first, end, atMs, word } = options;
  const key = call.at(1).copy();
  if (atMs >= 0 && isOverHere(call, atMs)) {
    const fields = copies(call, first, end).filter((_, index) => index % 2 === 0);
    return call.propagateAs(HDEL_BYTES, key, ...fields);
  }
  const time = atMs >= 0 ? [PXAT_BYTES, asciiBytes(String(atMs))] : word ? [KEEPTTL_BYTES] : [];
  const count = asciiBytes(String((end - first) / 2));
  call.propagateAs(HSETEX_BYTES, key, ...time, FIELDS_BYTES, count, ...copies(call, first, end));
}
