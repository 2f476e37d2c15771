// One sorted set, opened to read and to change it: which encoding it has, and when it gets another.
import { Slice } from "../base/slice.ts";
import { ENCODING_LISTPACK, ENCODING_SKIPLIST } from "./encodings.ts";
import type { HandleTable } from "./handle_table.ts";
import { freeTable, type ValueServices } from "./table_values.ts";
import type { ZsetElements } from "./zset_elements.ts";
import { ZsetListpack } from "./zset_listpack.ts";
import { ZsetTable } from "./zset_table.ts";

/** Room that a score of any kind may need in a listpack. */
const SCORE_ELEMENT_MAX = 27;

/** Where sorted sets are kept. */
export interface ZsetStore {
  readonly services: ValueServices;
  readonly tables: HandleTable<ZsetTable>;
  free(encoding: number, value: number): void;
}

/**
 * A window on one sorted set at a time: open a value, work with its {@link elements}, insert through
 * the window, store {@link encoding} and {@link value} again if something was changed, also when it
 * failed for want of memory. Nothing is allocated per call.
 */
export class ZsetValue {
  encoding = ENCODING_LISTPACK;
  /** The elements of the open sorted set; of a large one they are shared by all windows on it. */
  elements: ZsetElements;
  readonly #zsets: ZsetStore;
  readonly #small: ZsetListpack;
  #handle = 0;

  constructor(zsets: ZsetStore) {
    this.#zsets = zsets;
    this.elements = this.#small = new ZsetListpack(zsets.services.arena);
  }

  /** Value word of the open sorted set. */
  get value(): number {
    return this.encoding === ENCODING_LISTPACK ? this.#small.ref : this.#handle;
  }

  get size(): number {
    return this.elements.size;
  }

  /** Opens a value of the keyspace. */
  open(encoding: number, value: number): this {
    this.encoding = encoding;
    if (encoding === ENCODING_LISTPACK) this.elements = this.#small.open(value);
    else {
      this.#handle = value;
      this.elements = this.#zsets.tables.get(value);
    }
    return this;
  }

  /** Opens a new, empty sorted set that suits `sizeHint` members of this length. */
  create(sizeHint: number, memberBytes: number): this {
    const { zsetMaxListpackEntries, zsetMaxListpackValue } = this.#zsets.services.limits;
    if (sizeHint <= zsetMaxListpackEntries && memberBytes <= zsetMaxListpackValue) {
      this.#small.create();
      this.encoding = ENCODING_LISTPACK;
      this.elements = this.#small;
      return this;
    }
    return this.createTable(sizeHint);
  }

  /** Opens a new, empty sorted set that is large from the beginning. */
  createTable(sizeHint: number): this {
    const table = this.#newTable(sizeHint);
    return this.open(ENCODING_SKIPLIST, this.#zsets.tables.add(table));
  }

  #newTable(sizeHint: number): ZsetTable {
    const { arena, hashKey } = this.#zsets.services;
    const table = new ZsetTable(arena, hashKey);
    table.table.reserve(sizeHint);
    return table;
  }

  /** Makes ready for `sizeHint` members more of this length, if a small sorted set cannot hold them. */
  expect(sizeHint: number, memberBytes = 0): void {
    if (this.encoding !== ENCODING_LISTPACK) return;
    const { zsetMaxListpackEntries, zsetMaxListpackValue } = this.#zsets.services.limits;
    if (sizeHint > zsetMaxListpackEntries || memberBytes > zsetMaxListpackValue) {
      this.toTable(sizeHint);
    }
  }

  /** Adds the member that `elements.find` just did not find. */
  insert(member: Slice, score: number): void {
    if (this.encoding === ENCODING_LISTPACK && this.#outgrownBy(member)) {
      const copy = new Slice(member.copy()); // it may lie in the arena, which moves
      this.toTable(this.size + 1);
      this.elements.find(copy);
      return this.elements.insert(copy, score);
    }
    this.elements.insert(member, score);
  }

  #outgrownBy(member: Slice): boolean {
    const { zsetMaxListpackEntries, zsetMaxListpackValue } = this.#zsets.services.limits;
    const length = member.end - member.start;
    return this.#small.size + 1 > zsetMaxListpackEntries || length > zsetMaxListpackValue ||
      !this.#small.canGrowBy(length + SCORE_ELEMENT_MAX);
  }

  /** Adds a member or gives it another score. */
  set(member: Slice, score: number): void {
    const { elements } = this;
    if (!elements.find(member)) this.insert(member, score);
    else if (elements.score !== score) elements.rescore(member, score);
  }

  /** Frees the open sorted set, if it was made for an answer only. */
  free(): void {
    this.#zsets.free(this.encoding, this.value);
  }

  /** Makes a small sorted set a large one with room for `sizeHint` members. */
  toTable(sizeHint: number): void {
    const small = this.#small, table = this.#newTable(Math.max(sizeHint, small.size));
    try {
      copyElements(small, table);
    } catch (error) {
      freeZsetTable(table);
      throw error;
    }
    small.free();
    this.open(ENCODING_SKIPLIST, this.#zsets.tables.add(table));
  }
}

/** Copies all elements to another sorted set, which is empty, in order. */
export function copyElements(from: ZsetElements, to: ZsetElements): void {
  const tables = from instanceof ZsetTable && to instanceof ZsetTable;
  for (let more = from.seekRank(0); more; more = from.next()) {
    if (tables) to.insertFrom(from);
    // Prepares the insertion. Only a damaged dump repeats a member: the first one counts.
    else if (!to.find(from.member)) to.insert(from.member, from.score);
  }
}

/** Frees a table that no handle stands for. */
export function freeZsetTable(zset: ZsetTable): void {
  zset.tree.clear();
  freeTable(zset.table);
}
