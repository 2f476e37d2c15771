// The reading half of a database: finding keys, their expiry and access time, what an entry holds.
import { Slice } from "../base/slice.ts";
import type { Arena } from "../memory/arena.ts";
import { HashTable } from "../memory/hash_table.ts";
import { RefVector } from "../memory/ref_vector.ts";
import {
  accessOf,
  BLOCK_HEADER_BYTES,
  ENCODING_LISTPACK,
  ENCODING_RAW_BLOCK,
  encodingOf,
  expireAtOf,
  hasExpiry,
  inlineStart,
  keyLength,
  keyStart,
  setAccess,
  TYPE_HASH,
  typeOf,
  valueWord,
} from "./entry.ts";
import { FieldExpiries } from "./field_expiries.ts";
import type { SharedState } from "./shared_state.ts";

/**
 * Keys are found as entry references (see entry.ts), 0 for none. A reference is good until the next
 * write to this database: writing may move an entry.
 */
export abstract class KeyLookup {
  readonly keyspace: SharedState<KeyLookup>;
  readonly arena: Arena;
  /** Number, as SELECT counts; SWAPDB exchanges contents, not numbers. */
  readonly index: number;
  table: HashTable;
  /** Entries with an expiry, in no order. */
  expires: RefVector;
  /** Hashes with fields that expire. */
  fieldExpiries: FieldExpiries;
  /** Mean time to live of keys with an expiry, ms, as active expiry estimates it (INFO keyspace). */
  averageTtlMs = 0;
  /** Hash of the key looked up last: storing under the same key right after does not hash again. */
  protected hashOfLast = 0;
  protected readonly valueSlice = new Slice();
  protected readonly keySlice = new Slice();

  constructor(keyspace: SharedState<KeyLookup>, index: number) {
    this.keyspace = keyspace;
    this.arena = keyspace.arena;
    this.index = index;
    this.table = new HashTable(this.arena, keyspace.hashKey);
    this.expires = new RefVector(this.arena);
    this.fieldExpiries = new FieldExpiries(this.arena, keyspace.hashKey);
  }

  /** Number of keys, those included whose time is over and which nobody noticed. */
  get size(): number {
    return this.table.size;
  }

  /** Finds a key and nothing else: no expiry, no access time, no statistics. */
  peek(key: Slice): number {
    const { keyspace } = this;
    this.hashOfLast = key === keyspace.hintedKey
      ? keyspace.hintedHash
      : this.table.hash(key.bytes, key.start, key.end);
    return this.table.find(key.bytes, key.start, key.end, this.hashOfLast);
  }

  /** Finds a key for reading: removes it if its time is over, counts a hit or a miss. */
  read(key: Slice): number {
    const ref = this.#live(key);
    const stats = this.keyspace.stats;
    if (ref === 0) {
      stats.keyspaceMisses++;
      return 0;
    }
    stats.keyspaceHits++;
    this.#touch(ref);
    return ref;
  }

  /**
   * Finds a key for writing: as {@link read}, not counted. A key that is over is removed also where
   * that is not this server's to decide, lest two entries come to stand under one key.
   */
  write(key: Slice): number {
    let ref = this.peek(key);
    if (ref === 0) return 0;
    this.keyspace.barrier?.beforeWrite(this.table, this.hashOfLast);
    if (hasExpiry(this.arena, ref)) ref = this.#liveOrExpire(key, ref, true);
    if (ref !== 0) this.#touch(ref);
    return ref;
  }

  /** Finds a key that is not over, without touching its access time (OBJECT, TTL, DEBUG). */
  look(key: Slice): number {
    return this.#live(key);
  }

  #live(key: Slice): number {
    const ref = this.peek(key);
    if (ref === 0 || !hasExpiry(this.arena, ref)) return ref;
    return this.#liveOrExpire(key, ref, this.keyspace.expiresKeys);
  }

  /** Whether a key that is over is removed or only looks removed is a matter of the role. */
  #liveOrExpire(key: Slice, ref: number, removes: boolean): number {
    if (!this.isOver(ref)) return ref;
    if (!removes) return 0;
    const hash = this.hashOfLast;
    this.expire(ref, key);
    this.hashOfLast = hash;
    return 0;
  }

  #touch(ref: number): void {
    const { access, noTouch } = this.keyspace;
    if (noTouch) return;
    const before = accessOf(this.arena, ref);
    const after = access.touched(before);
    // An entry that is not changed keeps its cache line clean.
    if (before !== after) setAccess(this.arena, ref, after);
  }

  /** Whether the key's time is over, as of the clock frozen for this unit of work. */
  isOver(ref: number): boolean {
    const at = expireAtOf(this.arena, ref);
    return at >= 0 && at <= this.keyspace.nowMs && !this.keyspace.keepsExpired;
  }

  /** Removes an entry whose time is over and tells the listener. `key` may be the entry's own key. */
  expire(ref: number, key: Slice): void {
    const ownKey = key.bytes === this.arena.u8;
    this.remove(ref, this.keyspace.expiresLazily);
    if (ownKey) key.bytes = this.arena.u8; // a table that shrank may have made the memory grow
    this.keyspace.stats.expiredKeys++;
    this.keyspace.listener.expired(this, key);
  }

  typeOf(ref: number): number {
    return typeOf(this.arena, ref);
  }

  encodingOf(ref: number): number {
    return encodingOf(this.arena, ref);
  }

  /** Value word of an entry that is not an inline string. */
  valueOf(ref: number): number {
    return this.arena.i32[valueWord(this.arena, ref)];
  }

  /** The entry's key; valid until the next call or write. */
  keyOf(ref: number): Slice {
    const start = keyStart(ref);
    this.keySlice.set(this.arena.u8, start, start + keyLength(this.arena, ref));
    return this.keySlice;
  }

  /** The bytes of a string; valid until the next call or write. */
  stringOf(ref: number): Slice {
    const { arena } = this;
    const word = arena.i32[valueWord(arena, ref)];
    if (encodingOf(arena, ref) !== ENCODING_RAW_BLOCK) {
      const start = inlineStart(arena, ref);
      this.valueSlice.set(arena.u8, start, start + word);
    } else {
      const start = word * 8 + BLOCK_HEADER_BYTES;
      this.valueSlice.set(arena.u8, start, start + arena.i32[word * 2]);
    }
    return this.valueSlice;
  }

  /** Expiry instant in Unix ms, {@link NO_EXPIRY} without. */
  expireAtOf(ref: number): number {
    return expireAtOf(this.arena, ref);
  }

  /** The value of an entry goes: the fields of a hash do not expire any more. */
  protected forgetFields(ref: number): void {
    if (this.fieldExpiries.size === 0 || this.typeOf(ref) !== TYPE_HASH) return;
    if (this.encodingOf(ref) !== ENCODING_LISTPACK) this.fieldExpiries.note(this.keyOf(ref), -1);
  }

  /** Removes an entry with its value, which is freed in slices if it is big and `lazily` is said. */
  abstract remove(ref: number, lazily?: boolean): void;
}
