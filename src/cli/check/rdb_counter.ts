// Counts what a dump holds, keeps nothing of it, and finds members that stand in a value twice.
import { latin1, printable } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";
import type { KeyMeta } from "../../rdb/key_meta.ts";
import { RdbRejection } from "../../rdb/rdb_error.ts";
import type { RdbSink } from "../../rdb/sink.ts";
import type { ValueSink } from "../../rdb/value_sink.ts";

/** What the counter tells while the file is read. */
export interface RdbObserver {
  aux(name: string, value: string): void;
  database(index: number): void;
}

/** The receiving side of a check. */
export class RdbCounter implements RdbSink, ValueSink {
  readonly valueSink: ValueSink = this;
  /** Format version, 0 before it is known. */
  formatVersion = 0;
  expires = 0;
  alreadyExpired = 0;
  readonly #observer: RdbObserver;
  readonly #nowMs: number;
  #hasExpiry = false;
  #isOver = false;
  /** Members of the value that is being read; undefined where the same may come again. */
  #members: Set<string> | undefined;

  constructor(observer: RdbObserver, nowMs: number) {
    this.#observer = observer;
    this.#nowMs = nowMs;
  }

  version(version: number): void {
    this.formatVersion = version;
  }

  aux(key: Slice, value: Slice): void {
    this.#observer.aux(unquoted(key), unquoted(value));
  }

  selectDatabase(index: number): void {
    this.#observer.database(index);
  }

  string(_key: Slice, _value: Slice, meta: KeyMeta): void {
    this.#begin(meta);
    this.end();
  }

  beginList(_key: Slice, meta: KeyMeta): void {
    this.#begin(meta);
  }

  beginStream(_key: Slice, meta: KeyMeta): void {
    this.#begin(meta);
  }

  beginSet(_key: Slice, meta: KeyMeta): void {
    this.#begin(meta);
    this.#members = new Set();
  }

  beginSortedSet(key: Slice, meta: KeyMeta): void {
    this.beginSet(key, meta);
  }

  beginHash(key: Slice, meta: KeyMeta): void {
    this.beginSet(key, meta);
  }

  #begin({ expireAtMs }: KeyMeta): void {
    this.#members = undefined;
    this.#hasExpiry = expireAtMs !== -1;
    this.#isOver = this.#hasExpiry && expireAtMs < this.#nowMs;
  }

  /** A value is complete, or the file is. */
  end(): void {
    if (this.#hasExpiry) this.expires++;
    if (this.#isOver) this.alreadyExpired++;
    this.#hasExpiry = this.#isOver = false;
    this.#members = undefined;
  }

  element(value: Slice): void {
    this.#note(value);
  }

  member(member: Slice): void {
    this.#note(member);
  }

  field(field: Slice): void {
    this.#note(field);
  }

  #note({ bytes, start, end }: Slice): void {
    const members = this.#members;
    if (members === undefined) return;
    const before = members.size;
    members.add(latin1(bytes, start, end));
    if (members.size === before) throw new RdbRejection("a member stands in the value twice");
  }

  // The reader has checked what there is to check of these.
  resize(): void {}
  functionLibrary(): void {}
  listpack(): void {}
  listpackWithExpiry(): void {}
  intset(): void {}
  streamBlock(): void {}
  streamFacts(): void {}
  streamGroup(): void {}
  streamPending(): void {}
  streamConsumer(): void {}
  streamConsumerPending(): void {}
}

/** As it stands between quotes: safe for a terminal. */
export function unquoted(text: Slice): string {
  return printable(text).slice(1, -1);
}
