// One hash, opened to read and to change it: which encoding it has, and when it gets another one.
import type { Integer64 } from "../base/int64.ts";
import { Slice } from "../base/slice.ts";
import { Listpack, withSlack } from "../memory/listpack.ts";
import { fairEntry, TableWalk } from "../memory/table_walk.ts";
import { ENCODING_HASHTABLE, ENCODING_LISTPACK, ENCODING_LISTPACK_EX } from "./encodings.ts";
import type { HandleTable } from "./handle_table.ts";
import { FieldTable, freeFields } from "./hash_value_table.ts";
import { memberInto, type ValueServices } from "./table_values.ts";

/** Where hashes are kept. */
export interface HashStore {
  readonly services: ValueServices;
  readonly tables: HandleTable<FieldTable>;
  free(encoding: number, value: number): void;
}

/** Bytes that an instant may take in a listpack, and those that none takes. */
const INSTANT_MAX_BYTES = 10;
const ZERO_BYTES = 2;
/** Tries at a field that is not over, where those that are may not be removed. */
const PICKS_MAX = 100;

/**
 * A window on one hash at a time: open a value, work, store {@link encoding} and {@link value} again
 * if something was changed, also when it failed for want of memory. Nothing is allocated per call.
 *
 * A small hash is a listpack of fields and values in turn. When a field is given an expiry it
 * becomes one of fields, values and instants (0 for none): those that expire come first, the soonest
 * before all others.
 */
export class HashValue {
  encoding = ENCODING_LISTPACK;
  value = 0;
  /** Fields that expire up to here, Unix ms, are not seen, though they were not removed yet. */
  hiddenUntilMs = -1;
  /** The field of the last {@link find}, {@link next} or {@link pick}: valid until the next call. */
  readonly field = new Slice();
  /** Its value, after {@link find} only once {@link readValue} was called. */
  readonly content = new Slice();
  readonly #hashes: HashStore;
  readonly #listpack: Listpack;
  readonly #walk = new TableWalk();
  readonly #fieldDigits = new Uint8Array(20);
  /** Position of the field in the listpack, or its entry. */
  #at = 0;
  #started = false;

  constructor(hashes: HashStore) {
    this.#hashes = hashes;
    this.#listpack = new Listpack(hashes.services.arena);
  }

  /** Opens a value of the keyspace. */
  open(encoding: number, value: number): this {
    this.encoding = encoding;
    this.value = value;
    this.hiddenUntilMs = -1;
    if (encoding !== ENCODING_HASHTABLE) this.#listpack.open(value);
    return this;
  }

