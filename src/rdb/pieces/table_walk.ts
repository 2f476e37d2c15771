// A hash table in pieces: bucket by bucket, and a bucket in which something changes before that.
import { Slice } from "../../base/slice.ts";
import type { HashTable } from "../../memory/hash_table.ts";
import {
  ELEMENT_BYTES,
  type PieceGuard,
  type PieceOutput,
  type ValuePieces,
} from "./value_pieces.ts";

/** Buckets that count as one element. */
const BUCKETS_PER_ELEMENT = 8;

/** The elements of a hash table in any order; the table moves none of its buckets meanwhile. */
export abstract class TableWalk<Output extends PieceOutput> implements ValuePieces<Output> {
  abstract readonly object: object;
  /** What changes before its turn is written then. */
  readonly keptBytes = 0;
  protected readonly table: HashTable;
  protected readonly member = new Slice();
  /** Buckets of the two arrays that a table has while it is being moved. */
  readonly #first: number;
  readonly #second: number;
  /** All below are written. */
  #next = 0;
  /** A bit for each bucket that was written before its turn. */
  #early: Uint8Array | undefined;
  #guarded = false;

  constructor(table: HashTable) {
    this.table = table;
    this.#first = table.firstBuckets;
    this.#second = table.buckets - table.firstBuckets;
  }

  attach(guard: PieceGuard): void {
    this.table.guard = guard;
    this.table.pauseRehash();
    this.#guarded = true;
  }

  detach(): void {
    if (!this.#guarded) return;
    this.#guarded = false;
    this.table.guard = undefined;
    this.table.resumeRehash();
  }

  abstract head(output: Output): void;

  /** Writes one element, or gathers it for {@link pass}. */
  protected abstract element(output: Output, ref: number): void;

  /** Writes what is gathered: elements may change after this. */
  protected pass(_output: Output): void {}

  before(output: Output, hash: number): void {
    this.#writeEarly(output, hash & this.#first - 1);
    if (this.#second > 0) this.#writeEarly(output, this.#first + (hash & this.#second - 1));
    this.pass(output);
  }

  #writeEarly(output: Output, bucket: number): void {
    if (bucket < this.#next) return;
    const early = this.#early ??= new Uint8Array((this.#first + this.#second >>> 3) + 1);
    const bit = 1 << (bucket & 7);
    if ((early[bucket >>> 3] & bit) !== 0) return;
    early[bucket >>> 3] |= bit;
    this.#bucket(output, bucket);
  }

  step(output: Output, elements: number): boolean {
    const buckets = this.#first + this.#second, early = this.#early;
    // A table without elements may get other arrays; all that was in it is written then.
    if (this.table.size === 0) return true;
    const endBytes = output.bytes + elements * ELEMENT_BYTES;
    for (let left = elements * BUCKETS_PER_ELEMENT; left > 0 && this.#next < buckets; left--) {
      const bucket = this.#next++;
      const written = early !== undefined && (early[bucket >>> 3] & 1 << (bucket & 7)) !== 0;
      if (!written && this.#bucket(output, bucket)) left -= BUCKETS_PER_ELEMENT;
      if (output.bytes > endBytes) break;
    }
    this.pass(output);
    return this.#next >= buckets;
  }

  /** False when there is nothing in it. */
  #bucket(output: Output, bucket: number): boolean {
    const { table } = this, { arena } = table, first = table.bucketAt(bucket);
    for (let ref = first; ref !== 0; ref = arena.i32[ref * 2]) this.element(output, ref);
    return first !== 0;
  }
}
