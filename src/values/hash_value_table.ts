// The fields of a large hash: entries of a hash table that hold their value.
//
//   16 bytes  header of the table; its fourth word: length of an inline value, and two flags
//   bytes     the field
//   --- with an expiry or a value block only:
//   padding   to 4 bytes
//   3 words   expiry, if there is one: instant and place in the heap (see expiry_heap.ts)
//   word      reference of the value block, if there is one: its length and 4 bytes of padding, bytes
//   ---
//   bytes     the value, if it has no block
import { copyBytes } from "../base/bytes.ts";
import type { Slice } from "../base/slice.ts";
import { Arena } from "../memory/arena.ts";
import { EXPIRY_WORDS, ExpiryHeap, instantOf, writeInstant } from "../memory/expiry_heap.ts";
import type { HashKey } from "../memory/half_siphash.ts";
import { ENTRY_KEY_OFFSET, HashTable } from "../memory/hash_table.ts";
import { TableDrain } from "./table_values.ts";

const IN_BLOCK = 1;
const HAS_EXPIRY = 2;
const FLAG_BITS = 2;
/** Longer values have a block of their own, so that changing them moves no field. */
const INLINE_MAX_BYTES = 1024;
const BLOCK_HEADER_BYTES = 8;

/** Bytes of an entry. `inline` is the length of the value where it stands in the entry. */
function entryBytes(fieldLength: number, flags: number, inline: number): number {
  return valueOffset(fieldLength, flags) + (flags & IN_BLOCK ? 4 : inline);
}

/** Where in an entry the value, or the reference of its block, begins. */
function valueOffset(fieldLength: number, flags: number): number {
  if (flags === 0) return ENTRY_KEY_OFFSET + fieldLength;
  const padded = ENTRY_KEY_OFFSET + (fieldLength + 3 & ~3);
  return flags & HAS_EXPIRY ? padded + EXPIRY_WORDS * 4 : padded;
}

/** A table of fields, with the order in which they expire if some do. */
export class FieldTable {
  readonly table: HashTable;
  /** Undefined while no field has an expiry. */
  expiries: ExpiryHeap | undefined;

  constructor(arena: Arena, key: HashKey) {
    this.table = new HashTable(arena, key);
  }

  /** The entry of a field, 0 for none. */
  find({ bytes, start, end }: Slice): number {
    const { table } = this;
    return table.find(bytes, start, end, table.hash(bytes, start, end));
  }

  /**
   * Stores a field's value; an expiry it has goes unless `keepExpiry`. True when the field is new.
   * When memory runs out, nothing has changed.
   */
  set(field: Slice, value: Slice, keepExpiry: boolean): boolean {
    const { table } = this;
    const hash = table.hash(field.bytes, field.start, field.end);
    const ref = table.find(field.bytes, field.start, field.end, hash);
    if (ref === 0) this.insert(field, value, hash);
    else if (!this.#overwroteInPlace(ref, value)) this.#overwrite(ref, value, keepExpiry);
    return ref === 0;
  }

  /**
   * Stores a value over one of the same length, in an entry without block or expiry, if it is that
   * and does not lie in the arena, which a guard may move.
   */
  #overwroteInPlace(ref: number, { bytes, start, end }: Slice): boolean {
    const { arena } = this.table, { i32 } = arena, word = ref * 2;
    // No flags, and so the value stands right behind the field.
    if (i32[word + 3] !== end - start << FLAG_BITS || end - start > INLINE_MAX_BYTES) return false;
    if (bytes === arena.u8) return false;
    this.table.willChange(ref);
    copyBytes(bytes, start, end, arena.u8, ref * 8 + ENTRY_KEY_OFFSET + arena.i32[word + 2]);
    return true;
  }

  /** Adds a field that is not there; answers its entry. */
  insert(field: Slice, value: Slice, hash: number): number {
    const { arena } = this.table, { u8 } = arena;
    this.table.makeRoom();
    // Where that moved the memory, what is borrowed from it is to be found in its new place.
    if (field.bytes === u8) field.bytes = arena.u8;
    if (value.bytes === u8) value.bytes = arena.u8;
    const ref = this.newEntry(field, value);
    this.table.insert(ref, hash);
    return ref;
  }

