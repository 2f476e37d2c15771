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
import { writeValues } from "./get_fields.ts";
import { persistEffect } from "./hexpire.ts";
import { hashWindow, keepHash, removeEmptyHash, writeFields } from "./open_hash.ts";
import { removeFields } from "./set_fields.ts";

const HGETEX = { word: keyword("persist"), conditions: false, stride: 1 };
const HSETEX = { word: keyword("keepttl"), conditions: true, stride: 2 };
const HDEL_BYTES = asciiBytes("HDEL");
const HSETEX_BYTES = asciiBytes("HSETEX");
const PXAT_BYTES = asciiBytes("PXAT");
const KEEPTTL_BYTES = asciiBytes("KEEPTTL");
const FIELDS_BYTES = asciiBytes("FIELDS");

/** HGETDEL key FIELDS numfields field [field ...] */
export function hgetdel(call: Call): void {
  // Of a wrong type first, as in Redis.
  call.writeTyped(call.at(1), TYPE_HASH);
  const first = fieldsFrom(call, 2);
  const ref = writeFields(call, { first, end: call.count, stride: 1 });
  writeValues(call, ref === 0 ? undefined : hashWindow(call), first);
  if (ref === 0 || removeFields(call, first) === 0 || !call.propagates) return;
  call.propagateAs(HDEL_BYTES, call.at(1).copy(), ...copies(call, first, call.count));
}

function copies(call: Call, first: number, end: number): Uint8Array[] {
  const words: Uint8Array[] = [];
  for (let i = first; i < end; i++) words.push(call.at(i).copy());
  return words;
}

/** HGETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST] FIELDS numfields field [field ...] */
export function hgetex(call: Call): void {
  const options = readExpiringOptions(call, HGETEX);
  const { reply } = call;
  const key = call.at(1);
  const ref = writeFields(call, { first: options.first, end: options.end, stride: 1 });
  reply.array(options.end - options.first);
  if (ref === 0) {
    for (let i = options.first; i < options.end; i++) reply.null();
    return;
  }
  const changes = new FieldChanges(call, ref);
  const persisted: Uint8Array[] = [];
  try {
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
  let ref = writeFields(call, { first: options.first, end: options.end, stride: 2 });
  const hash = hashWindow(call);
  if (!holds(call, options, ref === 0 ? undefined : hash)) return reply.integer(0);
  if (ref === 0) hash.create();
  try {
    setAll(call, hash, options);
  } finally {
    keepHash(call, key, ref);
  }
  if (ref === 0) ref = database.peek(key);
  database.changed(key, "hset", (options.end - options.first) / 2);
  if (options.atMs >= 0) announceInstant(call, ref, options);
  if (call.propagates) propagateFields(call, options);
  reply.integer(1);
}

/** FNX wants none of the fields to be there, FXX all of them. */
function holds(call: Call, options: ExpiringOptions, hash: HashValue | undefined): boolean {
  const { condition, first, end } = options;
  if (condition === "") return true;
  for (let i = first; i < end; i += 2) {
    const there = hash !== undefined && hash.find(call.at(i));
    if (there === (condition === "fnx")) return false;
  }
  return true;
}

function setAll(call: Call, hash: HashValue, { first, end, word, atMs }: ExpiringOptions): void {
  hash.expect((end - first) / 2);
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
