// All keys as they are at one instant, written in slices while they change.
import { ByteQueue } from "../base/byte_queue.ts";
import type { HashTable } from "../memory/hash_table.ts";
import type { EntryWriter, KeyWriter } from "../rdb/key_writer.ts";
import type { Database } from "../store/database.ts";
import { ENCODING_RAW_BLOCK, HELD_PART_BYTES, TYPE_STRING } from "../store/entry.ts";
import type { Keyspace } from "../store/keyspace.ts";
import type { WriteBarrier } from "../store/write_barrier.ts";
import { ELEMENT_BYTES } from "../rdb/pieces/value_pieces.ts";
import { BucketHeads } from "./bucket_heads.ts";
import { OpenValue } from "./open_value.ts";
import { beginWalk, type SnapshotWalk as Walk } from "./snapshot_walk.ts";

/** Elements, or buckets, between two questions whether the slice is over. */
const GRAIN = 128;
/** Values with more elements are written in pieces. */
const PIECES_FROM_ELEMENTS = 64;
/** So many where something changes before their turn: one at a time, they are no use to wait for. */
const EARLY_PIECES_FROM_ELEMENTS = 1024;
/** So much may wait in memory, or such a share of the data, before who adds to it has to write. */
const WAITING_BYTES = 1 << 20;
const WAITING_SHARE = 1 / 64;
/** So many times what it added: then about a twentieth of a string can come to wait. */
const PAID_FOR_KEPT = 16;
/** But no more than so much in one batch: a command that changes all of a value is not to take long. */
const PAYABLE_BYTES = 8 << 20;

/** For tests that stop a snapshot wherever it can be stopped. */
export interface SnapshotGrain {
  /** Elements, or buckets, between two questions whether the slice is over. */
  readonly elements: number;
  /** Values with more elements are written in pieces, whoever asks. */
  readonly piecesFrom: number;
  /** So many bytes may wait before who adds to them has to write; without, as much as ever. */
  readonly mayWait?: number;
}

/**
 * Writes every key that was there when {@link begin} was called, as it was then, exactly once. The
 * buckets are written in their order, and a bucket in which something is about to change before
 * that. Tables do not move their buckets meanwhile: new keys may get a second array, old ones stay.
 *
 * A large value is written in pieces. While it is, what has to be written at once stands aside until
 * the value is complete; a large value in which something changes before its turn waits, guarded.
 */
export class Snapshot implements WriteBarrier {
  #keysWritten = 0;
  readonly #keyspace: Keyspace;
  readonly #writer: KeyWriter;
  readonly #grain: number;
  readonly #piecesFrom: number;
  readonly #earlyPiecesFrom: number;
  readonly #mayWait: number | undefined;
  /** How many bytes those who change something may have to write in the batch of this time. */
  #payable = PAYABLE_BYTES;
  #payableAtMs = 0;
  /** What the writer threw; nothing is written any more. */
  #failure: unknown;
  #ended = false;
  #walks: Walk[] = [];
  /** The database of the last record, and of the last one aside. */
  #selected = -1;
  #selectedAside = -1;
  readonly #heads: BucketHeads;
  /** The first entry of a bucket that is written before its turn. */
  readonly #chain = new Int32Array(1);
  #rest = 0;
  /** A writer whose records stand aside. */
  readonly #aside: EntryWriter;
  /** Where the writer aside writes to. */
  #asideTarget: ByteQueue;
  /** Records that wait for the end of the value that is being written. */
  readonly #records = new ByteQueue();
  #current: OpenValue | undefined;
  /** Values that wait for their turn, each with the walk that it belongs to. */
  #waiting: { value: OpenValue; walk: Walk }[] = [];

  constructor(keyspace: Keyspace, writer: KeyWriter, grain?: SnapshotGrain) {
    this.#keyspace = keyspace;
    this.#writer = writer;
    this.#grain = grain?.elements ?? GRAIN;
    this.#heads = new BucketHeads(Math.min(this.#grain, GRAIN));
    this.#piecesFrom = grain?.piecesFrom ?? PIECES_FROM_ELEMENTS;
    this.#earlyPiecesFrom = grain?.piecesFrom ?? EARLY_PIECES_FROM_ELEMENTS;
    this.#mayWait = grain?.mayWait;
    this.#asideTarget = this.#records;
    this.#aside = writer.aside({ write: (bytes) => this.#asideTarget.write(bytes) });
  }

  /** Keys written so far. */
  get keysWritten(): number {
    return this.#keysWritten + (this.#writer.passer?.passed ?? 0);
  }

  get isShared(): boolean {
    const { passer } = this.#writer;
    return passer !== undefined && passer.passed >= this.#keysWritten;
  }

