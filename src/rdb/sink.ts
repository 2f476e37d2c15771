import type { Slice } from "../base/slice.ts";
import type { KeyMeta } from "./key_meta.ts";
import type { ValueSink } from "./value_sink.ts";

/**
 * Receives what an `RdbReader` finds, in the order of the file.
 *
 * Every slice is borrowed: it is valid until the method returns. A method may throw
 * `RdbRejection` to stop the load with a reason.
 */
export interface RdbSink {
  /** The header: 1 to 12, or 80 of Valkey. */
  version(version: number, isValkey: boolean): void;
  /** A field about the file, such as `redis-ver` or `ctime`. Unknown ones are to be ignored. */
  aux(key: Slice, value: Slice): void;
  /** The keys that follow belong to this database. Must reject an index out of range. */
  selectDatabase(index: number): void;
  /**
   * How many keys, and keys with an expiry, the selected database will get. Only a hint, but never
   * more than the rest of the file could hold.
   */
  resize(keys: number, expires: number): void;
  /** The source text of a function library. */
  functionLibrary(code: Slice): void;
  /**
   * A string. `isInteger`: it stood in the file as an 8, 16 or 32-bit integer, so that the slice
   * holds its shortest decimal text. (Longer integers stand in the file as text.)
   */
  string(key: Slice, value: Slice, meta: KeyMeta, isInteger: boolean): void;
  /**
   * In place of {@link string} for a long one: stores a key whose value, of so many bytes, the reader
   * writes to the room that this answers, before anything else is called. When that fails the load does.
   */
  longString?(key: Slice, length: number, meta: KeyMeta): Slice;
  /** The dump is complete and its checksum right. */
  end(): void;
  /**
   * Receives values of the other types. While there is none, the first such value stops the load.
   */
  readonly valueSink?: ValueSink;
}
