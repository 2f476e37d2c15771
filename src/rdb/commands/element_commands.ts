// Large sets, hashes and sorted sets as commands, in pieces: some elements a command.
import { asciiBytes } from "../../base/bytes.ts";
import { Slice } from "../../base/slice.ts";
import type { HashTable } from "../../memory/hash_table.ts";
import type { FieldTable } from "../../values/hash_value_table.ts";
import { memberInto } from "../../values/table_values.ts";
import { scoreOfEntry, type ZsetTable } from "../../values/zset_table.ts";
import { TableWalk } from "../pieces/table_walk.ts";
import { ZsetWalk } from "../pieces/zset_walk.ts";
import type { CommandOutput } from "./command_output.ts";

/** Elements in one command. */
export const ELEMENTS_PER_COMMAND = 64;
/** Elements of so many bytes together make a command: they are gathered, and written in one go. */
const COMMAND_BYTES = 16 << 10;

const SADD = asciiBytes("SADD");
const ZADD = asciiBytes("ZADD");
const HMSET = asciiBytes("HMSET");
const HPEXPIREAT = asciiBytes("HPEXPIREAT");
const FIELDS = asciiBytes("FIELDS");
const ONE = asciiBytes("1");

/** Entries of a table that the next command will be about. */
class Gathered {
  readonly entries: number[] = [];
  #bytes = 0;

  /** Adds one; true when there are enough. */
  add(entry: number, bytes: number): boolean {
    this.#bytes += bytes;
    return this.entries.push(entry) === ELEMENTS_PER_COMMAND || this.#bytes >= COMMAND_BYTES;
  }

  clear(): void {
    this.entries.length = 0;
    this.#bytes = 0;
  }
}

/** A set: SADD. */
export class SetCommands extends TableWalk<CommandOutput> {
  readonly object: object;
  readonly #key: Slice;
  readonly #gathered = new Gathered();

  constructor(table: HashTable, key: Slice) {
    super(table);
    this.object = table;
    this.#key = key;
  }

  head(): void {}

  protected override element(output: CommandOutput, entry: number): void {
    memberInto(this.table.arena, entry, this.member);
    if (this.#gathered.add(entry, this.member.length)) this.pass(output);
  }

  protected override pass(output: CommandOutput): void {
    const { entries } = this.#gathered;
    if (entries.length === 0) return;
    output.command(2 + entries.length);
    output.whole(SADD);
    output.word(this.#key);
    for (const entry of entries) {
      memberInto(this.table.arena, entry, this.member);
      output.word(this.member);
    }
    this.#gathered.clear();
  }
}

/** A hash: HMSET, and HPEXPIREAT for its fields that expire. */
export class HashCommands extends TableWalk<CommandOutput> {
  readonly object: FieldTable;
  readonly #key: Slice;
  readonly #content = new Slice();
  readonly #gathered = new Gathered();

  constructor(fields: FieldTable, key: Slice) {
    super(fields.table);
    this.object = fields;
    this.#key = key;
  }

  head(): void {}

  protected override element(output: CommandOutput, entry: number): void {
    memberInto(this.table.arena, entry, this.member);
    this.object.valueInto(entry, this.#content);
    const bytes = this.member.length + this.#content.length;
    if (this.#gathered.add(entry, bytes)) this.pass(output);
  }

  protected override pass(output: CommandOutput): void {
    const { entries } = this.#gathered, fields = this.object, member = this.member;
    if (entries.length === 0) return;
    output.command(2 + 2 * entries.length);
    output.whole(HMSET);
    output.word(this.#key);
    for (const entry of entries) {
      memberInto(this.table.arena, entry, member);
      fields.valueInto(entry, this.#content);
      output.word(member);
      output.word(this.#content);
    }
    for (const entry of entries) {
      const expireAtMs = fields.expireAtOf(entry);
      if (expireAtMs < 0) continue;
      memberInto(this.table.arena, entry, member);
      writeFieldExpiry(output, this.#key, member, expireAtMs);
    }
    this.#gathered.clear();
  }
}

/** The command that gives a field its expiry. */
export function writeFieldExpiry(
  output: CommandOutput,
  key: Slice,
  field: Slice,
  expireAtMs: number,
): void {
  output.command(6);
  output.whole(HPEXPIREAT);
  output.word(key);
  output.integer(expireAtMs);
  output.whole(FIELDS);
  output.whole(ONE);
  output.word(field);
}

/** A sorted set: ZADD. */
export class ZsetCommands extends ZsetWalk<CommandOutput> {
  readonly #key: Slice;
  readonly #text = new Slice();
  readonly #gathered = new Gathered();

  constructor(zset: ZsetTable, key: Slice) {
    super(zset);
    this.#key = key;
  }

  head(): void {}

  protected override element(output: CommandOutput, entry: number): void {
    memberInto(this.object.table.arena, entry, this.#text);
    if (this.#gathered.add(entry, this.#text.length)) this.pass(output);
  }

  protected override pass(output: CommandOutput): void {
    const { entries } = this.#gathered, { arena } = this.object.table;
    if (entries.length === 0) return;
    output.command(2 + 2 * entries.length);
    output.whole(ZADD);
    output.word(this.#key);
    for (const entry of entries) {
      memberInto(arena, entry, this.#text);
      output.double(scoreOfEntry(arena, entry));
      output.word(this.#text);
    }
    this.#gathered.clear();
  }
}
