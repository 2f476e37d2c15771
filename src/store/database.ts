// One numbered database: storing and removing keys and their expiry.
import { copyBytes } from "../base/bytes.ts";
import { invariant } from "../base/invariant.ts";
import type { Slice } from "../base/slice.ts";
import { Arena } from "../memory/arena.ts";
import {
  BLOCK_HEADER_BYTES,
  ENCODING_INT,
  ENCODING_LISTPACK,
  ENCODING_RAW_BLOCK,
  entryBytes,
  entryBytesOf,
  EXPIRE_BYTES,
  expiryPosition,
  flagExpiry,
  hasExpiry,
  INLINE_MAX_BYTES,
  inlineStart,
  isInline,
  keyLength,
  keyStart,
  metaOf,
  setEncoding,
  TYPE_HASH,
  TYPE_STRING,
  valueWord,
  writeExpireAt,
  writeExpiryPosition,
} from "./entry.ts";
import { KeyLookup } from "./key_lookup.ts";
import { overwroteBlock, resizeBlock, withSlack } from "./string_block.ts";

/** For {@link Database.putString}: leave the expiry as it is. */
export const KEEP_EXPIRY = -2;
/** No expiry. */
export const NO_EXPIRY = -1;

/** Type, encoding and expiry bits of an inline integer that does not expire. */
const INTEGER_META = metaOf(TYPE_STRING, ENCODING_INT, 0);

/** Digits that fit in a small integer of V8. */
const IN_PLACE_DIGITS = 9;

/** A database: {@link KeyLookup} finds, this stores and removes. */
export class Database extends KeyLookup {
  /**
   * Stores a string under the key of the last lookup, whose result `ref` is (0: the key is new).
   * `expireAtMs` is an instant, {@link NO_EXPIRY} or {@link KEEP_EXPIRY}. The value may be another
   * entry's string, not this one's. Answers the entry. When memory runs out, nothing has changed.
   */
  putString(ref: number, key: Slice, value: Slice, encoding: number, expireAtMs: number): number {
    const { arena } = this;
    this.keyspace.barrier?.beforeWrite(this.table, this.hashOfLast);
    if (ref !== 0 && this.#overwrote(ref, value, encoding, expireAtMs)) return ref;
    const inArena = value.bytes === arena.u8; // whose view allocation may replace
    const length = value.end - value.start;
    let expiry = expireAtMs >= 0;
    if (expireAtMs === KEEP_EXPIRY) expiry = ref !== 0 && hasExpiry(arena, ref);
    let entry: number, at: number;
    if (length <= INLINE_MAX_BYTES && encoding !== ENCODING_RAW_BLOCK) {
      entry = this.#openString(ref, key, length, encoding, expiry);
      arena.i32[valueWord(arena, entry)] = length;
      at = inlineStart(arena, entry);
    } else {
      const block = this.allocateBlock(length, length);
      entry = this.#openBlockString(ref, key, block, expiry);
      at = block * 8 + BLOCK_HEADER_BYTES;
    }
    copyBytes(inArena ? arena.u8 : value.bytes, value.start, value.end, arena.u8, at);
    if (expireAtMs >= 0) writeExpireAt(arena, entry, expireAtMs);
    return entry;
  }

  /**
   * Stores a string over one of the same length that has the same expiry, if that is what is to be
   * done: most SETs and INCRs of keys that exist (measured: an eighth of their time is saved).
   */
  #overwrote(ref: number, value: Slice, encoding: number, expireAtMs: number): boolean {
    const { i32, u8 } = this.arena;
    const word = ref * 2, meta = i32[word + 3], length = value.end - value.start;
    const valueAt = word + 4 + (i32[word + 2] + 3 >>> 2), old = meta >>> 3 & 15;
    if ((meta & 0x87) !== TYPE_STRING || expireAtMs >= 0) return false;
    if (old === ENCODING_RAW_BLOCK) return overwroteBlock(this.keyspace, i32[valueAt], value);
    if (i32[valueAt] !== length || !isInline(old) || !isInline(encoding)) return false;
    i32[word + 3] = (meta & ~0x78) | encoding << 3;
    copyBytes(value.bytes, value.start, value.end, u8, (valueAt + 1) * 4);
    return true;
  }

