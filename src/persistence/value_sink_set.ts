// Sets of a dump: a block that is copied as it stands, or members one by one.
import type { Slice } from "../base/slice.ts";
import type { HashTable } from "../memory/hash_table.ts";
import { Intset } from "../memory/intset.ts";
import { Listpack } from "../memory/listpack.ts";
import { RdbRejection } from "../rdb/rdb_error.ts";
import { ENCODING_HASHTABLE, ENCODING_INTSET, ENCODING_LISTPACK } from "../values/encodings.ts";
import { SetValue } from "../values/set_value.ts";
import type { SetValues } from "../values/set_values.ts";
import { allocateMember } from "../values/table_values.ts";
import { EntryBatch } from "./entry_batch.ts";
import type { ValueBuilder } from "./value_builder.ts";

/** Builds one set after another. */
export class SetBuilder implements ValueBuilder {
  readonly #sets: SetValues;
  readonly #intset: Intset;
  readonly #listpack: Listpack;
  readonly #set: SetValue;
  /** A block whose members move to a table. */
  readonly #source: SetValue;
  readonly #batch = new EntryBatch();
  #size = 0;
  #isOpen = false;
  #sourceIsOpen = false;
  /** The table of a set that is one. */
  #table: HashTable | undefined;

  constructor(sets: SetValues) {
    const { arena } = sets.services;
    this.#sets = sets;
    this.#intset = new Intset(arena);
    this.#listpack = new Listpack(arena);
    this.#set = new SetValue(sets);
    this.#source = new SetValue(sets);
  }

  get encoding(): number {
    return this.#set.encoding;
  }

  get value(): number {
    return this.#set.value;
  }

  begin(size: number): void {
    this.#size = size;
  }

  member(member: Slice): void {
    if (this.#table === undefined && this.#stayedSmall(member)) return;
    const table = this.#table!, { arena } = table, { bytes, start, end } = member;
    const hash = table.hash(bytes, start, end);
    const ref = allocateMember(arena, bytes === arena.u8 ? undefined : bytes, start, end);
    if (this.#batch.add(ref, hash)) this.#link(table);
  }

  /** Adds a member to a set that is no table; false when it is one from now on, without it. */
  #stayedSmall(member: Slice): boolean {
    const set = this.#set;
    if (!this.#isOpen) {
      set.createIntset();
      this.#isOpen = true;
      set.expect(this.#size);
    }
    if (set.encoding === ENCODING_HASHTABLE) {
      this.#table = set.table;
      return false;
    }
    if (!set.add(member)) throw repeated();
    if (set.encoding === ENCODING_HASHTABLE) set.table.reserve(this.#size);
    return true;
  }

  #link(table: HashTable): void {
    if (!this.#batch.link(table)) throw repeated();
    this.#batch.reset();
  }

  intset({ bytes, start, end }: Slice): void {
    const ref = this.#intset.createFrom(bytes, start, end);
    this.#set.open(ENCODING_INTSET, ref);
    this.#isOpen = true;
    this.#set.expect(this.#intset.count); // its order was checked: no member is there twice
  }

  listpack({ bytes, start, end }: Slice, members: number): void {
    const ref = this.#listpack.createFrom(bytes, start, end);
    if (members <= this.#sets.services.limits.setMaxListpackEntries) {
      this.#set.open(ENCODING_LISTPACK, ref);
      this.#isOpen = true;
      return;
    }
    const source = this.#source.open(ENCODING_LISTPACK, ref);
    this.#sourceIsOpen = true;
    this.#set.createListpack();
    this.#isOpen = true;
    this.#set.expect(members);
    source.begin();
    while (source.next()) this.member(source.member);
    source.end();
    source.free();
    this.#sourceIsOpen = false;
  }

  finish(): void {
    if (this.#batch.count > 0) this.#link(this.#table!);
    this.#isOpen = false;
    this.#table = undefined;
  }

  abandon(): void {
    this.#batch.clear((ref) => this.#sets.services.arena.free(ref));
    if (this.#isOpen) this.#set.free();
    if (this.#sourceIsOpen) this.#source.free();
    this.#isOpen = this.#sourceIsOpen = false;
    this.#table = undefined;
  }
}

function repeated(): RdbRejection {
  return new RdbRejection("set with a member that is in it twice");
}
