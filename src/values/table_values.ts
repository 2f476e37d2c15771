// What values that are hash tables have in common: their entries, and how they are freed.
import { copyBytes } from "../base/bytes.ts";
import type { Random } from "../base/random.ts";
import type { Slice } from "../base/slice.ts";
import type { Arena } from "../memory/arena.ts";
import type { HashKey } from "../memory/half_siphash.ts";
import { ENTRY_KEY_OFFSET, type HashTable } from "../memory/hash_table.ts";
import type { TableWalk } from "../memory/table_walk.ts";
import type { ValueLimits } from "./limits.ts";
import type { SlicedFree } from "./value_type.ts";

/** What values are built from. */
export interface ValueServices {
  readonly arena: Arena;
  readonly hashKey: HashKey;
  readonly random: Random;
  readonly limits: ValueLimits;
}

/** Points the slice at the key of a table's entry. */
export function memberInto(arena: Arena, ref: number, slice: Slice): void {
  const start = ref * 8 + ENTRY_KEY_OFFSET;
  slice.set(arena.u8, start, start + arena.i32[ref * 2 + 2]);
}

/**
 * Adds an entry that is not in the table, with room for `more` bytes behind the member, and answers
 * it. Fails before it changes anything.
 */
export function insertMember(
  table: HashTable,
  bytes: Uint8Array,
  start: number,
  end: number,
  hash: number,
  more = 0,
): number {
  const { arena } = table;
  const inArena = bytes === arena.u8; // whose view allocation may replace
  table.makeRoom();
  const ref = allocateMember(arena, inArena ? undefined : bytes, start, end, more);
  table.insert(ref, hash);
  return ref;
}

/**
 * An entry that is in no table yet, with room for `more` bytes behind the member. Without `bytes` the
 * member stands in the arena.
 */
export function allocateMember(
  arena: Arena,
  bytes: Uint8Array | undefined,
  start: number,
  end: number,
  more = 0,
): number {
  const ref = arena.allocate(ENTRY_KEY_OFFSET + end - start + more);
  const { i32, u8 } = arena;
  i32[ref * 2 + 2] = end - start;
  i32[ref * 2 + 3] = 0;
  copyBytes(bytes ?? u8, start, end, u8, ref * 8 + ENTRY_KEY_OFFSET);
  return ref;
}

/** Frees a table and its entries, which own nothing beyond their blocks. */
export function freeTable(table: HashTable): void {
  const drain = new TableDrain(table);
  while (!drain.run(1 << 20)) { /* until it is empty */ }
}

/**
 * Bytes of a table's arrays and of its entries, `entryBytes` each; the mean of the first `samples`
 * stands for all of them, where there are more.
 */
export function bytesOfTable(
  table: HashTable,
  walk: TableWalk,
  samples: number,
  entryBytes: (ref: number) => number = (ref) => table.arena.usableBytes(ref),
): number {
  let bytes = 0, seen = 0;
  walk.begin(table);
  for (let ref = walk.next(); ref !== 0 && seen < samples; ref = walk.next()) {
    bytes += entryBytes(ref);
    seen++;
  }
  walk.end();
  if (seen > 0) bytes = Math.round(bytes / seen * table.size);
  return table.tableBytes + bytes;
}

/** Frees a table in slices; `freeMore` frees what an entry refers to. */
export class TableDrain implements SlicedFree {
  readonly #table: HashTable;
  readonly #freeEntry: (ref: number) => void;
  #cursor = 0;

  constructor(table: HashTable, freeMore?: (ref: number) => void) {
    this.#table = table;
    const { arena } = table;
    this.#freeEntry = (ref) => {
      freeMore?.(ref);
      arena.free(ref);
    };
    table.pauseRehash(); // nothing moves behind the cursor's back
  }

  run(elements: number): boolean {
    const table = this.#table;
    // Buckets count too: a table that emptied has many of them.
    let work = elements;
    do {
      const before = table.size;
      this.#cursor = table.drainBucket(this.#cursor, this.#freeEntry);
      work -= (before - table.size) + 0.125;
    } while (this.#cursor !== 0 && work > 0);
    if (this.#cursor !== 0) return false;
    table.reset();
    return true;
  }
}
