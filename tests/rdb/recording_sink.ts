import { latin1 } from "../../src/base/bytes.ts";
import type { Slice } from "../../src/base/slice.ts";
import { ByteSource } from "../../src/rdb/byte_source.ts";
import { RdbRejection } from "../../src/rdb/rdb_error.ts";
import { RdbReader, type RdbReaderOptions } from "../../src/rdb/reader.ts";
import type { KeyMeta } from "../../src/rdb/key_meta.ts";
import type { RdbSink } from "../../src/rdb/sink.ts";
import type { ValueSink } from "../../src/rdb/value_sink.ts";

export interface RecordedString extends Omit<KeyMeta, "offset"> {
  value: string;
  isInteger: boolean;
}

const DATABASES = 16;

/** Keeps everything a reader delivers, bytes as text of one character each. */
export class RecordingSink implements RdbSink {
  header = "";
  /** Whether the reader said that the dump is complete. */
  ended = false;
  readonly auxFields: [string, string][] = [];
  readonly resizes: [number, number, number][] = [];
  readonly functions: string[] = [];
  readonly databases = new Map<number, Map<string, RecordedString>>();
  readonly valueSink?: ValueSink;
  #selected = 0;

  constructor(valueSink?: ValueSink) {
    this.valueSink = valueSink;
  }

  version(version: number, isValkey: boolean): void {
    this.header = `${isValkey ? "valkey" : "redis"} ${version}`;
  }

  aux(key: Slice, value: Slice): void {
    this.auxFields.push([text(key), text(value)]);
  }

  selectDatabase(index: number): void {
    if (index >= DATABASES) throw new RdbRejection(`database ${index} is out of range`);
    this.#selected = index;
  }

  resize(keys: number, expires: number): void {
    this.resizes.push([this.#selected, keys, expires]);
  }

  functionLibrary(code: Slice): void {
    this.functions.push(text(code));
  }

  string(key: Slice, value: Slice, meta: KeyMeta, isInteger: boolean): void {
    let database = this.databases.get(this.#selected);
    if (database === undefined) this.databases.set(this.#selected, database = new Map());
    if (database.has(text(key))) throw new RdbRejection(`duplicate key ${text(key)}`);
    const { expireAtMs, idleSeconds, frequency } = meta;
    const facts = { expireAtMs, idleSeconds, frequency };
    database.set(text(key), { value: text(value), isInteger, ...facts });
  }

  end(): void {
    this.ended = true;
  }

  /** The values of one database by key. */
  values(database = 0): Record<string, string> {
    const entries = [...this.databases.get(database) ?? []];
    return Object.fromEntries(entries.map(([key, { value }]) => [key, value]));
  }

  /** Everything, to compare two loads with. */
  everything(): unknown {
    return [this.header, this.auxFields, this.resizes, this.functions, [...this.databases]];
  }
}

function text(slice: Slice): string {
  return latin1(slice.bytes, slice.start, slice.end);
}

export const READ_ALL: RdbReaderOptions = { nowMs: 0, checksum: true };

/** Loads a dump from memory in one go. */
export function load(dump: Uint8Array, options: RdbReaderOptions = READ_ALL): RecordingSink {
  return loadFrom(ByteSource.overBytes(dump), options).sink;
}

/** Loads a dump from a source, `sliceBytes` at a time. */
export function loadFrom(source: ByteSource, options = READ_ALL, sliceBytes = Infinity) {
  return loadInto(new RecordingSink(), source, options, sliceBytes);
}

/** Loads a dump into a sink of the caller's. */
export function loadInto(
  sink: RecordingSink,
  source: ByteSource,
  options = READ_ALL,
  sliceBytes = Infinity,
) {
  const reader = new RdbReader(source, sink, options);
  while (!reader.run(sliceBytes));
  return { sink, reader };
}
