// Writes keys as the commands that make them again: a base file without a dump
// (`aof-use-rdb-preamble no`). Commands and their order are those of Redis 7.2, 7.4 for field expiries.
import { Slice } from "../../base/slice.ts";
import type { Database } from "../../store/database.ts";
import {
  ENCODING_RAW_BLOCK,
  keyLength,
  keyStart,
  stringBytesInto,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_STREAM,
  TYPE_STRING,
  TYPE_ZSET,
} from "../../store/entry.ts";
import type { Keyspace } from "../../store/keyspace.ts";
import {
  ENCODING_HASHTABLE,
  ENCODING_QUICKLIST,
  ENCODING_SKIPLIST,
} from "../../values/encodings.ts";
import { HashValue } from "../../values/hash_value.ts";
import type { HashValues } from "../../values/hash_values.ts";
import { ListValue } from "../../values/list_value.ts";
import type { ListValues } from "../../values/list_values.ts";
import { SetValue } from "../../values/set_value.ts";
import type { SetValues } from "../../values/set_values.ts";
import type { StreamValues } from "../../values/stream_values.ts";
import { ZsetValue } from "../../values/zset_value.ts";
import type { ZsetValues } from "../../values/zset_values.ts";
import type { KeyWriter } from "../key_writer.ts";
import type { ValuePieces } from "../pieces/value_pieces.ts";
import type { ByteSink } from "../rdb_output.ts";
import { CommandOutput } from "./command_output.ts";
import {
  ELEMENTS_PER_COMMAND,
  HashCommands,
  SetCommands,
  writeFieldExpiry,
  ZsetCommands,
} from "./element_commands.ts";
import { ExpiringPieces, writeExpiry } from "./expiring_pieces.ts";
import { ListCommands } from "./list_commands.ts";
import { StreamCommands } from "./stream_commands.ts";
import { StringCommand } from "./string_commands.ts";

/** As an element counts so much of a string where the question is whether it is a large value. */
const STRING_ELEMENT_BYTES = 1024;
/** Commands written aside are short, and handed on key by key. */
const ASIDE_BUFFER_BYTES = 16 << 10;

/** The writer; what its sink throws passes. */
export class CommandWriter implements KeyWriter {
  readonly output: CommandOutput;
  readonly #keyspace: Keyspace;
  readonly #list: ListValue;
  readonly #set: SetValue;
  readonly #zset: ZsetValue;
  readonly #hash: HashValue;
  readonly #lists: ListValues;
  readonly #sets: SetValues;
  readonly #zsets: ZsetValues;
  readonly #hashes: HashValues;
  readonly #streams: StreamValues;
  // Not those of the database: a snapshot is written while others hold them.
  readonly #key = new Slice();
  readonly #string = new Slice();

  constructor(keyspace: Keyspace, sink: ByteSink, bufferBytes?: number) {
    this.#keyspace = keyspace;
    this.output = new CommandOutput(sink, bufferBytes);
    const { valueTypes } = keyspace;
    this.#lists = valueTypes[TYPE_LIST] as ListValues;
    this.#list = new ListValue(this.#lists);
    this.#sets = valueTypes[TYPE_SET] as SetValues;
    this.#set = new SetValue(this.#sets);
    this.#zsets = valueTypes[TYPE_ZSET] as ZsetValues;
    this.#zset = new ZsetValue(this.#zsets);
    this.#hashes = valueTypes[TYPE_HASH] as HashValues;
    this.#hash = new HashValue(this.#hashes);
    this.#streams = valueTypes[TYPE_STREAM] as StreamValues;
  }

  aside(sink: ByteSink): CommandWriter {
    return new CommandWriter(this.#keyspace, sink, ASIDE_BUFFER_BYTES);
  }

  /** What follows is as of this second of Unix time. */
  timestamp(seconds: number): void {
    this.output.annotation(`#TS:${seconds}`);
  }

  /** The source text of a function library. */
  functionLibrary(code: Uint8Array): void {
    this.output.command(3);
    this.output.ascii("FUNCTION");
    this.output.ascii("LOAD");
    this.output.whole(code);
  }

  /** The keys that follow belong to this database. */
  database(index: number): void {
    this.output.command(2);
    this.output.ascii("SELECT");
    this.output.integer(index);
  }

  /** Commands do not say how many will come. */
  resize(): void {}

  entry(database: Database, ref: number): void {
    const pieces = this.piecesOf(database, ref, 0);
    if (pieces !== undefined) return this.#writeAll(pieces);
    const key = this.#keyOf(ref), type = database.typeOf(ref);
    if (type === TYPE_STRING) this.#writeString(ref);
    else this.#writeSmall(type, database.encodingOf(ref), database.valueOf(ref));
    const expireAtMs = database.expireAtOf(ref);
    if (expireAtMs >= 0) writeExpiry(this.output, key, expireAtMs);
  }

  #writeAll(pieces: ValuePieces<CommandOutput>): void {
    pieces.head(this.output);
    while (!pieces.step(this.output, Infinity)) { /* until the value is complete */ }
  }

  /** A value begins with its first command. */
  beginEntry(): void {}

