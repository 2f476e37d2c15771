// Stores what a dump holds in the keyspace.
import { latin1 } from "../base/bytes.ts";
import type { Slice } from "../base/slice.ts";
import { RdbRejection } from "../rdb/rdb_error.ts";
import type { KeyMeta } from "../rdb/key_meta.ts";
import type { RdbSink } from "../rdb/sink.ts";
import type { Database } from "../store/database.ts";
import { ENCODING_INT } from "../store/entry.ts";
import type { Keyspace } from "../store/keyspace.ts";
import { stringEncoding } from "../store/string_encoding.ts";
import { KeyBatch } from "./key_batch.ts";
import { KeyspaceValueSink, type ValueTarget } from "./value_sink.ts";

/** The receiving side of a load. Keys go straight to the database: no events, no propagation. */
export class KeyspaceSink implements RdbSink, ValueTarget {
  /** Text of the AUX fields, one character per byte. */
  readonly fields = new Map<string, string>();
  /** Source texts of function libraries, kept for the scripting room and for the next save. */
  readonly functionLibraries: Uint8Array[] = [];
  readonly valueSink: KeyspaceValueSink;
  readonly #keyspace: Keyspace;
  readonly #batch: KeyBatch;
  readonly #replaces: boolean;
  #database: Database;

  /** `replaces`: a key that is there already makes room; it is a fault otherwise. */
  constructor(keyspace: Keyspace, replaces = false) {
    this.#keyspace = keyspace;
    this.#replaces = replaces;
    this.valueSink = new KeyspaceValueSink(keyspace, this);
    this.#batch = new KeyBatch(keyspace);
    this.#database = keyspace.databases[0];
  }

  version(): void {}

  aux(key: Slice, value: Slice): void {
    const name = latin1(key.bytes, key.start, key.end);
    this.fields.set(name, latin1(value.bytes, value.start, value.end));
  }

  selectDatabase(index: number): void {
    const { databases } = this.#keyspace;
    if (index >= databases.length) {
      throw new RdbRejection(
        `database ${index} does not exist, the server has ${databases.length}`,
      );
    }
    this.#database = this.#batch.database = databases[index];
  }

  resize(keys: number): void {
    this.#database.table.reserve(keys);
  }

  functionLibrary(code: Slice): void {
    this.functionLibraries.push(code.copy());
  }

  string(key: Slice, value: Slice, meta: KeyMeta, isInteger: boolean): void {
    if (this.#replaces) this.#remove(key);
    this.#batch.string(key, value, isInteger ? ENCODING_INT : stringEncoding(value), meta);
  }

  longString(key: Slice, length: number, meta: KeyMeta): Slice {
    if (this.#replaces) this.#remove(key);
    return this.#batch.longString(key, length, meta);
  }

  store(key: Slice, meta: KeyMeta, type: number, encoding: number, value: number): void {
    if (this.#replaces) this.#remove(key);
    this.#batch.value(key, type, encoding, value, meta);
  }

  #remove(key: Slice): void {
    const ref = this.#database.peek(key);
    if (ref !== 0) this.#database.remove(ref);
  }

  end(): void {
    this.#batch.link();
  }

  /** Frees what was begun when the load failed. */
  abandon(): void {
    this.valueSink.abandon();
    this.#batch.abandon();
  }
}
