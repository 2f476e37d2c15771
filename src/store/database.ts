// One numbered database: looking up, storing and removing keys, their expiry and their access time.
import { copyBytes } from "../base/bytes.ts";
import { invariant } from "../base/invariant.ts";
import { Slice } from "../base/slice.ts";
import { Arena } from "../memory/arena.ts";
import { HashTable } from "../memory/hash_table.ts";
import { RefVector } from "../memory/ref_vector.ts";
import {
  accessOf,
  BLOCK_HEADER_BYTES,
  ENCODING_RAW_BLOCK,
  encodingOf,
  entryBytes,
  entryBytesOf,
  expireAtOf,
  expiryPosition,
  flagExpiry,
  hasExpiry,
  INLINE_MAX_BYTES,
  inlineStart,
  isInline,
  keyLength,
  keyStart,
  metaOf,
  setAccess,
  setEncoding,
  TYPE_STRING,
  typeOf,
  valueWord,
  writeExpireAt,
  writeExpiryPosition,
} from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";

/** For {@link Database.putString}: leave the expiry as it is. */
export const KEEP_EXPIRY = -2;
/** No expiry. */
export const NO_EXPIRY = -1;

/**
 * Keys are found as entry references (see entry.ts), 0 for none. A reference is good until the next
 * write to this database: writing may move an entry.
 */
export class Database {
  readonly keyspace: Keyspace;
  readonly arena: Arena;
  /** Number, as SELECT counts; SWAPDB exchanges contents, not numbers. */
  readonly index: number;
  table: HashTable;
  /** Entries with an expiry, in no order. */
  expires: RefVector;
  /** Hash of the key looked up last: storing under the same key right after does not hash again. */
  #hash = 0;
  readonly #value = new Slice();
  readonly #key = new Slice();

  constructor(keyspace: Keyspace, index: number) {
    this.keyspace = keyspace;
    this.arena = keyspace.arena;
    this.index = index;
    this.table = new HashTable(this.arena, keyspace.hashKey);
    this.expires = new RefVector(this.arena);
  }

  /** Number of keys, those included whose time is over and which nobody noticed. */
  get size(): number {
    return this.table.size;
  }

  /** Finds a key and nothing else: no expiry, no access time, no statistics. */
  peek(key: Slice): number {
    this.#hash = this.table.hash(key.bytes, key.start, key.end);
    return this.table.find(key.bytes, key.start, key.end, this.#hash);
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

  /** Finds a key for writing, or only to know whether it is there: as {@link read}, not counted. */
  write(key: Slice): number {
    const ref = this.#live(key);
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
    return this.#liveOrExpire(key, ref);
  }

  #liveOrExpire(key: Slice, ref: number): number {
    if (!this.isOver(ref)) return ref;
    // Whether it is removed or only looks removed is a matter of the role: replicas wait for DEL.
    if (!this.keyspace.expiresKeys) return 0;
    const hash = this.#hash;
    this.expire(ref, key);
    this.#hash = hash;
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
    return at >= 0 && at <= this.keyspace.nowMs;
  }

  /** Removes an entry whose time is over and tells the listener. `key` may be the entry's own key. */
  expire(ref: number, key: Slice): void {
    this.remove(ref);
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
    this.#key.set(this.arena.u8, start, start + keyLength(this.arena, ref));
    return this.#key;
  }

  /** The bytes of a string; valid until the next call or write. */
  stringOf(ref: number): Slice {
    const { arena } = this;
    const word = arena.i32[valueWord(arena, ref)];
    if (encodingOf(arena, ref) !== ENCODING_RAW_BLOCK) {
      const start = inlineStart(arena, ref);
      this.#value.set(arena.u8, start, start + word);
    } else {
      const start = word * 8 + BLOCK_HEADER_BYTES;
      this.#value.set(arena.u8, start, start + arena.i32[word * 2]);
    }
    return this.#value;
  }

  /**
   * Stores a string under the key of the last lookup, whose result `ref` is (0: the key is new).
   * `expireAtMs` is an instant, {@link NO_EXPIRY} or {@link KEEP_EXPIRY}. The value may be another
   * entry's string, not this one's. Answers the entry.
   */
  putString(ref: number, key: Slice, value: Slice, encoding: number, expireAtMs: number): number {
    const { arena } = this;
    const inArena = value.bytes === arena.u8; // whose view allocation may replace
    const length = value.end - value.start;
    const inline = length <= INLINE_MAX_BYTES && encoding !== ENCODING_RAW_BLOCK;
    if (!inline) encoding = ENCODING_RAW_BLOCK;
    const entry = this.#openString(ref, key, inline ? length : 0, encoding);
    const word = valueWord(arena, entry);
    if (inline) {
      arena.i32[word] = length;
      const bytes = inArena ? arena.u8 : value.bytes;
      copyBytes(bytes, value.start, value.end, arena.u8, inlineStart(arena, entry));
    } else {
      const block = this.allocateBlock(length, length);
      arena.i32[word] = block;
      const bytes = inArena ? arena.u8 : value.bytes;
      copyBytes(bytes, value.start, value.end, arena.u8, block * 8 + BLOCK_HEADER_BYTES);
    }
    if (expireAtMs === KEEP_EXPIRY) return entry;
    if (expireAtMs !== NO_EXPIRY) return this.setExpireAt(entry, expireAtMs);
    if (hasExpiry(arena, entry)) this.clearExpiry(entry);
    return entry;
  }

  /** An entry for a string: the old one where the new value fits its block, else a new block. */
  #openString(ref: number, key: Slice, inlineLength: number, encoding: number): number {
    if (ref === 0) return this.#insert(key, metaOf(TYPE_STRING, encoding, 0), inlineLength);
    const { arena } = this;
    const before = entryBytesOf(arena, ref);
    if (!this.#freeValue(ref)) {
      const needed = entryBytes(keyLength(arena, ref), hasExpiry(arena, ref), inlineLength);
      if (Arena.roundUp(needed) === Arena.roundUp(before)) {
        setEncoding(arena, ref, encoding);
        return ref;
      }
    }
    const moved = this.#move(ref, hasExpiry(arena, ref), inlineLength, 0);
    arena.i32[moved * 2 + 3] = (arena.i32[moved * 2 + 3] & ~0x7f) | TYPE_STRING | encoding << 3;
    return moved;
  }