  /** Bytes that wait in memory to be written: the more, the sooner the snapshot should end. */
  get waitingBytes(): number {
    let bytes = this.#records.length + (this.#current?.pieces.keptBytes ?? 0);
    for (const { value } of this.#waiting) bytes += value.queue.length + value.pieces.keptBytes;
    return bytes;
  }

  /** Bytes of memory that the snapshot takes. */
  get memoryBytes(): number {
    let bytes = this.waitingBytes;
    for (const { early } of this.#walks) bytes += early?.length ?? 0;
    return bytes;
  }

  /** The instant that the snapshot shows. No table is being moved. */
  begin(): void {
    this.#walks = this.#keyspace.databases.map(beginWalk);
    this.#keyspace.barrier = this;
  }

  /**
   * Writes some more, until `isOver` says that the slice is. True when all keys are written.
   * Throws what the writer threw, also when it was somebody's change that made it write.
   */
  run(isOver: () => boolean): boolean {
    for (;;) {
      this.#throwFailure();
      if (!this.#step()) return true;
      if (isOver()) {
        this.#throwFailure();
        return false;
      }
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** False when there is nothing left to do. */
  #step(): boolean {
    if (this.#stepOfValues()) return true;
    // Not in a `for of`, which catches what is thrown in it: where that is, V8's code is a fifth slower.
    const walk = this.#walks.find(({ done }) => !done);
    if (walk !== undefined) this.#stepOfWalk(walk);
    return walk !== undefined;
  }

  /** Goes on with the value begun, with what waits for its end, or begins the next one. */
  #stepOfValues(): boolean {
    const current = this.#current, { output } = this.#writer;
    if (current !== undefined) {
      if (current.step(output, this.#grain)) {
        this.#current = undefined;
        current.end();
      }
    } else if (this.#records.length > 0) {
      const bytes = this.#records.take();
      output.raw(bytes, 0, bytes.length);
      if (this.#records.length === 0) this.#selected = this.#selectedAside;
    } else if (this.#waiting.length > 0) {
      const { value, walk } = this.#waiting.shift()!;
      this.#select(walk);
      this.#current = value;
    } else return false;
    return true;
  }

  #stepOfWalk(walk: Walk): void {
    const end = Math.min(walk.buckets, walk.next + this.#heads.most);
    const heads = this.#heads, { buckets, entries } = heads;
    heads.find(walk.table, walk.next, end, walk.early);
    for (let i = 0; i < heads.count; i++) {
      if (!this.#isFree) return; // the others have their turn later
      i = this.#pass(walk, entries, i, heads.count);
      if (i === heads.count) break;
      walk.next = buckets[i] + 1;
      this.#write(walk, this.#rest, this.#piecesFrom);
    }
    walk.next = end;
    if (walk.next >= walk.buckets) this.#finish(walk);
  }

  /**
   * Passes chains of entries on that nobody has to encode here. Answers in which one is an entry of
   * another kind, {@link #rest}, `end` where in none.
   */
  #pass(walk: Walk, heads: Int32Array, from: number, end: number): number {
    const { passer } = this.#writer;
    this.#rest = heads[from];
    if (passer === undefined || this.#failure !== undefined) return from;
    this.#select(walk);
    const last = passer.pass(heads, from, end);
    this.#rest = passer.rest;
    return last;
  }

  /** Whether a record may be written now. */
  get #isFree(): boolean {
    return this.#current === undefined && this.#records.length === 0;
  }

  #finish(walk: Walk): void {
    walk.done = true;
    if (!walk.orphaned) return;
    walk.orphaned = false;
    this.#keyspace.graveyard.buryTable(walk.table);
  }

  /** Whether it was ended: it is complete, or was given up. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Lets writers go on without the barrier. */
  end(): void {
    this.#ended = true;
    if (this.#keyspace.barrier === this) this.#keyspace.barrier = undefined;
    for (const walk of this.#walks) {
      walk.table.resumeRehash();
      this.#finish(walk);
    }
    this.#walks = [];
    this.#current?.end();
    for (const { value } of this.#waiting) value.end();
    this.#current = undefined;
    this.#waiting = [];
  }

  beforeWrite(table: HashTable, hash: number): void {
    const walk = this.#walkOf(table);
    if (walk === undefined || walk.done) return;
    // A table that lost all its keys may get other arrays: nothing that was there is left.
    if (table.size === 0) walk.done = true;
    else this.#early(walk, hash & walk.buckets - 1);
  }

  takesTable(table: HashTable): boolean {
    const walk = this.#walkOf(table);
    if (walk === undefined || walk.done || this.#failure !== undefined) return false;
    walk.orphaned = true;
    return true;
  }

  takesValue(type: number, encoding: number, value: number): boolean {
    const open = this.#find(type, encoding, value);
    if (open !== undefined) open.orphaned = true;
    return open !== undefined;
  }

  holdsValue(type: number, encoding: number, value: number): boolean {
    return this.#find(type, encoding, value) !== undefined;
  }

  beforeStringWrite(block: number, start: number, end: number): void {
    const value = this.#find(TYPE_STRING, ENCODING_RAW_BLOCK, block);
    if (value === undefined) return;
    const before = value.pieces.keptBytes, last = Math.floor((end - 1) / HELD_PART_BYTES);
    let part = Math.floor(start / HELD_PART_BYTES);
    while (part <= last) value.beforeChange(part++);
    this.#payFor(value.pieces.keptBytes - before, () => this.#step());
  }

  movedString(block: number, moved: number): void {
    this.#find(TYPE_STRING, ENCODING_RAW_BLOCK, block)?.moveTo(moved);
  }

  /** Where much waits in memory, who adds `bytes` to it has so many more written; `step` ends with false. */
  #payFor(bytes: number, step: () => boolean): void {
    if (bytes === 0) return;
    const share = this.#keyspace.arena.usedBytes * WAITING_SHARE;
    if (this.waitingBytes < (this.#mayWait ?? Math.max(WAITING_BYTES, share))) return;
    const { nowMs } = this.#keyspace;
    if (nowMs !== this.#payableAtMs) this.#payable = PAYABLE_BYTES;
    this.#payableAtMs = nowMs;
    let left = Math.min(bytes * PAID_FOR_KEPT, this.#payable);
    this.#payable -= left;
    try {
      while (left > 0 && this.#failure === undefined && step()) left -= this.#grain * ELEMENT_BYTES;
    } catch (error) {
      this.#failure = error;
    }
  }

  #find(type: number, encoding: number, value: number): OpenValue | undefined {
    if (this.#current?.is(type, encoding, value)) return this.#current;
    return this.#waiting.find((waiting) => waiting.value.is(type, encoding, value))?.value;
  }

  #walkOf(table: HashTable): Walk | undefined {
    const walks = this.#walks;
    for (let i = 0; i < walks.length; i++) if (walks[i].table === table) return walks[i];
    return undefined;
  }

  /** Something in a bucket is about to change. */
  #early(walk: Walk, bucket: number): void {
    if (bucket < walk.next) return;
    const early = walk.early ??= new Uint8Array((walk.buckets >>> 3) + 1);
    const byte = bucket >>> 3, bit = 1 << (bucket & 7);
    if ((early[byte] & bit) !== 0) return;
    early[byte] |= bit;
    const chain = this.#chain;
    this.#rest = chain[0] = walk.table.bucketAt(bucket);
    if (chain[0] === 0) return;
    try {
      if (this.#isFree && this.#pass(walk, chain, 0, 1) === 1) return;
    } catch (error) {
      this.#failure = error;
    }
    this.#write(walk, this.#rest, this.#earlyPiecesFrom);
  }

  /** Whoever is about to change something must not fail because the writer did. */
  #write(walk: Walk, first: number, piecesFrom: number): void {
    if (this.#failure !== undefined) return;
    try {
      const { i32 } = this.#keyspace.arena;
      for (let ref = first; ref !== 0; ref = i32[ref * 2]) {
        this.#keysWritten++;
        if (this.#isFree) this.#record(walk, ref, piecesFrom);
        else this.#recordAside(walk, ref, piecesFrom);
      }
    } catch (error) {
      this.#failure = error;
    }
  }

  #record(walk: Walk, ref: number, piecesFrom: number): void {
    this.#select(walk);
    const { database } = walk, writer = this.#writer;
    const pieces = writer.piecesOf(database, ref, piecesFrom);
    if (pieces === undefined) return writer.entry(database, ref);
    writer.beginEntry(database, ref);
    const value = this.#open(pieces, database, ref);
    pieces.head(writer.output);
    value.direct = true;
    this.#current = value;
  }

  #recordAside(walk: Walk, ref: number, piecesFrom: number): void {
    const { database } = walk, aside = this.#aside;
    const pieces = aside.piecesOf(database, ref, piecesFrom);
    if (pieces === undefined) {
      this.#asideTarget = this.#records;
      this.#selectAside(walk, aside);
      aside.entry(database, ref);
    } else {
      const value = this.#open(pieces, database, ref);
      this.#asideTarget = value.queue;
      aside.beginEntry(database, ref);
      pieces.head(aside.output);
      this.#waiting.push({ value, walk });
    }
    aside.output.flush();
  }

  #open(pieces: OpenValue["pieces"], database: Database, ref: number): OpenValue {
    return new OpenValue(pieces, database, ref, this.#partChanges);
  }

  readonly #partChanges = (value: OpenValue, part: number): void => {
    if (this.#failure !== undefined) return;
    const { pieces, direct } = value, { output } = direct ? this.#writer : this.#aside;
    const before = pieces.keptBytes;
    try {
      if (!direct) this.#asideTarget = value.queue;
      pieces.before(output, part);
      if (!direct) return output.flush();
    } catch (error) {
      this.#failure = error;
    }
    if (value.type === TYPE_STRING) return; // see beforeStringWrite
    this.#payFor(pieces.keptBytes - before, () => !value.step(output, this.#grain));
  };

  #select(walk: Walk): void {
    if (this.#selected === walk.index) return;
    this.#selected = walk.index;
    this.#announce(walk, this.#writer);
  }

  #selectAside(walk: Walk, aside: EntryWriter): void {
    // What stands before the first record aside will be known when it is written.
    if (this.#records.length > 0 && this.#selectedAside === walk.index) return;
    this.#selectedAside = walk.index;
    this.#announce(walk, aside);
  }

  #announce(walk: Walk, writer: EntryWriter): void {
    writer.database(walk.index);
    if (!walk.announced) writer.resize(walk.keys, walk.expires);
    walk.announced = true;
  }
}
