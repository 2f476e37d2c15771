// What a snapshot asks of everybody who changes the data: to say so before.
import type { HashTable } from "../memory/hash_table.ts";

/**
 * Stands between writers and the data while a snapshot is taken: what is about to change is
 * looked at first, so that the snapshot shows one point in time. It changes no data and no slice
 * that a database hands out.
 */
export interface WriteBarrier {
  /** The key of this hash is about to be added, changed or removed in a database's table. */
  beforeWrite(table: HashTable, hash: number): void;
  /**
   * All keys of a database's table are gone from it. True when the barrier takes the table over: it
   * hands it to the graveyard when it has seen all of it.
   */
  takesTable(table: HashTable): boolean;
  /**
   * A value is about to be freed: no key has it any more. True when the barrier takes it over, as
   * with a table.
   */
  takesValue(type: number, encoding: number, value: number): boolean;
  /** Whether it would: the block of a string may not get other bytes altogether then. */
  holdsValue(type: number, encoding: number, value: number): boolean;
  /** The bytes from `start` to `end` (not included) of the string in a block may change. */
  beforeStringWrite(block: number, start: number, end: number): void;
  /** A string that grew stands in another block now; the one it stood in is free. */
  movedString(block: number, moved: number): void;
}