  /** Frees what the value word points to; true when there was something. */
  #freeValue(ref: number): boolean {
    const type = this.typeOf(ref), encoding = this.encodingOf(ref);
    if (type === TYPE_STRING) {
      if (encoding !== ENCODING_RAW_BLOCK) return false;
      this.arena.free(this.valueOf(ref));
    } else this.keyspace.releaseValue(type, encoding, this.valueOf(ref));
    return true;
  }

  /** Stores a value that is not a string under the key of the last lookup, which found nothing. */
  putValue(key: Slice, type: number, encoding: number, value: number): number {
    const ref = this.#insert(key, metaOf(type, encoding, 0), 0);
    this.arena.i32[valueWord(this.arena, ref)] = value;
    return ref;
  }

  /** Puts another value word and encoding in the place of an entry's, which the caller freed. */
  setValue(ref: number, encoding: number, value: number): void {
    setEncoding(this.arena, ref, encoding);
    this.arena.i32[valueWord(this.arena, ref)] = value;
  }

  #insert(key: Slice, meta: number, inlineLength: number): number {
    const { arena } = this;
    const length = key.end - key.start;
    const ref = arena.allocate(entryBytes(length, false, inlineLength));
    const word = ref * 2;
    arena.i32[word + 2] = length;
    arena.i32[word + 3] = meta | this.keyspace.access.fresh() << 8;
    copyBytes(key.bytes, key.start, key.end, arena.u8, keyStart(ref));
    this.table.insert(ref, this.#hash);
    return ref;
  }

  /**
   * Moves an entry to a block that has (or has not) room for an expiry and for `inlineLength` bytes
   * of value; `keepLength` bytes of the inline value are kept. Answers the new reference.
   */
  #move(ref: number, expiry: boolean, inlineLength: number, keepLength: number): number {
    const { arena } = this;
    const moved = arena.allocate(entryBytes(keyLength(arena, ref), expiry, inlineLength));
    const headBytes = (valueWord(arena, ref) + 1) * 4 - ref * 8;
    const { u8 } = arena;
    u8.copyWithin(moved * 8, ref * 8, ref * 8 + headBytes);
    const had = hasExpiry(arena, ref);
    flagExpiry(arena, moved, expiry);
    if (had && expiry) {
      const from = ref * 8 + headBytes;
      u8.copyWithin(moved * 8 + headBytes, from, from + 12);
      this.expires.set(expiryPosition(arena, ref), moved);
    }
    const from = inlineStart(arena, ref);
    u8.copyWithin(inlineStart(arena, moved), from, from + keepLength);
    this.table.replace(ref, moved);
    arena.free(ref);
    return moved;
  }

  /** A block for a string of `length` bytes with room for `capacity`. */
  allocateBlock(length: number, capacity: number): number {
    const block = this.arena.allocate(capacity + BLOCK_HEADER_BYTES);
    this.arena.i32[block * 2] = length;
    return block;
  }

  /**
   * Makes a string `length` bytes long for writing in place (APPEND, SETRANGE, SETBIT): bytes beyond
   * the old length are zero, the encoding becomes raw, room to grow is left. Answers the entry; read
   * {@link stringOf} again.
   */
  resizeString(ref: number, length: number): number {
    const { arena } = this;
    const old = this.stringOf(ref), oldLength = old.end - old.start;
    const encoding = this.encodingOf(ref);
    let entry = ref;
    if (encoding === ENCODING_RAW_BLOCK) {
      const block = this.valueOf(ref);
      const capacity = arena.usableBytes(block) - BLOCK_HEADER_BYTES;
      const moved = length <= capacity ? block : arena.resize(
        block,
        withSlack(length) + BLOCK_HEADER_BYTES,
        oldLength + BLOCK_HEADER_BYTES,
      );
      arena.i32[moved * 2] = length;
      arena.i32[valueWord(arena, ref)] = moved;
    } else if (length <= INLINE_MAX_BYTES) {
      const needed = entryBytes(keyLength(arena, ref), hasExpiry(arena, ref), length);
      if (needed > arena.usableBytes(ref)) {
        entry = this.#move(ref, hasExpiry(arena, ref), length, oldLength);
      }
      arena.i32[valueWord(arena, entry)] = length;
      setEncoding(arena, entry, 0);
    } else entry = this.#inlineToBlock(ref, length, oldLength);
    const grown = this.stringOf(entry);
    if (length > oldLength) arena.u8.fill(0, grown.start + oldLength, grown.end);
    return entry;
  }

  #inlineToBlock(ref: number, length: number, keepLength: number): number {
    const { arena } = this;
    const block = this.allocateBlock(length, withSlack(length));
    const from = inlineStart(arena, ref);
    arena.u8.copyWithin(block * 8 + BLOCK_HEADER_BYTES, from, from + keepLength);
    const entry = this.#move(ref, hasExpiry(arena, ref), 0, 0);
    setEncoding(arena, entry, ENCODING_RAW_BLOCK);
    arena.i32[valueWord(arena, entry)] = block;
    return entry;
  }

  /** Expiry instant in Unix ms, {@link NO_EXPIRY} without. */
  expireAtOf(ref: number): number {
    return expireAtOf(this.arena, ref);
  }

  /** Sets the expiry; answers the entry, which may have moved. */
  setExpireAt(ref: number, atMs: number): number {
    const { arena } = this;
    if (!hasExpiry(arena, ref)) {
      const inline = this.#inlineLength(ref);
      ref = this.#move(ref, true, inline, inline);
      writeExpiryPosition(arena, ref, this.expires.push(ref));
    }
    writeExpireAt(arena, ref, atMs);
    return ref;
  }

  /** Removes the expiry; false when there was none. The entry stays where it is. */
  clearExpiry(ref: number): boolean {
    const { arena } = this;
    if (!hasExpiry(arena, ref)) return false;
    const inline = this.#inlineLength(ref);
    this.#forgetExpiry(ref);
    const from = inlineStart(arena, ref);
    const oldClass = Arena.roundUp(entryBytesOf(arena, ref));
    flagExpiry(arena, ref, false);
    arena.u8.copyWithin(inlineStart(arena, ref), from, from + inline);
    // The size class of an entry is computed from its content, so a smaller one has to move.
    if (Arena.roundUp(entryBytesOf(arena, ref)) !== oldClass) {
      this.#move(ref, false, inline, inline);
    }
    return true;
  }

  #inlineLength(ref: number): number {
    const inline = this.typeOf(ref) === TYPE_STRING && isInline(this.encodingOf(ref));
    return inline ? this.valueOf(ref) : 0;
  }

  /** Takes the entry out of the expiry index; its last element fills the gap. */
  #forgetExpiry(ref: number): void {
    const { arena, expires } = this;
    const position = expiryPosition(arena, ref);
    invariant(expires.get(position) === ref, "the expiry index points back to its entry");
    const last = expires.pop();
    if (last === ref) return;
    expires.set(position, last);
    writeExpiryPosition(arena, last, position);
  }

  /** Removes an entry with its value. The caller announces the change. */
  remove(ref: number): void {
    if (hasExpiry(this.arena, ref)) this.#forgetExpiry(ref);
    this.table.unlink(ref);
    this.#freeValue(ref);
    this.arena.free(ref);
  }

  /**
   * Takes an entry's value out and removes the entry: the value is the caller's (RENAME, MOVE).
   * Inline strings have no value word of their own: copy them first.
   */
  detach(ref: number): number {
    const value = this.valueOf(ref);
    if (hasExpiry(this.arena, ref)) this.#forgetExpiry(ref);
    this.table.unlink(ref);
    this.arena.free(ref);
    return value;
  }

  /**
   * Announces that a key changed: counts `count` changes and tells those who watch, wait or listen.
   * `event` is the name of the keyspace event.
   */
  changed(key: Slice, event: string, count = 1): void {
    const { keyspace } = this;
    keyspace.dirty += count;
    if (keyspace.listener.listening) keyspace.listener.changed(this, key, event);
  }
}

/** Room for a string that grows: twice the length up to 1 MiB, then 1 MiB more, as Redis's sds. */
function withSlack(length: number): number {
  return length < 1 << 20 ? length * 2 : length + (1 << 20);
}
