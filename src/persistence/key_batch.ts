// Puts the keys of a dump into their database many at a time, as entry_batch.ts says why. Measured: a
// third of the time of loading a million strings.
import { copyBytes } from "../base/bytes.ts";
import { Slice } from "../base/slice.ts";
import type { Arena } from "../memory/arena.ts";
import { printableKey, RdbRejection } from "../rdb/rdb_error.ts";
import type { KeyMeta } from "../rdb/key_meta.ts";
import type { Database } from "../store/database.ts";
import {
  BLOCK_HEADER_BYTES,
  ENCODING_LISTPACK,
  ENCODING_RAW_BLOCK,
  encodingOf,
  entryBytes,
  flagExpiry,
  hasExpiry,
  INLINE_MAX_BYTES,
  keyLength,
  keyStart,
  metaOf,
  TYPE_HASH,
  TYPE_STRING,
  typeOf,
  valueWord,
  writeExpireAt,
  writeExpiryPosition,
} from "../store/entry.ts";
import type { Keyspace } from "../store/keyspace.ts";
import { BATCH_ENTRIES, EntryBatch } from "./entry_batch.ts";

/** Keys of one database that have their entries and are not in its table yet. */
export class KeyBatch {
  readonly #keyspace: Keyspace;
  readonly #arena: Arena;
  readonly #entries = new EntryBatch();
  /** Where the record of each began, for the message about a key that is there twice. */
  readonly #offsets = new Float64Array(BATCH_ENTRIES);
  /** How many of them expire. */
  #expiring = 0;
  #database: Database;

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
    this.#arena = keyspace.arena;
    this.#database = keyspace.databases[0];
  }

  /** Where keys go from here on. Throws as {@link link}. */
  set database(database: Database) {
    this.link();
    this.#database = database;
  }

  /** Takes a string, as {@link value} takes other values. `encoding`: what it would be inline. */
  string(key: Slice, value: Slice, encoding: number, meta: KeyMeta): void {
    if (this.#entries.full) this.link();
    const arena = this.#arena, length = value.end - value.start;
    let at: number;
    if (length <= INLINE_MAX_BYTES) {
      const ref = this.#open(key, metaOf(TYPE_STRING, encoding, 0), length, meta);
      const word = valueWord(arena, ref);
      arena.i32[word] = length;
      at = (meta.expireAtMs >= 0 ? word + 4 : word + 1) * 4;
    } else at = this.#openBlock(key, length, meta);
    copyBytes(value.bytes, value.start, value.end, arena.u8, at);
  }

  /** Takes a string longer than what stands in an entry, and answers the room where its bytes go. */
  longString(key: Slice, length: number, meta: KeyMeta): Slice {
    if (this.#entries.full) this.link();
    const at = this.#openBlock(key, length, meta);
    return new Slice(this.#arena.u8, at, at + length);
  }

  /** The entry of a long string, whose bytes go where it answers. */
  #openBlock(key: Slice, length: number, meta: KeyMeta): number {
    const arena = this.#arena;
    const block = arena.allocate(length + BLOCK_HEADER_BYTES);
    try {
      const ref = this.#open(key, metaOf(TYPE_STRING, ENCODING_RAW_BLOCK, 0), 0, meta);
      arena.i32[valueWord(arena, ref)] = block;
    } catch (error) {
      arena.free(block);
      throw error;
    }
    arena.i32[block * 2] = length;
    return block * 8 + BLOCK_HEADER_BYTES;
  }

  /** Takes a value behind a value word. Throws before it has become the batch's own, or not at all. */
  value(key: Slice, type: number, encoding: number, value: number, meta: KeyMeta): void {
    if (this.#entries.full) this.link();
    const ref = this.#open(key, metaOf(type, encoding, 0), 0, meta);
    this.#arena.i32[valueWord(this.#arena, ref)] = value;
  }

  /** A new entry of the batch: everything but the value word and what follows from it. */
  #open(key: Slice, metaWord: number, inlineBytes: number, meta: KeyMeta): number {
    const arena = this.#arena, length = key.end - key.start, expires = meta.expireAtMs >= 0;
    const hash = this.#database.table.hash(key.bytes, key.start, key.end);
    const ref = arena.allocate(entryBytes(length, expires, inlineBytes));
    const { i32, u8 } = arena;
    i32[ref * 2 + 2] = length;
    i32[ref * 2 + 3] = metaWord | this.#access(meta) << 8;
    copyBytes(key.bytes, key.start, key.end, u8, keyStart(ref));
    if (expires) {
      flagExpiry(arena, ref, true);
      writeExpireAt(arena, ref, meta.expireAtMs);
      this.#expiring++;
    }
    this.#offsets[this.#entries.count] = meta.offset;
    this.#entries.add(ref, hash);
    return ref;
  }

  #access({ frequency, idleSeconds }: KeyMeta): number {
    const { access } = this.#keyspace;
    if (access.lfu) return frequency >= 0 ? access.fromFrequency(frequency) : access.fresh();
    return idleSeconds >= 0 ? access.fromIdle(idleSeconds) : access.fresh();
  }

  /** Stores the keys of the batch. Throws RdbRejection for a key that is there already. */
  link(): void {
    const entries = this.#entries, database = this.#database;
    if (entries.count === 0) return;
    // What may fail comes first.
    database.table.makeRoom();
    if (this.#expiring > 0) database.expires.reserve(this.#expiring);
    const { barrier } = this.#keyspace;
    if (barrier !== undefined) {
      for (let i = 0; i < entries.count; i++) {
        barrier.beforeWrite(database.table, entries.hashes[i]);
      }
    }
    const first = entries.linked;
    try {
      if (!entries.link(database.table)) throw this.#repeated();
    } finally {
      this.#index(first);
    }
    entries.reset();
    this.#expiring = 0;
  }

  /** Enters what was linked in the indexes of what expires. */
  #index(first: number): void {
    const arena = this.#arena, database = this.#database, { refs, linked } = this.#entries;
    for (let i = first; i < linked; i++) {
      const ref = refs[i];
      if (hasExpiry(arena, ref)) writeExpiryPosition(arena, ref, database.expires.push(ref));
      if (typeOf(arena, ref) === TYPE_HASH && encodingOf(arena, ref) !== ENCODING_LISTPACK) {
        database.noteFieldExpiry(database.keyOf(ref), ref);
      }
    }
  }

  #repeated(): RdbRejection {
    const { refs, linked } = this.#entries, arena = this.#arena;
    const ref = refs[linked], start = keyStart(ref);
    const key = new Slice(arena.u8, start, start + keyLength(arena, ref));
    const reason = `the key is in the file twice; key ${printableKey(key)}`;
    return new RdbRejection(reason, this.#offsets[linked]);
  }

  /** Frees the keys that are not stored yet, because the load failed. */
  abandon(): void {
    this.#entries.clear((ref) => this.#free(ref));
    this.#expiring = 0;
  }

  #free(ref: number): void {
    const arena = this.#arena, type = typeOf(arena, ref), encoding = encodingOf(arena, ref);
    const value = arena.i32[valueWord(arena, ref)];
    if (type !== TYPE_STRING) this.#keyspace.releaseValue(type, encoding, value);
    else if (encoding === ENCODING_RAW_BLOCK) arena.free(value);
    arena.free(ref);
  }
}
