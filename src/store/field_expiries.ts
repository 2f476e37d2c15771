// Which hashes of a database have fields that expire, and whose turn is next.
import { copyBytes } from "../base/bytes.ts";
import { Slice } from "../base/slice.ts";
import type { Arena } from "../memory/arena.ts";
import {
  EXPIRY_WORDS,
  ExpiryHeap,
  expiryWord,
  instantOf,
  writeInstant,
} from "../memory/expiry_heap.ts";
import type { HashKey } from "../memory/half_siphash.ts";
import { ENTRY_KEY_OFFSET, HashTable } from "../memory/hash_table.ts";
import { memberInto, TableDrain } from "../values/table_values.ts";
import type { SlicedFree } from "../values/value_type.ts";

/**
 * Keys with the instant at which the first field of their hash expires. A hint, not the truth:
 * fields may have got more time, or been given back. Whoever takes one looks at the hash and, if
 * fields are left, notes the key again.
 */
export class FieldExpiries {
  readonly #table: HashTable;
  readonly #heap: ExpiryHeap;
  readonly #key = new Slice();

  constructor(arena: Arena, hashKey: HashKey) {
    this.#table = new HashTable(arena, hashKey);
    this.#heap = new ExpiryHeap(arena);
  }

  /** Number of keys, those included whose hash has no field any more that expires. */
  get size(): number {
    return this.#table.size;
  }

  /** Bytes taken for the order of the keys, none before the first key came. */
  get bytes(): number {
    return this.#table.tableBytes + this.#heap.bytes;
  }

  /** When the next one has its turn, Unix ms; -1 for never. */
  get firstAtMs(): number {
    return this.#heap.firstAtMs;
  }

  /** The key that has its turn next; valid until the next call. There is one. */
  get firstKey(): Slice {
    memberInto(this.#table.arena, this.#heap.first, this.#key);
    return this.#key;
  }

  /** Remembers when the first field of a key's hash expires, Unix ms; -1 forgets the key. */
  note({ bytes, start, end }: Slice, atMs: number): void {
    const table = this.#table, { arena } = table;
    const hash = table.hash(bytes, start, end);
    const ref = table.find(bytes, start, end, hash);
    if (ref !== 0 && atMs >= 0) {
      if (instantOf(arena, ref) === atMs) return;
      writeInstant(arena, ref, atMs);
      this.#heap.changed(ref);
    } else if (ref !== 0) this.#forget(ref);
    else if (atMs >= 0) this.#add(bytes, start, end, hash, atMs);
  }

  #forget(ref: number): void {
    this.#heap.remove(ref);
    this.#table.unlink(ref);
    this.#table.arena.free(ref);
  }

  #add(bytes: Uint8Array, start: number, end: number, hash: number, atMs: number): void {
    const table = this.#table, { arena } = table;
    const inArena = bytes === arena.u8;
    table.makeRoom();
    this.#heap.reserve();
    const padded = end - start + 3 & ~3;
    const ref = arena.allocate(ENTRY_KEY_OFFSET + padded + EXPIRY_WORDS * 4);
    arena.i32[ref * 2 + 2] = end - start;
    arena.i32[ref * 2 + 3] = 0;
    const from = inArena ? arena.u8 : bytes;
    copyBytes(from, start, end, arena.u8, ref * 8 + ENTRY_KEY_OFFSET);
    table.insert(ref, hash);
    arena.i32[expiryWord(arena, ref) + 2] = 0;
    writeInstant(arena, ref, atMs);
    this.#heap.add(ref);
  }

  /** Gives all up, in slices. No other call may follow. */
  drain(): SlicedFree {
    this.#heap.clear();
    return new TableDrain(this.#table);
  }
}