  /**
   * Adds to the integer of an entry just looked up for writing, if the sum has as many digits, 9 at
   * most: nearly every INCR (measured: a fifth of its time is saved). Answers the sum, or NaN when
   * nothing was done.
   */
  addInPlace(ref: number, increment: number): number {
    const { i32, u8 } = this.arena, word = ref * 2;
    if ((i32[word + 3] & 0xff) !== INTEGER_META) return NaN;
    const valueAt = word + 4 + (i32[word + 2] + 3 >>> 2), length = i32[valueAt];
    if (length > IN_PLACE_DIGITS) return NaN;
    const start = (valueAt + 1) * 4, end = start + length;
    let value = 0, power = 1;
    for (let at = start; at < end; at++) {
      const digit = u8[at] - 0x30;
      if (digit < 0) return NaN;
      value = value * 10 + digit;
      power *= 10;
    }
    const sum = value + increment;
    if (sum >= power || sum * 10 < power || sum < 0) return NaN;
    for (let at = end - 1, rest = sum | 0; at >= start; at--) {
      const shorter = (rest / 10) | 0;
      u8[at] = 0x30 + rest - shorter * 10;
      rest = shorter;
    }
    return sum;
  }

  /** An entry for a string: the old one where the new value fits its block, else a new block. */
  #openString(
    ref: number,
    key: Slice,
    inlineLength: number,
    encoding: number,
    expiry: boolean,
  ): number {
    if (ref === 0) {
      return this.#insert(key, metaOf(TYPE_STRING, encoding, 0), inlineLength, expiry);
    }
    const { arena } = this;
    const needed = Arena.roundUp(entryBytes(keyLength(arena, ref), expiry, inlineLength));
    const fits = needed === Arena.roundUp(entryBytesOf(arena, ref));
    // Only once the room is there is the old value given up.
    const entry = this.#reshape(ref, expiry, inlineLength, fits);
    this.#freeValue(entry, this.keyspace.overwritesLazily);
    const word = entry * 2 + 3;
    arena.i32[word] = (arena.i32[word] & ~0x7f) | TYPE_STRING | encoding << 3;
    return entry;
  }

  #openBlockString(ref: number, key: Slice, block: number, expiry: boolean): number {
    const { arena } = this;
    try {
      const entry = this.#openString(ref, key, 0, ENCODING_RAW_BLOCK, expiry);
      arena.i32[valueWord(arena, entry)] = block;
      return entry;
    } catch (error) {
      arena.free(block);
      throw error;
    }
  }

  /** Gives an entry whose value is about to be replaced the expiry words and the room it needs. */
  #reshape(ref: number, expiry: boolean, inlineLength: number, fits: boolean): number {
    const { arena } = this;
    if (!fits) return this.#move(ref, expiry, inlineLength, 0);
    const had = hasExpiry(arena, ref);
    if (had === expiry) return ref;
    if (had) this.#forgetExpiry(ref);
    else this.expires.reserve();
    flagExpiry(arena, ref, expiry);
    if (expiry) writeExpiryPosition(arena, ref, this.expires.push(ref));
    return ref;
  }

  /** Frees what the value word points to, if it points to something. */
  #freeValue(ref: number, lazily: boolean): void {
    const type = this.typeOf(ref), encoding = this.encodingOf(ref), { keyspace } = this;
    this.forgetFields(ref);
    if (type !== TYPE_STRING && lazily) keyspace.buryValue(type, encoding, this.valueOf(ref));
    else if (type !== TYPE_STRING || encoding === ENCODING_RAW_BLOCK) {
      keyspace.releaseValue(type, encoding, this.valueOf(ref));
    }
  }

  /**
   * Stores a value behind a value word under the key of the last lookup, which found nothing.
   * `expireAtMs` is an instant or {@link NO_EXPIRY}. When memory runs out, nothing has changed.
   */
  putValue(
    key: Slice,
    type: number,
    encoding: number,
    value: number,
    expireAtMs = NO_EXPIRY,
  ): number {
    const ref = this.#insert(key, metaOf(type, encoding, 0), 0, expireAtMs >= 0);
    this.arena.i32[valueWord(this.arena, ref)] = value;
    if (expireAtMs >= 0) writeExpireAt(this.arena, ref, expireAtMs);
    if (type === TYPE_HASH && encoding !== ENCODING_LISTPACK) this.noteFieldExpiry(key, ref);
    return ref;
  }

  /** Remembers when the first field of a hash expires, if one does, for active expiry. */
  noteFieldExpiry(key: Slice, ref: number): void {
    const type = this.keyspace.valueTypes[TYPE_HASH];
    const atMs = type?.nextExpireAtMs?.(this.encodingOf(ref), this.valueOf(ref)) ?? -1;
    if (atMs >= 0) this.fieldExpiries.note(key, atMs);
  }

  /** Puts another value word and encoding in the place of an entry's, which the caller freed. */
  setValue(ref: number, encoding: number, value: number): void {
    setEncoding(this.arena, ref, encoding);
    this.arena.i32[valueWord(this.arena, ref)] = value;
  }

  #insert(key: Slice, meta: number, inlineLength: number, expiry: boolean): number {
    const { arena, table } = this;
    this.keyspace.barrier?.beforeWrite(table, this.hashOfLast);
    const inArena = key.bytes === arena.u8;
    const length = key.end - key.start;
    // What may fail comes first.
    table.makeRoom();
    if (expiry) this.expires.reserve();
    const ref = arena.allocate(entryBytes(length, expiry, inlineLength));
    const word = ref * 2;
    arena.i32[word + 2] = length;
    arena.i32[word + 3] = meta | this.keyspace.access.fresh() << 8;
    copyBytes(inArena ? arena.u8 : key.bytes, key.start, key.end, arena.u8, keyStart(ref));
    table.insert(ref, this.hashOfLast);
    if (expiry) {
      flagExpiry(arena, ref, true);
      writeExpiryPosition(arena, ref, this.expires.push(ref));
    }
    return ref;
  }

  /**
   * Moves an entry to a block that has (or has not) room for an expiry and for `inlineLength` bytes
   * of value; `keepLength` bytes of the inline value are kept. The expiry index follows; an instant
   * that is new is for the caller to write. Answers the new reference. When memory runs out, nothing
   * has changed.
   */
  #move(ref: number, expiry: boolean, inlineLength: number, keepLength: number): number {
    const { arena, expires } = this;
    const had = hasExpiry(arena, ref);
    if (expiry && !had) expires.reserve();
    const moved = arena.allocate(entryBytes(keyLength(arena, ref), expiry, inlineLength));
    if (had && !expiry) this.#forgetExpiry(ref);
    const headBytes = (valueWord(arena, ref) + 1) * 4 - ref * 8;
    const { u8 } = arena;
    u8.copyWithin(moved * 8, ref * 8, ref * 8 + headBytes);
    flagExpiry(arena, moved, expiry);
    if (had && expiry) {
      const from = ref * 8 + headBytes;
      u8.copyWithin(moved * 8 + headBytes, from, from + EXPIRE_BYTES);
      expires.set(expiryPosition(arena, ref), moved);
    } else if (expiry) writeExpiryPosition(arena, moved, expires.push(moved));
    if (keepLength > 0) {
      const from = inlineStart(arena, ref);
      u8.copyWithin(inlineStart(arena, moved), from, from + keepLength);
    }
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
   * the old length are zero, the encoding becomes raw, room to grow is left. Of the others, those from
   * `start` to `end` (not included) may be written. Answers the entry; read {@link stringOf} again.
   */
  resizeString(ref: number, length: number, start = 0, end = Infinity): number {
    const { arena } = this;
    const old = this.stringOf(ref), oldLength = old.end - old.start;
    const encoding = this.encodingOf(ref);
    let entry = ref;
    if (encoding === ENCODING_RAW_BLOCK) resizeBlock(this.keyspace, ref, length, start, end);
    else if (length <= INLINE_MAX_BYTES) {
      const needed = entryBytes(keyLength(arena, ref), hasExpiry(arena, ref), length);
      if (needed > arena.usableBytes(ref)) {
        entry = this.#move(ref, hasExpiry(arena, ref), length, oldLength);
      }
      arena.i32[valueWord(arena, entry)] = length;
      setEncoding(arena, entry, 0);
    } else entry = this.#inlineToBlock(ref, length, oldLength);
    const grown = this.stringOf(entry);
    if (length > oldLength) clearBytes(arena.u8, grown.start + oldLength, grown.end);
    return entry;
  }

  /** To be called before these bytes of a string are written, unless {@link resizeString} was told. */
  willWriteString(ref: number, start: number, end: number): void {
    if (this.keyspace.barrier === undefined || this.encodingOf(ref) !== ENCODING_RAW_BLOCK) return;
    this.keyspace.barrier.beforeStringWrite(this.valueOf(ref), start, end);
  }

  #inlineToBlock(ref: number, length: number, keepLength: number): number {
    const { arena } = this;
    const block = this.allocateBlock(length, withSlack(length));
    const from = inlineStart(arena, ref);
    arena.u8.copyWithin(block * 8 + BLOCK_HEADER_BYTES, from, from + keepLength);
    let entry: number;
    try {
      entry = this.#move(ref, hasExpiry(arena, ref), 0, 0);
    } catch (error) {
      arena.free(block);
      throw error;
    }
    setEncoding(arena, entry, ENCODING_RAW_BLOCK);
    arena.i32[valueWord(arena, entry)] = block;
    return entry;
  }

  /** Sets the expiry; answers the entry, which may have moved. */
  setExpireAt(ref: number, atMs: number): number {
    const { arena } = this;
    this.willChange(ref);
    if (!hasExpiry(arena, ref)) {
      const inline = this.#inlineLength(ref);
      ref = this.#move(ref, true, inline, inline);
    }
    writeExpireAt(arena, ref, atMs);
    return ref;
  }

  /** Removes the expiry; answers the entry, which may have moved, 0 when it had none. */
  clearExpiry(ref: number): number {
    const { arena } = this;
    if (!hasExpiry(arena, ref)) return 0;
    this.willChange(ref);
    const inline = this.#inlineLength(ref);
    const needed = entryBytes(keyLength(arena, ref), false, inline);
    if (Arena.roundUp(needed) !== arena.usableBytes(ref)) {
      return this.#move(ref, false, inline, inline);
    }
    this.#forgetExpiry(ref);
    const from = inlineStart(arena, ref);
    flagExpiry(arena, ref, false);
    arena.u8.copyWithin(inlineStart(arena, ref), from, from + inline);
    return ref;
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
  override remove(ref: number, lazily = false): void {
    this.willChange(ref);
    if (hasExpiry(this.arena, ref)) this.#forgetExpiry(ref);
    this.table.unlink(ref);
    this.#freeValue(ref, lazily);
    this.arena.free(ref);
  }

  /**
   * Takes an entry's value out and removes the entry: the value is the caller's (RENAME, MOVE).
   * Inline strings have no value word of their own: copy them first.
   */
  detach(ref: number): number {
    this.willChange(ref);
    const value = this.valueOf(ref);
    this.forgetFields(ref);
    if (hasExpiry(this.arena, ref)) this.#forgetExpiry(ref);
    this.table.unlink(ref);
    this.arena.free(ref);
    return value;
  }

  /** For those who change an entry, or what it holds, without having looked it up for writing. */
  willChange(ref: number): void {
    this.keyspace.barrier?.beforeWrite(this.table, this.arena.i32[ref * 2 + 1]);
  }

  /**
   * Announces that a key changed: counts `count` changes and tells those who watch, wait or listen.
   * `event` is the name of the keyspace event, empty where Redis sends none.
   */
  changed(key: Slice, event: string, count = 1): void {
    const { keyspace } = this;
    keyspace.dirty += count;
    if (keyspace.listener.listening) keyspace.listener.changed(this, key, event);
  }
}

/** Makes bytes zero: few of them in a loop, which takes less than a call. */
function clearBytes(bytes: Uint8Array, from: number, to: number): void {
  if (to - from > 64) bytes.fill(0, from, to);
  else while (from < to) bytes[from++] = 0;
}
