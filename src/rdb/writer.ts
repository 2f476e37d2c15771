// Writes a dump record by record.
import { asciiBytes } from "../base/bytes.ts";
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
import { ENCODING_LISTPACK } from "../values/encodings.ts";
import { OPCODE } from "./opcodes.ts";
import { printableKey } from "./rdb_error.ts";
import { type ByteSink, RdbOutput } from "./rdb_output.ts";
import {
  FIELD_EXPIRY_VERSION,
  FUNCTIONS_VERSION,
  RdbVersionError,
  USUAL_VERSION,
  valueForm,
} from "./value_form.ts";
import { ValueWriter } from "./value_writer.ts";

/** How a dump is written. */
export interface RdbWriterOptions {
  /** Format version, 9 to 12. */
  readonly version: number;
  /** `rdbcompression`. */
  readonly compress: boolean;
  /** `rdbchecksum`. */
  readonly checksum: boolean;
  /** Which of the two opcodes tells how keys were used: that of the eviction policy in force. */
  readonly access: "none" | "lru" | "lfu";
}

/**
 * Writes a dump: header, AUX fields and functions, then for each database its header and its keys,
 * then the end. What a version cannot hold is an RdbVersionError; what the sink throws passes.
 */
export class RdbWriter {
  readonly #keyspace: Keyspace;
  readonly #options: RdbWriterOptions;
  readonly #output: RdbOutput;
  readonly #values: ValueWriter;
  readonly #facts = { type: 0, encoding: 0, expires: false };
  // Not those of the database: a snapshot is written while others hold them.
  readonly #key = new Slice();
  readonly #string = new Slice();

  constructor(keyspace: Keyspace, sink: ByteSink, options: RdbWriterOptions) {
    this.#keyspace = keyspace;
    this.#options = options;
    this.#output = new RdbOutput(sink, options);
    this.#values = new ValueWriter(keyspace, this.#output);
  }

  /** Bytes so far, those included that the sink has not got yet. */
  get bytes(): number {
    return this.#output.bytes;
  }

  /** The header and fields about the file, by name. */
  begin(fields: Readonly<Record<string, string | number>>): void {
    const magic = asciiBytes(`REDIS${String(this.#options.version).padStart(4, "0")}`);
    this.#output.raw(magic, 0, magic.length);
    for (const [name, value] of Object.entries(fields)) {
      this.#output.byte(OPCODE.aux);
      this.#output.string(new Slice(asciiBytes(name)));
      this.#output.string(new Slice(asciiBytes(String(value))));
    }
  }

  /** The source text of a function library. */
  functionLibrary(code: Uint8Array): void {
    if (this.#options.version < FUNCTIONS_VERSION) {
      throw new RdbVersionError(
        `function libraries need RDB version ${FUNCTIONS_VERSION}, not ${this.#options.version}`,
      );
    }
    this.#output.byte(OPCODE.function2);
    this.#output.string(new Slice(code));
  }

  /** The keys that follow belong to this database. */
  database(index: number): void {
    this.#output.byte(OPCODE.selectDb);
    this.#output.length(index);
  }

  /** How many keys, and keys with an expiry, the database will get. */
  resize(keys: number, expires: number): void {
    this.#output.byte(OPCODE.resizeDb);
    this.#output.length(keys);
    this.#output.length(expires);
  }

  /** A key with its value, expiry and access. */
  entry(database: Database, ref: number): void {
    const output = this.#output;
    const expireAtMs = database.expireAtOf(ref);
    if (expireAtMs >= 0) {
      output.byte(OPCODE.expireTimeMs);
      output.instant(expireAtMs);
    }
    if (this.#options.access !== "none") this.#access(accessOf(database.arena, ref));
    const form = this.#formOf(database, ref);
    output.byte(form);
    output.string(this.#keyOf(ref));
    this.#value(database, ref, form);
  }

  #access(access: number): void {
    const output = this.#output, clock = this.#keyspace.access;
    if (this.#options.access === "lru") {
      output.byte(OPCODE.idle);
      output.length(clock.idleSeconds(access));
    } else {
      output.byte(OPCODE.frequency);
      output.byte(clock.frequency(access));
    }
  }

  #keyOf(ref: number): Slice {
    const { arena } = this.#keyspace, start = keyStart(ref);
    this.#key.set(arena.u8, start, start + keyLength(arena, ref));
    return this.#key;
  }

  #formOf(database: Database, ref: number): number {
    const facts = this.#facts;
    facts.type = database.typeOf(ref);
    facts.encoding = database.encodingOf(ref);
    facts.expires = facts.type === TYPE_HASH &&
      this.#values.hasFieldExpiry(facts.encoding, database.valueOf(ref));
    try {
      return valueForm(facts, this.#options.version);
    } catch (error) {
      if (!(error instanceof RdbVersionError)) throw error;
      throw new RdbVersionError(
        `key ${printableKey(this.#keyOf(ref))} in database ${database.index}: ${error.message}`,
      );
    }
  }

  #value(database: Database, ref: number, form: number): void {
    if (database.typeOf(ref) === TYPE_STRING) {
      stringBytesInto(this.#keyspace.arena, ref, this.#string);
      this.#output.string(this.#string);
    } else this.#values.write(form, database.encodingOf(ref), database.valueOf(ref));
  }

  /** The end of the dump, with the checksum. */
  end(): void {
    this.#output.byte(OPCODE.endOfFile);
    this.#output.checksum();
  }

  /** A payload of DUMP instead of a whole dump: one value, the version, the checksum. */
  payload(database: Database, ref: number): void {
    const form = this.#formOf(database, ref);
    this.#output.byte(form);
    this.#value(database, ref, form);
    this.#output.uint16(this.#options.version);
    this.#output.checksum();
  }
}

/** The version that a value needs by itself. */
export function versionForValue(database: Database, ref: number): number {
  return hasFieldExpiry(database, ref) ? FIELD_EXPIRY_VERSION : USUAL_VERSION;
}

/** The lowest version that holds all keys, and function libraries: 10, or 12 where fields expire. */
export function versionForKeyspace(keyspace: Keyspace): number {
  for (const database of keyspace.databases) {
    if (database.fieldExpiries.size > 0 && someFieldExpires(database)) return FIELD_EXPIRY_VERSION;
  }
  return USUAL_VERSION;
}

/** The index of field expiries may still hold keys that are gone: the keys themselves decide. */
function someFieldExpires(database: Database): boolean {
  const { table } = database;
  let found = false;
  const look = (ref: number) => {
    found ||= hasFieldExpiry(database, ref);
  };
  table.pauseRehash();
  let cursor = 0;
  do cursor = table.scan(cursor, look); while (cursor !== 0 && !found);
  table.resumeRehash();
  return found;
}

function hasFieldExpiry(database: Database, ref: number): boolean {
  if (database.typeOf(ref) !== TYPE_HASH) return false;
  const encoding = database.encodingOf(ref);
  if (encoding === ENCODING_LISTPACK) return false;
  const type = database.keyspace.valueTypes[TYPE_HASH];
  return (type?.nextExpireAtMs?.(encoding, database.valueOf(ref)) ?? -1) >= 0;
}