  /** Opens a new, empty hash. */
  create(): this {
    return this.open(ENCODING_LISTPACK, this.#listpack.create());
  }

  free(): void {
    this.#hashes.free(this.encoding, this.value);
  }

  /** Makes ready for `fields` fields more, if a small hash cannot hold so many. */
  expect(fields: number): void {
    if (fields > this.#hashes.services.limits.hashMaxListpackEntries) this.#becomeTable(fields);
  }

  /** Makes ready for a field or a value of this length, in all `bytes` of them. */
  expectLength(longest: number, bytes: number): void {
    const tooLong = longest > this.#hashes.services.limits.hashMaxListpackValue;
    const isTable = this.encoding === ENCODING_HASHTABLE;
    if (!isTable && (tooLong || !this.#listpack.canGrowBy(bytes))) this.#becomeTable(0);
  }

  /** Fields, those included whose time is over but which were not removed yet. */
  get size(): number {
    if (this.encoding === ENCODING_HASHTABLE) return this.table.table.size;
    return this.#listpack.count / this.#stride;
  }

  /** The table of a hash that is one. */
  get table(): FieldTable {
    return this.#hashes.tables.get(this.value);
  }

  /** When the next field expires, Unix ms; -1 for never. */
  get nextExpireAtMs(): number {
    if (this.encoding === ENCODING_LISTPACK) return -1;
    if (this.encoding === ENCODING_HASHTABLE) return this.table.expiries?.firstAtMs ?? -1;
    const first = this.#listpack.first();
    return first === 0 ? -1 : this.#instantAt(first);
  }

  /** Elements of the listpack for each field. */
  get #stride(): number {
    return this.encoding === ENCODING_LISTPACK ? 2 : 3;
  }

  /** Finds a field; false when it is not there, or hidden. */
  find(field: Slice): boolean {
    if (this.encoding === ENCODING_HASHTABLE) this.#at = this.table.find(field);
    else this.#at = this.#listpack.find(field.bytes, field.start, field.end, this.#stride);
    return this.#at !== 0 && !this.#hidden();
  }

  /** Whether the field that {@link find} did not find is there, but its time is over. */
  get foundOver(): boolean {
    return this.#at !== 0;
  }

  #hidden(): boolean {
    if (this.hiddenUntilMs < 0) return false;
    const atMs = this.expireAtMs;
    return atMs >= 0 && atMs <= this.hiddenUntilMs;
  }

  /** Points {@link content} at the value of the field that was found. */
  readValue(): Slice {
    if (this.encoding === ENCODING_HASHTABLE) this.table.valueInto(this.#at, this.content);
    else this.#listpack.elementInto(this.#listpack.next(this.#at), this.content);
    return this.content;
  }

  /** When the field that was found expires, Unix ms; -1 for never. */
  get expireAtMs(): number {
    if (this.encoding === ENCODING_LISTPACK) return -1;
    if (this.encoding === ENCODING_HASHTABLE) return this.table.expireAtOf(this.#at);
    return this.#instantAt(this.#at);
  }

  #instantAt(position: number): number {
    const list = this.#listpack;
    const atMs = Number(list.integerAt(list.next(list.next(position))) as Integer64);
    return atMs === 0 ? -1 : atMs;
  }

  /** Stores a field; an expiry it has goes unless `keepExpiry`. True when the field is new. */
  set(field: Slice, value: Slice, keepExpiry = false): boolean {
    const { encoding } = this;
    if (encoding === ENCODING_HASHTABLE) return this.table.set(field, value, keepExpiry);
    const { hashMaxListpackEntries, hashMaxListpackValue } = this.#hashes.services.limits;
    const length = Math.max(field.end - field.start, value.end - value.start);
    if (length > hashMaxListpackValue) {
      this.#becomeTable(0);
      return this.table.set(field, value, keepExpiry);
    }
    const at = this.#listpack.find(field.bytes, field.start, field.end, this.#stride);
    // Also where a field only gets another value, as the limit may have moved.
    if (this.size + (at === 0 ? 1 : 0) > hashMaxListpackEntries) {
      this.#becomeTable(0);
      return this.table.set(field, value, keepExpiry);
    }
    return this.#setInListpack(at, field, value, keepExpiry);
  }

  /** `at` is where the field stands, 0 for a new one. */
  #setInListpack(at: number, field: Slice, value: Slice, keepExpiry: boolean): boolean {
    const list = this.#listpack, stride = this.#stride;
    if (at !== 0) {
      list.replace(list.next(at), value.bytes, value.start, value.end);
      this.value = list.ref;
      this.#at = at;
      if (stride === 3 && !keepExpiry) this.clearExpiry();
      return false;
    }
    this.#reserve(field.end - field.start, value.end - value.start);
    list.append(field.bytes, field.start, field.end);
    list.append(value.bytes, value.start, value.end);
    if (stride === 3) list.appendInteger(0);
    return true;
  }

  /** Takes the memory for a field in one go, so that none is ever cut in half. */
  #reserve(fieldLength: number, valueLength: number): void {
    const list = this.#listpack;
    const { arena } = this.#hashes.services;
    const instant = this.encoding === ENCODING_LISTPACK ? 0 : INSTANT_MAX_BYTES;
    const needed = list.bytes + elementMaxBytes(fieldLength) + elementMaxBytes(valueLength) +
      instant;
    if (needed > arena.usableBytes(list.ref)) {
      list.ref = arena.resize(list.ref, withSlack(needed), list.bytes);
      this.value = list.ref;
    }
  }

  /** Removes a field; false when it is not there, or hidden. */
  remove(field: Slice): boolean {
    if (!this.find(field)) return false;
    this.removeFound();
    return true;
  }

  /** Removes the field that was found or, in a table, stepped to. */
  removeFound(): void {
    if (this.encoding === ENCODING_HASHTABLE) return this.table.remove(this.#at);
    this.#listpack.remove(this.#at, this.#stride);
    this.value = this.#listpack.ref;
  }

  /** Finds the field that expires first; false when none does. */
  findNextToExpire(): boolean {
    if (this.nextExpireAtMs < 0) return false;
    if (this.encoding === ENCODING_HASHTABLE) this.#at = this.table.expiries!.first;
    else this.#at = this.#listpack.first();
    this.#showField();
    return true;
  }

  /** Sets when the field that was found expires, Unix ms. The field is not found any more. */
  setExpireAt(atMs: number): void {
    if (this.encoding === ENCODING_LISTPACK) this.#addInstants();
    if (this.encoding === ENCODING_HASHTABLE) this.table.setExpireAt(this.#at, atMs);
    else this.#moveTriple(atMs);
  }

  /** Makes a listpack one of fields that may expire, as Redis does before it looks at any of them. */
  makeRoomForInstants(): void {
    if (this.encoding === ENCODING_LISTPACK) this.#addInstants();
  }

  /** Makes the field that was found stay for ever; false when it does. */
  clearExpiry(): boolean {
    if (this.expireAtMs < 0) return false;
    if (this.encoding === ENCODING_HASHTABLE) this.table.clearExpiry(this.#at);
    else this.#moveTriple(0);
    return true;
  }

  /** From pairs to triples; the field that was found stays found. */
  #addInstants(): void {
    const from = this.#listpack, { arena } = this.#hashes.services;
    const to = new Listpack(arena);
    to.create(from.bytes + from.count / 2 * ZERO_BYTES);
    const end = from.bytes - 1;
    let found = 0;
    for (let at = from.first(), behind = 0; at !== 0; at = behind) {
      behind = this.#behind(at);
      const last = to.bytes - 1;
      if (at === this.#at) found = last;
      to.insertEncoded(last, from.base + at, (behind === 0 ? end : behind) - at, 2);
      to.appendInteger(0);
    }
    arena.free(this.value);
    const { hiddenUntilMs } = this;
    this.open(ENCODING_LISTPACK_EX, to.ref);
    this.hiddenUntilMs = hiddenUntilMs;
    this.#at = found;
  }

  /** Puts the found triple, with another instant, where it belongs. */
  #moveTriple(atMs: number): void {
    const list = this.#listpack, from = this.#at;
    list.elementInto(from, this.field, this.#fieldDigits);
    const field = this.field.copy(), value = this.readValue().copy();
    this.#reserve(field.length, value.length);
    const to = this.#placeFor(atMs), before = list.bytes;
    list.insertInteger(to, atMs);
    list.insert(to, value, 0, value.length);
    list.insert(to, field, 0, field.length);
    const inserted = list.bytes - before;
    list.remove(from >= to ? from + inserted : from, 3);
    this.value = list.ref;
    const removed = before + inserted - list.bytes;
    this.#at = from >= to ? to : to - removed;
  }

  /** Before the first triple that expires later, or never; those without an instant come last. */
  #placeFor(atMs: number): number {
    const list = this.#listpack;
    const end = list.bytes - 1;
    if (atMs === 0) return end;
    for (let at = list.first(); at !== 0; at = list.next(list.next(list.next(at)))) {
      const other = this.#instantAt(at);
      if (other < 0 || other > atMs) return at;
    }
    return end;
  }

  /** Begins to step through the fields. Until {@link end} only the field stepped to is removed. */
  begin(): void {
    this.#started = false;
    if (this.encoding === ENCODING_HASHTABLE) this.#walk.begin(this.table.table);
  }

  /** Steps to the next field, reads its value; false at the end. */
  next(): boolean {
    do {
      if (this.encoding === ENCODING_HASHTABLE) this.#at = this.#walk.next();
      else this.#at = this.#started ? this.#behind(this.#at) : this.#listpack.first();
      if (this.#at === 0) return false;
      this.#started = true;
    } while (this.#hidden());
    this.#showField();
    this.readValue();
    return true;
  }

  #behind(position: number): number {
    const list = this.#listpack;
    const value = list.next(position);
    return list.next(this.encoding === ENCODING_LISTPACK ? value : list.next(value));
  }

  /** Ends what {@link begin} began. */
  end(): void {
    if (this.encoding === ENCODING_HASHTABLE) this.#walk.end();
  }

  /** Where the field stands: differs from field to field until the hash is changed. */
  get position(): number {
    return this.#at;
  }

  /** Points {@link field} and {@link content} at any field, each equally likely. There is one. */
  pick(): void {
    const { random } = this.#hashes.services;
    for (let picks = 0; picks < PICKS_MAX; picks++) {
      if (this.encoding === ENCODING_HASHTABLE) this.#at = fairEntry(this.table.table, random);
      else this.#at = this.#listpack.seek(random.below(this.size) * this.#stride);
      if (!this.#hidden()) break;
    }
    this.#showField();
    this.readValue();
  }

  #showField(): void {
    if (this.encoding === ENCODING_HASHTABLE) {
      memberInto(this.#hashes.services.arena, this.#at, this.field);
    } else this.#listpack.elementInto(this.#at, this.field, this.#fieldDigits);
  }

  #becomeTable(capacity: number): void {
    if (this.encoding === ENCODING_HASHTABLE) return;
    const { arena, hashKey } = this.#hashes.services;
    const fields = new FieldTable(arena, hashKey);
    const hidden = this.hiddenUntilMs;
    this.hiddenUntilMs = -1;
    this.begin();
    try {
      fields.table.reserve(Math.max(capacity, this.size));
      while (this.next()) {
        const { bytes, start, end } = this.field;
        const atMs = this.expireAtMs, hash = fields.table.hash(bytes, start, end);
        // Only a damaged dump repeats a field: the first one is the one that reads find.
        if (fields.table.find(bytes, start, end, hash) !== 0) continue;
        const ref = fields.insert(this.field, this.content, hash);
        if (atMs >= 0) fields.setExpireAt(ref, atMs);
      }
    } catch (error) {
      freeFields(fields);
      throw error;
    }
    arena.free(this.value);
    this.open(ENCODING_HASHTABLE, this.#hashes.tables.add(fields));
    this.hiddenUntilMs = hidden;
  }
}

/** Bytes that a text of a length takes in a listpack, at most. */
function elementMaxBytes(length: number): number {
  if (length < 64) return length + 2;
  return length + (length < 4096 ? 4 : 10);
}
