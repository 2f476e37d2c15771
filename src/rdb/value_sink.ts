import type { Integer64 } from "../base/int64.ts";
import type { Slice } from "../base/slice.ts";
import type { KeyMeta } from "./key_meta.ts";

/** A stream ID: milliseconds and sequence number, both unsigned 64-bit integers. */
export interface StreamIdParts {
  milliseconds: Integer64;
  sequence: Integer64;
}

/** What a stream says about itself besides its entries. */
export interface StreamFacts {
  length: Integer64;
  lastId: StreamIdParts;
  /** Undefined in files before Redis 7.0: to be found from the entries. */
  firstId: StreamIdParts | undefined;
  /** 0-0 in files before Redis 7.0. */
  maxDeletedId: StreamIdParts;
  /** The length in files before Redis 7.0. */
  entriesAdded: Integer64;
}

/**
 * Receives values that are not strings: a `begin...`, what the value holds in the order of the
 * file, and `end`. No value is empty except streams: empty ones are skipped before `begin...`.
 *
 * Packed blocks come as they stand in the file, checked so that walking over them is safe; formats
 * that Redis no longer writes (ziplist, zipmap) come element by element. Slices are borrowed and a
 * method may throw `RdbRejection`, both as with `RdbSink`; duplicates are for the sink to refuse,
 * except inside packed blocks when the reader was told to `sanitize`.
 */
export interface ValueSink {
  beginList(key: Slice, meta: KeyMeta): void;
  /** `size`: how many members the file announces, never more than it could hold; or 0. */
  beginSet(key: Slice, meta: KeyMeta, size: number): void;
  beginSortedSet(key: Slice, meta: KeyMeta, size: number): void;
  beginHash(key: Slice, meta: KeyMeta, size: number): void;
  beginStream(key: Slice, meta: KeyMeta): void;

  /** The next element of a list, or a member of a set. `isInteger`: as in `RdbSink.string`. */
  element(value: Slice, isInteger: boolean): void;
  /** A member of a sorted set. The score is not NaN. */
  member(member: Slice, score: number): void;
  /** A field of a hash. `expireAtMs` is Unix time in milliseconds, -1 without expiry. */
  field(field: Slice, value: Slice, expireAtMs: number): void;

  /**
   * A listpack that is not empty: one node of a list, or the whole of a set, of a sorted set
   * (members and scores in turn) or of a hash (fields and values in turn).
   */
  listpack(block: Slice, elements: number): void;
  /** The whole of a hash as field, value and expiry (Unix milliseconds, 0 for none) in turn. */
  listpackWithExpiry(block: Slice, elements: number): void;
  /** The whole of a set of integers. */
  intset(block: Slice): void;

  /** A block of entries; `masterId` is its 16 bytes, big-endian. */
  streamBlock(masterId: Slice, block: Slice): void;
  /** After all blocks. */
  streamFacts(facts: StreamFacts): void;
  /** `entriesRead` is -1 when it is not known, undefined in files before Redis 7.0. */
  streamGroup(name: Slice, lastId: StreamIdParts, entriesRead: Integer64 | undefined): void;
  /** An entry that the group has delivered; `id` is its 16 bytes, big-endian. */
  streamPending(id: Slice, deliveredAtMs: number, deliveries: Integer64): void;
  /** `activeAtMs` is -1 for never; `seenAtMs` in files before Redis 7.2. */
  streamConsumer(name: Slice, seenAtMs: number, activeAtMs: number): void;
  /** An entry of the group's that this consumer owns. */
  streamConsumerPending(id: Slice): void;

  end(): void;
}
