// What the store asks of a value that is not a plain string.
import type { HashTable } from "../memory/hash_table.ts";
import type { Digest } from "./digest.ts";

/** A value on its way out: nobody can reach it any more. */
export interface SlicedFree {
  /** Frees about `elements` elements; true when all of it is gone. */
  run(elements: number): boolean;
}

/** Operations on the values of one type; a value is an encoding and a 32-bit value word. */
export interface ValueType {
  /** Gives the value's memory back. */
  free(encoding: number, value: number): void;
  /** Takes a big value over, to be freed in slices; undefined where {@link free} does it at once. */
  freeInSlices?(encoding: number, value: number): SlicedFree | undefined;
  /** An independent copy; answers its value word. The encoding stays the same. */
  copy(encoding: number, value: number): number;
  /** The table that members are looked up in, where the value has one. */
  membersOf?(encoding: number, value: number): HashTable | undefined;
  /** Elements, the measure of the work that freeing is. */
  elements(encoding: number, value: number): number;
  /** When the next element expires, Unix ms; -1 for never. For types whose elements may. */
  nextExpireAtMs?(encoding: number, value: number): number;
  /**
   * Bytes of arena memory that the value takes, its entry excluded. Of a large one `samples` entries of
   * its table, nodes or blocks are looked at, and stand for the others; Infinity for all.
   */
  bytes(encoding: number, value: number, samples: number): number;
  /** Mixes the elements into a signature, as Redis's DEBUG DIGEST does for this type. */
  digest(encoding: number, value: number, digest: Digest): void;
}