  /** An entry that is not in the table yet. */
  newEntry(field: Slice, value: Slice): number {
    const { arena } = this.table;
    const length = value.end - value.start, fieldLength = field.end - field.start;
    const fieldInArena = field.bytes === arena.u8, valueInArena = value.bytes === arena.u8;
    const block = length > INLINE_MAX_BYTES ? arena.allocate(length + BLOCK_HEADER_BYTES) : 0;
    const flags = block === 0 ? 0 : IN_BLOCK;
    const ref = this.#allocate(entryBytes(fieldLength, flags, length), block);
    const { i32, u8 } = arena;
    i32[ref * 2 + 2] = fieldLength;
    i32[ref * 2 + 3] = flags | (block === 0 ? length << FLAG_BITS : 0);
    const fieldBytes = fieldInArena ? u8 : field.bytes;
    copyBytes(fieldBytes, field.start, field.end, u8, ref * 8 + ENTRY_KEY_OFFSET);
    this.#writeValue(ref, block, value, valueInArena);
    return ref;
  }

  /** An entry, or the failure that gives the block back. */
  #allocate(bytes: number, block: number): number {
    const { arena } = this.table;
    try {
      return arena.allocate(bytes);
    } catch (error) {
      if (block !== 0) arena.free(block);
      throw error;
    }
  }

  #writeValue(ref: number, block: number, value: Slice, inArena: boolean): void {
    const { arena } = this.table;
    const { i32, u8 } = arena;
    const offset = valueOffset(i32[ref * 2 + 2], i32[ref * 2 + 3] & 3);
    const from = inArena ? u8 : value.bytes;
    if (block === 0) return copyBytes(from, value.start, value.end, u8, ref * 8 + offset);
    i32[ref * 2 + (offset >>> 2)] = block;
    i32[block * 2] = value.end - value.start;
    copyBytes(from, value.start, value.end, u8, block * 8 + BLOCK_HEADER_BYTES);
  }

  #overwrite(ref: number, value: Slice, keepExpiry: boolean): void {
    this.table.willChange(ref);
    const { arena } = this.table;
    const inArena = value.bytes === arena.u8;
    const length = value.end - value.start;
    const owner = arena.i32[ref * 2 + 3];
    const expires = (owner & HAS_EXPIRY) !== 0;
    const flags = (expires && keepExpiry ? HAS_EXPIRY : 0) |
      (length > INLINE_MAX_BYTES ? IN_BLOCK : 0);
    const block = flags & IN_BLOCK ? arena.allocate(length + BLOCK_HEADER_BYTES) : 0;
    const oldBlock = this.#blockOf(ref);
    const entry = this.#reshape(ref, flags, length, block);
    if (oldBlock !== 0) arena.free(oldBlock);
    arena.i32[entry * 2 + 3] = flags | (block === 0 ? length << FLAG_BITS : 0);
    this.#writeValue(entry, block, value, inArena);
  }

  /**
   * Gives an entry the room for other flags and another value; field and expiry are kept, if both
   * the old and the new flags have one. The heap is told.
   */
  #reshape(ref: number, flags: number, inline: number, block: number): number {
    const { arena } = this.table;
    const fieldLength = arena.i32[ref * 2 + 2], had = arena.i32[ref * 2 + 3] & HAS_EXPIRY;
    const bytes = entryBytes(fieldLength, flags, inline);
    const fits = Arena.roundUp(bytes) === arena.usableBytes(ref);
    const entry = fits ? ref : this.#allocate(bytes, block);
    if (had && !(flags & HAS_EXPIRY)) this.expiries!.remove(ref);
    if (entry === ref) return ref;
    const kept = had & flags
      ? valueOffset(fieldLength, HAS_EXPIRY)
      : ENTRY_KEY_OFFSET + fieldLength;
    arena.u8.copyWithin(entry * 8, ref * 8, ref * 8 + kept);
    this.table.replace(ref, entry);
    if (had & flags) this.expiries!.moved(entry);
    arena.free(ref);
    return entry;
  }

  #blockOf(ref: number): number {
    const { i32 } = this.table.arena, flags = i32[ref * 2 + 3] & 3;
    if (!(flags & IN_BLOCK)) return 0;
    return i32[ref * 2 + (valueOffset(i32[ref * 2 + 2], flags) >>> 2)];
  }

  /** Removes a field. */
  remove(ref: number): void {
    const { table } = this;
    if (table.arena.i32[ref * 2 + 3] & HAS_EXPIRY) this.expiries!.remove(ref);
    table.unlink(ref);
    this.freeBlock(ref);
    table.arena.free(ref);
  }

  /** Frees what an entry refers to. */
  freeBlock(ref: number): void {
    const block = this.#blockOf(ref);
    if (block !== 0) this.table.arena.free(block);
  }

  /** Bytes of an entry and of what it refers to. */
  bytesOf(ref: number): number {
    const { arena } = this.table, block = this.#blockOf(ref);
    return arena.usableBytes(ref) + (block === 0 ? 0 : arena.usableBytes(block));
  }

  /** Points the slice at a field's value. */
  valueInto(ref: number, slice: Slice): void {
    const { i32, u8 } = this.table.arena;
    const owner = i32[ref * 2 + 3], block = this.#blockOf(ref);
    const start = block === 0
      ? ref * 8 + valueOffset(i32[ref * 2 + 2], owner & 3)
      : block * 8 + BLOCK_HEADER_BYTES;
    slice.set(u8, start, start + (block === 0 ? owner >>> FLAG_BITS : i32[block * 2]));
  }

  /** When a field expires, Unix ms; -1 for never. */
  expireAtOf(ref: number): number {
    const { arena } = this.table;
    return arena.i32[ref * 2 + 3] & HAS_EXPIRY ? instantOf(arena, ref) : -1;
  }

  /** Sets when a field expires. When memory runs out, nothing has changed. */
  setExpireAt(ref: number, atMs: number): void {
    this.table.willChange(ref);
    const { arena } = this.table;
    if (arena.i32[ref * 2 + 3] & HAS_EXPIRY) {
      writeInstant(arena, ref, atMs);
      return this.expiries!.changed(ref);
    }
    const heap = this.expiries ??= new ExpiryHeap(arena);
    heap.reserve();
    const entry = this.#changeFlags(ref, HAS_EXPIRY);
    writeInstant(arena, entry, atMs);
    heap.add(entry);
  }

  /** Makes a field stay for ever; false when it does already. */
  clearExpiry(ref: number): boolean {
    const { arena } = this.table;
    if (!(arena.i32[ref * 2 + 3] & HAS_EXPIRY)) return false;
    this.table.willChange(ref);
    this.#changeFlags(ref, 0);
    return true;
  }

  /** Moves the value to where it stands with or without an expiry. */
  #changeFlags(ref: number, expiry: number): number {
    const { arena } = this.table;
    const owner = arena.i32[ref * 2 + 3], fieldLength = arena.i32[ref * 2 + 2];
    const flags = (owner & IN_BLOCK) | expiry;
    const length = owner & IN_BLOCK ? 4 : owner >>> FLAG_BITS;
    const from = valueOffset(fieldLength, owner & 3), to = valueOffset(fieldLength, flags);
    const bytes = entryBytes(fieldLength, flags, length);
    const fits = bytes <= arena.usableBytes(ref);
    const entry = fits ? ref : arena.allocate(bytes);
    if (!expiry) this.expiries!.remove(ref);
    const { u8, i32 } = arena;
    u8.copyWithin(entry * 8 + to, ref * 8 + from, ref * 8 + from + length);
    if (entry !== ref) {
      u8.copyWithin(entry * 8, ref * 8, ref * 8 + ENTRY_KEY_OFFSET + fieldLength);
      this.table.replace(ref, entry);
      arena.free(ref);
    }
    i32[entry * 2 + 3] = owner & ~HAS_EXPIRY | expiry;
    return entry;
  }
}

/** Frees a table and its fields in slices. */
export function drainFields(fields: FieldTable): TableDrain {
  fields.expiries?.clear();
  return new TableDrain(fields.table, (ref) => fields.freeBlock(ref));
}

/** Frees a table and its fields. */
export function freeFields(fields: FieldTable): void {
  const drain = drainFields(fields);
  while (!drain.run(1 << 20)) { /* until it is empty */ }
}
