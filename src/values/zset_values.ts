// What all sorted sets of a server share, and what the store does with sorted sets as wholes.
import { asciiBytes } from "../base/bytes.ts";
import { formatSeventeenDigits } from "../base/double.ts";
import type { HashTable } from "../memory/hash_table.ts";
import { Listpack } from "../memory/listpack.ts";
import type { OrderedTree } from "../memory/ordered_tree.ts";
import { TableWalk } from "../memory/table_walk.ts";
import { Digest } from "./digest.ts";
import { ENCODING_LISTPACK } from "./encodings.ts";
import { HandleTable } from "./handle_table.ts";
import { bytesOfTable, TableDrain, type ValueServices } from "./table_values.ts";
import type { SlicedFree, ValueType } from "./value_type.ts";
import { ZsetTable } from "./zset_table.ts";
import { copyElements, freeZsetTable, ZsetValue } from "./zset_value.ts";

/** Windows that are kept for the next command: making one costs more than looking a member up. */
const KEPT_WINDOWS = 16;

/** The sorted sets. A value word is the block of a listpack or the handle of a {@link ZsetTable}. */
export class ZsetValues implements ValueType {
  readonly services: ValueServices;
  readonly tables = new HandleTable<ZsetTable>();
  /** The window of whoever works with one sorted set. */
  readonly window: ZsetValue;
  /** The window of whoever puts a sorted set together for an answer or to store it. */
  readonly result: ZsetValue;
  readonly #windows: ZsetValue[] = [];
  readonly #wholes: ZsetValue;
  readonly #listpack: Listpack;

  constructor(services: ValueServices) {
    this.services = services;
    this.window = new ZsetValue(this);
    this.result = new ZsetValue(this);
    this.#wholes = new ZsetValue(this);
    this.#listpack = new Listpack(services.arena);
  }

  /** The window for one of several sorted sets that a command works with, by its place among them. */
  windowAt(place: number): ZsetValue {
    if (place >= KEPT_WINDOWS) return new ZsetValue(this);
    while (this.#windows.length <= place) this.#windows.push(new ZsetValue(this));
    return this.#windows[place];
  }

  free(encoding: number, value: number): void {
    if (encoding === ENCODING_LISTPACK) return this.services.arena.free(value);
    freeZsetTable(this.tables.release(value));
  }

  freeInSlices(encoding: number, value: number): SlicedFree | undefined {
    if (encoding === ENCODING_LISTPACK) return undefined;
    return new ZsetDrain(this.tables.release(value));
  }

  copy(encoding: number, value: number): number {
    if (encoding === ENCODING_LISTPACK) return this.#listpack.open(value).copy();
    const { arena, hashKey } = this.services;
    const from = this.tables.get(value), to = new ZsetTable(arena, hashKey);
    try {
      to.table.reserve(from.size);
      copyElements(from, to);
    } catch (error) {
      freeZsetTable(to);
      throw error;
    }
    return this.tables.add(to);
  }

  membersOf(encoding: number, value: number): HashTable | undefined {
    return encoding !== ENCODING_LISTPACK ? this.tables.get(value).table : undefined;
  }

  elements(encoding: number, value: number): number {
    return this.#wholes.open(encoding, value).size;
  }

  bytes(encoding: number, value: number, samples: number): number {
    if (encoding === ENCODING_LISTPACK) return this.services.arena.usableBytes(value);
    const { table, tree } = this.tables.get(value);
    return bytesOfTable(table, new TableWalk(), samples) + tree.bytes;
  }

  digest(encoding: number, value: number, digest: Digest): void {
    const { elements } = this.#wholes.open(encoding, value);
    for (let more = elements.seekRank(0); more; more = elements.next()) {
      const pair = new Digest();
      pair.mixSlice(elements.member);
      // The digits that Redis takes up to 7.0: unlike the shortest ones, which it takes later,
      // they do not depend on who looks for them.
      pair.mix(asciiBytes(formatSeventeenDigits(elements.score)));
      digest.xor(pair.bytes);
    }
  }
}

/** Elements that take the time of freeing a leaf. */
const ELEMENTS_PER_LEAF = 4;

/** Frees a large sorted set in slices: its order first, then its members. */
class ZsetDrain implements SlicedFree {
  readonly #tree: OrderedTree;
  readonly #members: TableDrain;

  constructor({ table, tree }: ZsetTable) {
    this.#tree = tree;
    this.#members = new TableDrain(table);
  }

  run(elements: number): boolean {
    return this.#tree.drain(Math.ceil(elements / ELEMENTS_PER_LEAF)) && this.#members.run(elements);
  }
}
