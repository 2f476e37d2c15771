// What all sets of a server share, and what the store does with sets as wholes.
import { Slice } from "../base/slice.ts";
import { ENTRY_KEY_OFFSET, HashTable } from "../memory/hash_table.ts";
import { Intset } from "../memory/intset.ts";
import { Listpack } from "../memory/listpack.ts";
import { TableWalk } from "../memory/table_walk.ts";
import type { Digest } from "./digest.ts";
import { ENCODING_HASHTABLE, ENCODING_INTSET } from "./encodings.ts";
import { HandleTable } from "./handle_table.ts";
import { SetValue } from "./set_value.ts";
import {
  bytesOfTable,
  freeTable,
  insertMember,
  memberInto,
  TableDrain,
  type ValueServices,
} from "./table_values.ts";
import type { SlicedFree, ValueType } from "./value_type.ts";

/** Windows that are kept for the next command: making one costs more than looking a member up. */
const KEPT_WINDOWS = 16;

/**
 * The sets. A value word is the block of an intset or of a listpack, or the handle of a hash table
 * whose entries are the members: header and bytes, nothing behind them.
 */
export class SetValues implements ValueType {
  readonly services: ValueServices;
  readonly tables = new HandleTable<HashTable>();
  /** The window of whoever works with one set. */
  readonly window: SetValue;
  /** The window of whoever puts a set together for an answer or to store it. */
  readonly result: SetValue;
  readonly #windows: SetValue[] = [];
  readonly #intset: Intset;
  readonly #listpack: Listpack;
  readonly #walk = new TableWalk();
  readonly #member = new Slice();

  constructor(services: ValueServices) {
    this.services = services;
    this.window = new SetValue(this);
    this.result = new SetValue(this);
    this.#intset = new Intset(services.arena);
    this.#listpack = new Listpack(services.arena);
  }

  /** The window for one of several sets that a command works with, by its place among them. */
  windowAt(place: number): SetValue {
    if (place >= KEPT_WINDOWS) return new SetValue(this);
    while (this.#windows.length <= place) this.#windows.push(new SetValue(this));
    return this.#windows[place];
  }

  free(encoding: number, value: number): void {
    if (encoding !== ENCODING_HASHTABLE) return this.services.arena.free(value);
    freeTable(this.tables.release(value));
  }

  freeInSlices(encoding: number, value: number): SlicedFree | undefined {
    if (encoding !== ENCODING_HASHTABLE) return undefined;
    return new TableDrain(this.tables.release(value));
  }

  copy(encoding: number, value: number): number {
    if (encoding === ENCODING_INTSET) return this.#intset.open(value).copy();
    if (encoding !== ENCODING_HASHTABLE) return this.#listpack.open(value).copy();
    return this.tables.add(this.#copyTable(this.tables.get(value)));
  }

  #copyTable(from: HashTable): HashTable {
    const to = new HashTable(from.arena, from.key);
    const walk = this.#walk;
    const { arena } = from;
    walk.begin(from);
    try {
      to.reserve(from.size);
      for (let ref = walk.next(); ref !== 0; ref = walk.next()) {
        const start = ref * 8 + ENTRY_KEY_OFFSET, length = arena.i32[ref * 2 + 2];
        insertMember(to, arena.u8, start, start + length, arena.i32[ref * 2 + 1]);
      }
    } catch (error) {
      freeTable(to);
      throw error;
    } finally {
      walk.end();
    }
    return to;
  }

  membersOf(encoding: number, value: number): HashTable | undefined {
    return encoding === ENCODING_HASHTABLE ? this.tables.get(value) : undefined;
  }

  elements(encoding: number, value: number): number {
    if (encoding === ENCODING_HASHTABLE) return this.tables.get(value).size;
    if (encoding === ENCODING_INTSET) return this.#intset.open(value).count;
    return this.#listpack.open(value).count;
  }

  bytes(encoding: number, value: number, samples: number): number {
    const { arena } = this.services;
    if (encoding !== ENCODING_HASHTABLE) return arena.usableBytes(value);
    return bytesOfTable(this.tables.get(value), this.#walk, samples);
  }

  digest(encoding: number, value: number, digest: Digest): void {
    const member = this.#member;
    const add = () => digest.xor(member.bytes.subarray(member.start, member.end));
    if (encoding === ENCODING_INTSET) {
      const intset = this.#intset.open(value);
      for (let rank = 0; rank < intset.count; rank++) {
        intset.elementInto(rank, member);
        add();
      }
    } else if (encoding === ENCODING_HASHTABLE) this.#digestTable(value, add);
    else {
      const list = this.#listpack.open(value);
      for (let at = list.first(); at !== 0; at = list.next(at)) {
        list.elementInto(at, member);
        add();
      }
    }
  }

  #digestTable(value: number, add: () => void): void {
    const walk = this.#walk, table = this.tables.get(value);
    walk.begin(table);
    for (let ref = walk.next(); ref !== 0; ref = walk.next()) {
      memberInto(table.arena, ref, this.#member);
      add();
    }
    walk.end();
  }
}