  /** Not of small values that stand in memory as one block: those are written at once. */
  piecesOf(
    database: Database,
    ref: number,
    elements: number,
  ): ValuePieces<CommandOutput> | undefined {
    if (this.#sizeOf(database, ref) <= elements) return undefined;
    const key = new Slice(this.#keyOf(ref).copy()), expireAtMs = database.expireAtOf(ref);
    const pieces = this.#open(database.typeOf(ref), database.valueOf(ref), key);
    return expireAtMs < 0 ? pieces : new ExpiringPieces(pieces, key, expireAtMs);
  }

  /** How many elements there are to a value that can be written in pieces, 0 for others. */
  #sizeOf(database: Database, ref: number): number {
    const value = database.valueOf(ref);
    switch (database.encodingOf(ref)) {
      case ENCODING_RAW_BLOCK: // that of a string only
        if (database.typeOf(ref) !== TYPE_STRING) return 0;
        return Math.ceil(this.#keyspace.arena.i32[value * 2] / STRING_ELEMENT_BYTES);
      case ENCODING_HASHTABLE:
        if (database.typeOf(ref) === TYPE_SET) return this.#sets.tables.get(value).size;
        return this.#hashes.tables.get(value).table.size;
      case ENCODING_SKIPLIST:
        return this.#zsets.tables.get(value).size;
      case ENCODING_QUICKLIST:
        return this.#lists.chains.get(value).count;
    }
    if (database.typeOf(ref) !== TYPE_STREAM) return 0;
    const stream = this.#streams.streams.get(value);
    return Math.max(stream.length, stream.parts, 1); // what is pending are parts
  }

  #open(type: number, value: number, key: Slice): ValuePieces<CommandOutput> {
    switch (type) {
      case TYPE_STRING:
        return new StringCommand(this.#keyspace.arena, value, key);
      case TYPE_LIST:
        return new ListCommands(this.#lists.chains.get(value), key);
      case TYPE_SET:
        return new SetCommands(this.#sets.tables.get(value), key);
      case TYPE_ZSET:
        return new ZsetCommands(this.#zsets.tables.get(value), key);
      case TYPE_HASH:
        return new HashCommands(this.#hashes.tables.get(value), key);
      default:
        return new StreamCommands(this.#streams.streams.get(value), key);
    }
  }

  #keyOf(ref: number): Slice {
    const { arena } = this.#keyspace, start = keyStart(ref);
    this.#key.set(arena.u8, start, start + keyLength(arena, ref));
    return this.#key;
  }

  /** Hands on what is gathered: the file is complete. */
  end(): void {
    this.output.flush();
  }

  #writeString(ref: number): void {
    stringBytesInto(this.#keyspace.arena, ref, this.#string);
    this.output.command(3);
    this.output.ascii("SET");
    this.output.word(this.#key);
    this.output.word(this.#string);
  }

  /** Writes a value that stands in memory as one block. */
  #writeSmall(type: number, encoding: number, value: number): void {
    if (type === TYPE_LIST) this.#writeList(encoding, value);
    else if (type === TYPE_SET) this.#writeSet(encoding, value);
    else if (type === TYPE_ZSET) this.#writeSortedSet(encoding, value);
    else this.#writeHash(encoding, value);
  }

  /** Begins a command for the elements from number `written` of `total` on, if one is due. */
  #begin(name: string, written: number, total: number, wordsEach: number): void {
    if (written % ELEMENTS_PER_COMMAND !== 0) return;
    const elements = Math.min(ELEMENTS_PER_COMMAND, total - written);
    this.output.command(2 + elements * wordsEach);
    this.output.ascii(name);
    this.output.word(this.#key);
  }

  #writeList(encoding: number, value: number): void {
    const list = this.#list.open(encoding, value);
    list.begin(0, true);
    for (let written = 0; list.next(); written++) {
      this.#begin("RPUSH", written, list.length, 1);
      this.output.word(list.element);
    }
    list.end();
  }

  #writeSet(encoding: number, value: number): void {
    const set = this.#set.open(encoding, value);
    set.begin();
    for (let written = 0; set.next(); written++) {
      this.#begin("SADD", written, set.size, 1);
      this.output.word(set.member);
    }
    set.end();
  }

  #writeSortedSet(encoding: number, value: number): void {
    const { elements } = this.#zset.open(encoding, value);
    let written = 0;
    for (let more = elements.seekRank(0); more; more = elements.next()) {
      this.#begin("ZADD", written++, elements.size, 2);
      this.output.double(elements.score);
      this.output.word(elements.member);
    }
  }

  #writeHash(encoding: number, value: number): void {
    const hash = this.#hash.open(encoding, value);
    hash.begin();
    for (let written = 0; hash.next(); written++) {
      this.#begin("HMSET", written, hash.size, 2);
      this.output.word(hash.field);
      this.output.word(hash.content);
    }
    hash.end();
    if (hash.nextExpireAtMs >= 0) this.#writeFieldExpiries(hash);
  }

  #writeFieldExpiries(hash: HashValue): void {
    hash.begin();
    while (hash.next()) {
      const { expireAtMs } = hash;
      if (expireAtMs >= 0) writeFieldExpiry(this.output, this.#key, hash.field, expireAtMs);
    }
    hash.end();
  }
}
