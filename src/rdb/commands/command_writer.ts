// Writes keys as the commands that make them again: a base file without a dump
// (`aof-use-rdb-preamble no`). Commands and their order are those of Redis 7.2, 7.4 for field expiries.
import { Slice } from "../../base/slice.ts";
import type { Database } from "../../store/database.ts";
import {
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
import { HashValue } from "../../values/hash_value.ts";
import type { HashValues } from "../../values/hash_values.ts";
import { ListValue } from "../../values/list_value.ts";
import type { ListValues } from "../../values/list_values.ts";
import { SetValue } from "../../values/set_value.ts";
import type { SetValues } from "../../values/set_values.ts";
import type { StreamValues } from "../../values/stream_values.ts";
import { ZsetValue } from "../../values/zset_value.ts";
import type { ZsetValues } from "../../values/zset_values.ts";
import type { ByteSink } from "../rdb_output.ts";
import { CommandOutput } from "./command_output.ts";
import { writeStreamCommands } from "./stream_commands.ts";

/** Elements in one command. */
const ELEMENTS_PER_COMMAND = 64;

/** The writer; what its sink throws passes. */
export class CommandWriter {
  readonly #keyspace: Keyspace;
  readonly #output: CommandOutput;
  readonly #list: ListValue;
  readonly #set: SetValue;
  readonly #zset: ZsetValue;
  readonly #hash: HashValue;
  readonly #streams: StreamValues;
  // Not those of the database: a snapshot is written while others hold them.
  readonly #key = new Slice();
  readonly #string = new Slice();

  constructor(keyspace: Keyspace, sink: ByteSink) {
    this.#keyspace = keyspace;
    this.#output = new CommandOutput(sink);
    const { valueTypes } = keyspace;
    this.#list = new ListValue(valueTypes[TYPE_LIST] as ListValues);
    this.#set = new SetValue(valueTypes[TYPE_SET] as SetValues);
    this.#zset = new ZsetValue(valueTypes[TYPE_ZSET] as ZsetValues);
    this.#hash = new HashValue(valueTypes[TYPE_HASH] as HashValues);
    this.#streams = valueTypes[TYPE_STREAM] as StreamValues;
  }

  /** What follows is as of this second of Unix time. */
  timestamp(seconds: number): void {
    this.#output.annotation(`#TS:${seconds}`);
  }

  /** The source text of a function library. */
  functionLibrary(code: Uint8Array): void {
    this.#output.command(3);
    this.#output.ascii("FUNCTION");
    this.#output.ascii("LOAD");
    this.#output.bytes(code);
  }

  /** The keys that follow belong to this database. */
  database(index: number): void {
    this.#output.command(2);
    this.#output.ascii("SELECT");
    this.#output.integer(index);
  }

  /** Commands do not say how many will come. */
  resize(): void {}

  entry(database: Database, ref: number): void {
    const { arena } = this.#keyspace, output = this.#output;
    const start = keyStart(ref);
    this.#key.set(arena.u8, start, start + keyLength(arena, ref));
    const type = database.typeOf(ref);
    if (type === TYPE_STRING) this.#writeString(ref);
    else this.#writeValue(type, database.encodingOf(ref), database.valueOf(ref));
    const expireAtMs = database.expireAtOf(ref);
    if (expireAtMs < 0) return;
    output.command(3);
    output.ascii("PEXPIREAT");
    output.word(this.#key);
    output.integer(expireAtMs);
  }

  /** Hands on what is gathered: the file is complete. */
  end(): void {
    this.#output.flush();
  }

  #writeString(ref: number): void {
    stringBytesInto(this.#keyspace.arena, ref, this.#string);
    this.#output.command(3);
    this.#output.ascii("SET");
    this.#output.word(this.#key);
    this.#output.word(this.#string);
  }

  #writeValue(type: number, encoding: number, value: number): void {
    if (type === TYPE_LIST) this.#writeList(encoding, value);
    else if (type === TYPE_SET) this.#writeSet(encoding, value);
    else if (type === TYPE_ZSET) this.#writeSortedSet(encoding, value);
    else if (type === TYPE_HASH) this.#writeHash(encoding, value);
    else writeStreamCommands(this.#output, this.#key, this.#streams.streams.get(value));
  }

  /** Begins a command for the elements from number `written` of `total` on, if one is due. */
  #begin(name: string, written: number, total: number, wordsEach: number): void {
    if (written % ELEMENTS_PER_COMMAND !== 0) return;
    const elements = Math.min(ELEMENTS_PER_COMMAND, total - written);
    this.#output.command(2 + elements * wordsEach);
    this.#output.ascii(name);
    this.#output.word(this.#key);
  }

  #writeList(encoding: number, value: number): void {
    const list = this.#list.open(encoding, value);
    list.begin(0, true);
    for (let written = 0; list.next(); written++) {
      this.#begin("RPUSH", written, list.length, 1);
      this.#output.word(list.element);
    }
    list.end();
  }

  #writeSet(encoding: number, value: number): void {
    const set = this.#set.open(encoding, value);
    set.begin();
    for (let written = 0; set.next(); written++) {
      this.#begin("SADD", written, set.size, 1);
      this.#output.word(set.member);
    }
    set.end();
  }

  #writeSortedSet(encoding: number, value: number): void {
    const { elements } = this.#zset.open(encoding, value);
    let written = 0;
    for (let more = elements.seekRank(0); more; more = elements.next()) {
      this.#begin("ZADD", written++, elements.size, 2);
      this.#output.double(elements.score);
      this.#output.word(elements.member);
    }
  }

  #writeHash(encoding: number, value: number): void {
    const hash = this.#hash.open(encoding, value);
    hash.begin();
    for (let written = 0; hash.next(); written++) {
      this.#begin("HMSET", written, hash.size, 2);
      this.#output.word(hash.field);
      this.#output.word(hash.content);
    }
    hash.end();
    if (hash.nextExpireAtMs >= 0) this.#writeFieldExpiries(hash);
  }

  #writeFieldExpiries(hash: HashValue): void {
    const output = this.#output;
    hash.begin();
    while (hash.next()) {
      const { expireAtMs } = hash;
      if (expireAtMs < 0) continue;
      output.command(6);
      output.ascii("HPEXPIREAT");
      output.word(this.#key);
      output.integer(expireAtMs);
      output.ascii("FIELDS");
      output.ascii("1");
      output.word(hash.field);
    }
    hash.end();
  }
}
