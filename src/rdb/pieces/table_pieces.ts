// Sets and hashes in pieces: bucket by bucket, and a bucket in which something changes before that.
import { Slice } from "../../base/slice.ts";
import type { HashTable } from "../../memory/hash_table.ts";
import type { FieldTable } from "../../values/hash_value_table.ts";
import { memberInto } from "../../values/table_values.ts";
import type { RdbOutput } from "../rdb_output.ts";
import { ELEMENT_BYTES, type PieceGuard, type ValuePieces } from "./value_pieces.ts";

/** Buckets that count as one element. */
const BUCKETS_PER_ELEMENT = 8;

/** The elements of a hash table in any order; the table moves none of its buckets meanwhile. */
abstract class TablePieces implements ValuePieces {
  abstract readonly object: object;
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

  head(output: RdbOutput): void {
    output.length(this.table.size);
  }

  /** Writes one element. */
  protected abstract element(output: RdbOutput, ref: number): void;

  before(output: RdbOutput, hash: number): void {
    this.#writeEarly(output, hash & this.#first - 1);
    if (this.#second > 0) this.#writeEarly(output, this.#first + (hash & this.#second - 1));
  }

  #writeEarly(output: RdbOutput, bucket: number): void {
    if (bucket < this.#next) return;
    const early = this.#early ??= new Uint8Array((this.#first + this.#second >>> 3) + 1);
    const bit = 1 << (bucket & 7);
    if ((early[bucket >>> 3] & bit) !== 0) return;
    early[bucket >>> 3] |= bit;
    this.#bucket(output, bucket);
  }

  step(output: RdbOutput, elements: number): boolean {
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
    return this.#next >= buckets;
  }

  /** False when there is nothing in it. */
  #bucket(output: RdbOutput, bucket: number): boolean {
    const { table } = this, { arena } = table, first = table.bucketAt(bucket);
    for (let ref = first; ref !== 0; ref = arena.i32[ref * 2]) this.element(output, ref);
    return first !== 0;
  }
}

/** A set. */
export class SetPieces extends TablePieces {
  readonly object: object;

  constructor(table: HashTable) {
    super(table);
    this.object = table;
  }

  protected override element(output: RdbOutput, ref: number): void {
    memberInto(this.table.arena, ref, this.member);
    output.string(this.member);
  }
}

/** A hash whose fields do not expire. */
export class HashPieces extends TablePieces {
  readonly object: FieldTable;
  readonly #content = new Slice();

  constructor(fields: FieldTable) {
    super(fields.table);
    this.object = fields;
  }

  protected override element(output: RdbOutput, ref: number): void {
    memberInto(this.table.arena, ref, this.member);
    output.string(this.member);
    this.object.valueInto(ref, this.#content);
    output.string(this.#content);
  }
}

/**
 * A hash with fields that expire: the earliest expiry, then before each field its own, counted from
 * there on; 0 for none.
 */
export class ExpiringHashPieces extends HashPieces {
  readonly #earliestMs: number;

  constructor(fields: FieldTable, earliestMs: number) {
    super(fields);
    this.#earliestMs = earliestMs;
  }

  override head(output: RdbOutput): void {
    output.instant(this.#earliestMs);
    super.head(output);
  }

  protected override element(output: RdbOutput, ref: number): void {
    const expireAtMs = this.object.expireAtOf(ref);
    output.length(expireAtMs < 0 ? 0 : expireAtMs - this.#earliestMs + 1);
    super.element(output, ref);
  }
}
