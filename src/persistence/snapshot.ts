// All keys as they are at one instant, written in slices while they change.
import type { HashTable } from "../memory/hash_table.ts";
import type { RdbWriter } from "../rdb/writer.ts";
import type { Database } from "../store/database.ts";
import type { Keyspace } from "../store/keyspace.ts";
import type { WriteBarrier } from "../store/write_barrier.ts";

/** Buckets that {@link Snapshot.prepare} moves at a time. */
const REHASH_BUCKETS = 100;

/** One table: which of its buckets are written. */
interface Walk {
  readonly database: Database;
  readonly table: HashTable;
  /** Number of the database at the instant of the snapshot. */
  readonly index: number;
  readonly keys: number;
  readonly expires: number;
  readonly buckets: number;
  /** All below are written. */
  next: number;
  /** A bit for each bucket that was written before its turn; none yet when undefined. */
  early: Uint8Array | undefined;
  announced: boolean;
  done: boolean;
}

/**
 * Writes every key that was there when {@link begin} was called, as it was then, exactly once. The
 * buckets are written in their order, and a bucket in which something is about to change before
 * that. Tables do not move their buckets meanwhile: new keys may get a second array, old ones stay.
 */
export class Snapshot implements WriteBarrier {
  /** Keys written so far. */
  keysWritten = 0;
  readonly #keyspace: Keyspace;
  readonly #writer: RdbWriter;
  /** What the writer threw; nothing is written any more. */
  #failure: unknown;
  #walks: Walk[] = [];
  #selected = -1;

  constructor(keyspace: Keyspace, writer: RdbWriter) {
    this.#keyspace = keyspace;
    this.#writer = writer;
  }

  /** Completes what tables have begun to move; false when there is more to do. */
  static prepare(keyspace: Keyspace): boolean {
    let ready = true;
    for (const { table } of keyspace.databases) {
      if (table.rehash(REHASH_BUCKETS)) ready = false;
    }
    return ready;
  }

  /** The instant that the snapshot shows. No table is being moved. */
  begin(): void {
    for (const database of this.#keyspace.databases) {
      const { table, index, size } = database;
      table.pauseRehash();
      this.#walks.push({
        database,
        table,
        index,
        keys: size,
        expires: database.expires.length,
        buckets: size === 0 ? 0 : table.buckets,
        next: 0,
        early: undefined,
        announced: false,
        done: size === 0,
      });
    }
    this.#keyspace.barrier = this;
  }

  /**
   * Writes some buckets, until `isOver` says that the slice is. True when all keys are written.
   * Throws what the writer threw, also when it was somebody's change that made it write.
   */
  run(isOver: () => boolean): boolean {
    for (const walk of this.#walks) {
      while (!walk.done) {
        this.#throwFailure();
        if (walk.next >= walk.buckets) walk.done = true;
        else this.#turn(walk);
        if (walk.next % 16 === 0 && isOver()) return false;
      }
    }
    this.#throwFailure();
    return true;
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Lets writers go on without the barrier. */
  end(): void {
    if (this.#keyspace.barrier === this) this.#keyspace.barrier = undefined;
    for (const { table } of this.#walks) table.resumeRehash();
    this.#walks = [];
  }

  beforeWrite(table: HashTable, hash: number): void {
    const walk = this.#walkOf(table);
    if (walk === undefined || walk.done) return;
    // A table that lost all its keys may get other arrays: nothing that was there is left.
    if (table.size === 0) walk.done = true;
    else this.#early(walk, hash & walk.buckets - 1);
  }

  beforeFlush(table: HashTable): void {
    const walk = this.#walkOf(table);
    if (walk === undefined) return;
    while (walk.next < walk.buckets && !walk.done) this.#turn(walk);
    walk.done = true;
  }

  #walkOf(table: HashTable): Walk | undefined {
    for (const walk of this.#walks) if (walk.table === table) return walk;
    return undefined;
  }

  /** The turn of the next bucket, unless it was written early. */
  #turn(walk: Walk): void {
    const bucket = walk.next++;
    const { early } = walk;
    if (early === undefined || (early[bucket >>> 3] & 1 << (bucket & 7)) === 0) {
      this.#write(walk, bucket);
    }
  }

  /** Something in a bucket is about to change. */
  #early(walk: Walk, bucket: number): void {
    if (bucket < walk.next) return;
    const early = walk.early ??= new Uint8Array((walk.buckets >>> 3) + 1);
    const byte = bucket >>> 3, bit = 1 << (bucket & 7);
    if ((early[byte] & bit) !== 0) return;
    early[byte] |= bit;
    this.#write(walk, bucket);
  }

  /** Whoever is about to change something must not fail because the writer did. */
  #write(walk: Walk, bucket: number): void {
    if (this.#failure !== undefined) return;
    try {
      this.#entries(walk, walk.table.bucketAt(bucket));
    } catch (error) {
      this.#failure = error;
    }
  }

  #entries(walk: Walk, first: number): void {
    const { arena } = this.#keyspace;
    for (let ref = first; ref !== 0; ref = arena.i32[ref * 2]) {
      this.#select(walk);
      this.#writer.entry(walk.database, ref);
      this.keysWritten++;
    }
  }

  #select(walk: Walk): void {
    if (this.#selected === walk.index) return;
    this.#selected = walk.index;
    this.#writer.database(walk.index);
    if (!walk.announced) this.#writer.resize(walk.keys, walk.expires);
    walk.announced = true;
  }
}
