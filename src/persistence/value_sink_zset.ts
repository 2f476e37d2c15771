// Sorted sets of a dump: a block that is copied as it stands, or members one by one.
import type { Slice } from "../base/slice.ts";
import { Listpack } from "../memory/listpack.ts";
import { RdbRejection } from "../rdb/rdb_error.ts";
import { ENCODING_LISTPACK } from "../values/encodings.ts";
import type { ZsetElements } from "../values/zset_elements.ts";
import { ZsetListpack } from "../values/zset_listpack.ts";
import { scoreOfEntry, type ZsetTable } from "../values/zset_table.ts";
import { ZsetValue } from "../values/zset_value.ts";
import type { ZsetValues } from "../values/zset_values.ts";
import { BATCH_ENTRIES, EntryBatch } from "./entry_batch.ts";
import type { ValueBuilder } from "./value_builder.ts";

/** Builds one sorted set after another. */
export class ZsetBuilder implements ValueBuilder {
  readonly #zsets: ZsetValues;
  readonly #listpack: Listpack;
  readonly #zset: ZsetValue;
  /** A block whose members move to a table. */
  readonly #source: ZsetListpack;
  readonly #batch = new EntryBatch();
  readonly #scores = new Float64Array(BATCH_ENTRIES);
  #size = 0;
  #isOpen = false;
  #sourceIsOpen = false;
  /** The elements of a sorted set that is a table. */
  #table: ZsetTable | undefined;

  constructor(zsets: ZsetValues) {
    const { arena } = zsets.services;
    this.#zsets = zsets;
    this.#listpack = new Listpack(arena);
    this.#zset = new ZsetValue(zsets);
    this.#source = new ZsetListpack(arena);
  }

  get encoding(): number {
    return this.#zset.encoding;
  }

  get value(): number {
    return this.#zset.value;
  }

  begin(size: number): void {
    this.#size = size;
  }

  member(member: Slice, score: number): void {
    const zset = this.#table;
    if (zset === undefined) return this.#firstMember(member, score);
    // First, as a new entry may make the memory move in which the member lies.
    const hash = zset.table.hash(member.bytes, member.start, member.end);
    if (this.#batch.add(zset.newEntry(member, score), hash)) this.#link(zset);
  }

  /** A member of a sorted set that is not known to be a table. */
  #firstMember(member: Slice, score: number): void {
    const zset = this.#zset;
    if (!this.#isOpen) {
      zset.create(this.#size, 0);
      this.#isOpen = true;
    }
    if (zset.encoding !== ENCODING_LISTPACK) {
      this.#table = zset.elements as ZsetTable;
      return this.member(member, score);
    }
    if (zset.elements.find(member)) throw repeated();
    zset.insert(member, score);
  }

  /**
   * Files hold the highest element first, so that a batch fills a leaf of the tree. Otherwise its elements
   * are put in order the other way round, which fills leaves from their fronts to their ends.
   */
  #link(zset: ZsetTable): void {
    const batch = this.#batch, { refs, count } = batch, { arena } = zset.table;
    if (!batch.link(zset.table)) throw repeated();
    const scores = this.#scores;
    for (let i = 0; i < count; i++) scores[i] = scoreOfEntry(arena, refs[i]);
    if (!zset.tree.insertBelow(scores, refs, count)) {
      for (let i = count - 1; i >= 0; i--) zset.tree.insert(scores[i], refs[i]);
    }
    batch.reset();
  }

  listpack({ bytes, start, end }: Slice, elements: number): void {
    const ref = this.#listpack.createFrom(bytes, start, end);
    const source = this.#source.open(ref);
    this.#sourceIsOpen = true;
    const members = elements / 2;
    const tooMany = members > this.#zsets.services.limits.zsetMaxListpackEntries;
    if (tooMany || !isInOrder(source)) this.#moveToTable(source, members);
    else {
      this.#zset.open(ENCODING_LISTPACK, ref);
      this.#isOpen = true;
    }
    this.#sourceIsOpen = false;
  }

  #moveToTable(source: ZsetListpack, size: number): void {
    this.#zset.createTable(size);
    this.#isOpen = true;
    for (let more = source.seekRank(0); more; more = source.next()) {
      this.member(source.member, source.score);
    }
    source.free();
  }

  finish(): void {
    if (this.#batch.count > 0) this.#link(this.#table!);
    this.#isOpen = false;
    this.#table = undefined;
  }

  abandon(): void {
    this.#batch.clear((ref) => this.#zsets.services.arena.free(ref));
    if (this.#isOpen) this.#zset.free();
    if (this.#sourceIsOpen) this.#source.free();
    this.#isOpen = this.#sourceIsOpen = false;
    this.#table = undefined;
  }
}

/** Whether scores rise: who looks for a range of a small sorted set relies on it. */
function isInOrder(elements: ZsetElements): boolean {
  let highest = -Infinity;
  for (let more = elements.seekRank(0); more; more = elements.next()) {
    if (elements.score < highest) return false;
    highest = elements.score;
  }
  return true;
}

function repeated(): RdbRejection {
  return new RdbRejection("sorted set with a member that is in it twice");
}
