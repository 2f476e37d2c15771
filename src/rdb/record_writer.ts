// Writes the records of a dump: which database, and its keys with their values.
import { Slice } from "../base/slice.ts";
import type { Database } from "../store/database.ts";
import {
  accessOf,
  keyLength,
  keyStart,
  stringBytesInto,
  TYPE_HASH,
  TYPE_STRING,
} from "../store/entry.ts";
import type { Keyspace } from "../store/keyspace.ts";
import {
  ENCODING_INTSET,
  ENCODING_LISTPACK,
  ENCODING_LISTPACK_EX,
  ENCODING_RAW_BLOCK,
} from "../values/encodings.ts";
import { OPCODE, VALUE_TYPE } from "./opcodes.ts";
import { StringPieces } from "./pieces/string_pieces.ts";
import type { ValuePieces } from "./pieces/value_pieces.ts";
import { printableKey } from "./rdb_error.ts";
import type { RdbOutput, RdbOutputOptions } from "./rdb_output.ts";
import { RdbVersionError, valueForm } from "./value_form.ts";
import { ValueWriter } from "./value_writer.ts";

const IN_ONE_BLOCK = new Set<number>([ENCODING_INTSET, ENCODING_LISTPACK, ENCODING_LISTPACK_EX]);
/** As an element counts so much of a string where the question is whether it is a large value. */
const STRING_ELEMENT_BYTES = 1024;

/** How a dump is written. */
export interface RdbWriterOptions extends RdbOutputOptions {
  /** Format version, 9 to 12. */
  readonly version: number;
  /** Which of the two opcodes tells how keys were used: that of the eviction policy in force. */
  readonly access: "none" | "lru" | "lfu";
}

/** What a version cannot hold is an RdbVersionError; what the output throws passes. */
export class RecordWriter {
  readonly output: RdbOutput;
  protected readonly options: RdbWriterOptions;
  protected readonly keyspace: Keyspace;
  readonly #values: ValueWriter;
  readonly #facts = { type: 0, encoding: 0, expires: false };
  // Not those of the database: a snapshot is written while others hold them.
  readonly #key = new Slice();
  readonly #string = new Slice();

  constructor(keyspace: Keyspace, output: RdbOutput, options: RdbWriterOptions) {
    this.keyspace = keyspace;
    this.options = options;
    this.output = output;
    this.#values = new ValueWriter(keyspace, output);
  }

  /** The keys that follow belong to this database. */
  database(index: number): void {
    this.output.byte(OPCODE.selectDb);
    this.output.length(index);
  }

  /** How many keys, and keys with an expiry, the database will get. */
  resize(keys: number, expires: number): void {
    this.output.byte(OPCODE.resizeDb);
    this.output.length(keys);
    this.output.length(expires);
  }

  /** A key with its value, expiry and access. */
  entry(database: Database, ref: number): void {
    this.#value(database, ref, this.beginEntry(database, ref));
  }

  /** Writes what comes before the value of a key; answers the value's form. */
  beginEntry(database: Database, ref: number): number {
    const output = this.output;
    // First, as it may throw: nothing of a key that cannot be saved is written.
    const form = this.formOf(database, ref);
    const expireAtMs = database.expireAtOf(ref);
    if (expireAtMs >= 0) {
      output.byte(OPCODE.expireTimeMs);
      output.instant(expireAtMs);
    }
    if (this.options.access !== "none") this.#access(accessOf(database.arena, ref));
    output.byte(form);
    output.string(this.#keyOf(ref));
    return form;
  }

  /**
   * A value of more than `elements` elements, to be written by the caller in pieces after
   * {@link beginEntry}; undefined for smaller ones and for collections that stand in memory as one
   * block.
   */
  piecesOf(database: Database, ref: number, elements: number): ValuePieces | undefined {
    const encoding = database.encodingOf(ref);
    if (IN_ONE_BLOCK.has(encoding)) return undefined;
    const value = database.valueOf(ref);
    if (database.typeOf(ref) !== TYPE_STRING) {
      return this.#values.pieces(this.formOf(database, ref), encoding, value, elements);
    }
    if (encoding !== ENCODING_RAW_BLOCK) return undefined; // most keys
    const { arena } = this.keyspace;
    if (arena.i32[value * 2] <= elements * STRING_ELEMENT_BYTES) return undefined;
    return new StringPieces(arena, value);
  }

  #access(access: number): void {
    const output = this.output, clock = this.keyspace.access;
    if (this.options.access === "lru") {
      output.byte(OPCODE.idle);
      output.length(clock.idleSeconds(access));
    } else {
      output.byte(OPCODE.frequency);
      output.byte(clock.frequency(access));
    }
  }

  #keyOf(ref: number): Slice {
    const { arena } = this.keyspace, start = keyStart(ref);
    this.#key.set(arena.u8, start, start + keyLength(arena, ref));
    return this.#key;
  }

  protected formOf(database: Database, ref: number): number {
    if (database.typeOf(ref) === TYPE_STRING) return VALUE_TYPE.string; // most keys
    const facts = this.#facts;
    facts.type = database.typeOf(ref);
    facts.encoding = database.encodingOf(ref);
    facts.expires = facts.type === TYPE_HASH &&
      this.#values.hasFieldExpiry(facts.encoding, database.valueOf(ref));
    try {
      return valueForm(facts, this.options.version);
    } catch (error) {
      if (!(error instanceof RdbVersionError)) throw error;
      throw new RdbVersionError(
        `key ${printableKey(this.#keyOf(ref))} in database ${database.index}: ${error.message}`,
      );
    }
  }

  #value(database: Database, ref: number, form: number): void {
    if (database.typeOf(ref) === TYPE_STRING) {
      stringBytesInto(this.keyspace.arena, ref, this.#string);
      this.output.string(this.#string);
    } else this.#values.write(form, database.encodingOf(ref), database.valueOf(ref));
  }

  /** The value alone, in the form of a payload of DUMP. */
  protected value(database: Database, ref: number): void {
    const form = this.formOf(database, ref);
    this.output.byte(form);
    this.#value(database, ref, form);
  }
}
