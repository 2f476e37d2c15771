// Writes a dump: what comes before and after its records, and payloads of DUMP.
import { asciiBytes } from "../base/bytes.ts";
import { Slice } from "../base/slice.ts";
import type { Database } from "../store/database.ts";
import { TYPE_HASH } from "../store/entry.ts";
import type { Keyspace } from "../store/keyspace.ts";
import { ENCODING_LISTPACK } from "../values/encodings.ts";
import { OPCODE } from "./opcodes.ts";
import { EntryPasser } from "./plain_entries.ts";
import { type ByteSink, type FrameSink, RdbOutput } from "./rdb_output.ts";
import { type RdbWriterOptions, RecordWriter } from "./record_writer.ts";
import {
  FIELD_EXPIRY_VERSION,
  FUNCTIONS_VERSION,
  RdbVersionError,
  USUAL_VERSION,
} from "./value_form.ts";

export type { RdbWriterOptions } from "./record_writer.ts";

/** Records written aside are short, and handed on one by one. */
const ASIDE_BUFFER_BYTES = 16 << 10;

/**
 * Writes a dump: header, AUX fields and functions, then for each database its header and its keys,
 * then the end. What a version cannot hold is an RdbVersionError; what the sink throws passes.
 */
export class RdbWriter extends RecordWriter {
  readonly passer?: EntryPasser;

  /** `bufferBytes`: how much is gathered before the sink gets it; as for a dump without. */
  constructor(
    keyspace: Keyspace,
    sink: ByteSink | FrameSink,
    options: RdbWriterOptions,
    bufferBytes?: number,
  ) {
    super(keyspace, new RdbOutput(sink, options, bufferBytes), options);
    // Whoever takes frames does not have the clocks that say how a key was used.
    if (!this.output.takesEntries || options.access !== "none") return;
    this.passer = new EntryPasser(keyspace.arena, this.output);
  }

  /** Bytes so far, those included that the sink has not got yet. */
  get bytes(): number {
    return this.output.bytes;
  }

  /** A writer of records that are to become part of this dump later, by `output.raw`. */
  aside(sink: ByteSink): RecordWriter {
    const output = new RdbOutput(sink, { ...this.options, checksum: false }, ASIDE_BUFFER_BYTES);
    return new RecordWriter(this.keyspace, output, this.options);
  }

  /** The header and fields about the file, by name. */
  begin(fields: Readonly<Record<string, string | number>>): void {
    const magic = asciiBytes(`REDIS${String(this.options.version).padStart(4, "0")}`);
    this.output.raw(magic, 0, magic.length);
    for (const [name, value] of Object.entries(fields)) {
      this.output.byte(OPCODE.aux);
      this.output.string(new Slice(asciiBytes(name)));
      this.output.string(new Slice(asciiBytes(String(value))));
    }
  }

  /** The source text of a function library. */
  functionLibrary(code: Uint8Array): void {
    if (this.options.version < FUNCTIONS_VERSION) {
      throw new RdbVersionError(
        `function libraries need RDB version ${FUNCTIONS_VERSION}, not ${this.options.version}`,
      );
    }
    this.output.byte(OPCODE.function2);
    this.output.string(new Slice(code));
  }

  /** The end of the dump, with the checksum. */
  end(): void {
    this.output.byte(OPCODE.endOfFile);
    this.output.checksum();
  }

  /** A payload of DUMP instead of a whole dump, again and again: one value, the version, the checksum. */
  payload(database: Database, ref: number): void {
    this.output.restart();
    this.value(database, ref);
    this.output.uint16(this.options.version);
    this.output.checksum();
  }
}

/** The version that a value needs by itself. */
export function versionForValue(database: Database, ref: number): number {
  return hasFieldExpiry(database, ref) ? FIELD_EXPIRY_VERSION : USUAL_VERSION;
}

/** The lowest version that holds all keys, and function libraries: 10, or 12 where fields expire. */
export function versionForKeyspace(keyspace: Keyspace): number {
  return keyspace.databases.some(someFieldExpires) ? FIELD_EXPIRY_VERSION : USUAL_VERSION;
}

/**
 * The index of field expiries may still hold keys whose hash has no field any more that expires: those
 * are forgotten, so that nobody looks at them twice. Only in a database without such fields all are.
 */
function someFieldExpires(database: Database): boolean {
  const { fieldExpiries } = database;
  while (fieldExpiries.size > 0) {
    const key = new Slice(fieldExpiries.firstKey.copy());
    const ref = database.peek(key);
    if (ref !== 0 && hasFieldExpiry(database, ref)) return true;
    fieldExpiries.note(key, -1);
  }
  return false;
}

function hasFieldExpiry(database: Database, ref: number): boolean {
  if (database.typeOf(ref) !== TYPE_HASH) return false;
  const encoding = database.encodingOf(ref);
  if (encoding === ENCODING_LISTPACK) return false;
  const type = database.keyspace.valueTypes[TYPE_HASH];
  return (type?.nextExpireAtMs?.(encoding, database.valueOf(ref)) ?? -1) >= 0;
}
