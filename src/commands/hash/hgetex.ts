// HGETDEL, HGETEX and HSETEX: values and the expiry of their fields in one step.
import { asciiBytes } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { TYPE_HASH } from "../../store/entry.ts";
import type { HashValue } from "../../values/hash_value.ts";
import { copies } from "../part_done.ts";
import { type ExpiringOptions, readHgetexOptions, readHsetexOptions } from "./expiring_options.ts";
import { fieldsFrom, isOverHere } from "./field_arguments.ts";
import { FieldChanges } from "./field_changes.ts";
import { persistEffect } from "./hexpire.ts";
import { hashWindow, keepHash, removeEmptyHash, writeFields, writeHash } from "./open_hash.ts";

const HDEL_BYTES = asciiBytes("HDEL");
const HSET_BYTES = asciiBytes("HSET");
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
  let removed = 0, i = first;
  try {
    // One by one: a field that is named twice is there but once.
    for (; i < call.count; i++) {
      if (hash.size === 0 || !hash.find(call.at(i))) {
        reply.null();
        continue;
      }
      reply.bulk(hash.readValue());
      hash.removeFound();
      removed++;
    }
  } finally {
    // Also where memory ran out: some fields are gone then, though the client gets an error.
    keepHash(call, key, ref);
    if (removed > 0) announceRemoved(call, ref, { first, end: i, removed, expiring });
  }
}

/** What went: `removed` of the fields that the arguments from `first` to `end` name. */
interface RemovedFields {
  first: number;
  end: number;
  removed: number;
  expiring: boolean;
}

function announceRemoved(
  call: Call,
  ref: number,
  { first, end, removed, expiring }: RemovedFields,
): void {
  const { database } = call;
  const key = call.at(1), hash = hashWindow(call);
  database.changed(key, "hdel", removed);
  if (hash.size === 0) removeEmptyHash(call, key, ref);
  else if (expiring && hash.nextExpireAtMs < 0) database.fieldExpiries.note(key, -1);
  if (call.propagates) {
    call.propagateAll([HDEL_BYTES, key.copy(), ...copies(call, first, end)]);
  }
}

/** HGETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST] FIELDS numfields field [field ...] */
export function hgetex(call: Call): void {
  const { reply } = call;
  const key = call.at(1);
  // Of a wrong type first, as in Redis.
  call.writeTyped(key, TYPE_HASH);
  const options = readHgetexOptions(call);
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
    if (options.atMs >= 0) changes.announce(options.atMs);
    announcePersisted(call, persisted);
  }
}

function announcePersisted(call: Call, fields: readonly Uint8Array[]): void {
  if (fields.length === 0) return;
  call.database.changed(call.at(1), "hpersist", fields.length);
  call.propagateAll(persistEffect(call, fields));
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
  const options = readHsetexOptions(call);
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
  const done = { ...options, end: first };
  try {
    setAll(call, hash, options, done);
  } finally {
    // Also where memory ran out in the middle: what was set stays, and others get it.
    keepHash(call, key, ref);
    if (ref === 0) ref = database.peek(key);
    if (done.end > first) announceSet(call, ref, done);
  }
  reply.integer(1);
}

function announceSet(call: Call, ref: number, done: ExpiringOptions): void {
  call.database.changed(call.at(1), "hset", (done.end - done.first) / 2);
  if (done.atMs >= 0) announceInstant(call, ref, done);
  if (call.propagates) propagateFields(call, done);
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

/** Sets the fields, and `done.end` to the first argument that had no effect yet. */
function setAll(
  call: Call,
  hash: HashValue,
  { first, end, word, atMs }: ExpiringOptions,
  done: ExpiringOptions,
): void {
  hash.expect((end - first) / 2);
  if (atMs >= 0) hash.makeRoomForInstants();
  for (let i = first; i < end; i += 2) {
    const field = call.at(i);
    hash.set(field, call.at(i + 1), word);
    if (atMs >= 0 && !isOverHere(call, atMs)) setInstant(call, hash, i, atMs);
    done.end = i + 2;
  }
}

/** Sets when the field of argument `at` expires; where memory runs out there, it stays for ever. */
function setInstant(call: Call, hash: HashValue, at: number, atMs: number): void {
  hash.find(call.at(at));
  try {
    hash.setExpireAt(atMs);
  } catch (error) {
    call.propagateAs(HSET_BYTES, call.at(1).copy(), ...copies(call, at, at + 2));
    call.database.changed(call.at(1), "hset");
    throw error;
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
    for (let i = first; i < end; i += 2) call.propagateAs(HDEL_BYTES, key, call.at(i).copy());
    return;
  }
  const time = atMs >= 0 ? [PXAT_BYTES, asciiBytes(String(atMs))] : word ? [KEEPTTL_BYTES] : [];
  const count = asciiBytes(String((end - first) / 2));
  const words = [HSETEX_BYTES, key, ...time, FIELDS_BYTES, count, ...copies(call, first, end)];
  call.propagateAll(words);
}
