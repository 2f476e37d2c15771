// A large sorted set: a hash table of members with their scores, and a tree that keeps them in order.
import { compareBytes } from "../base/bytes.ts";
import { Slice } from "../base/slice.ts";
import type { Arena } from "../memory/arena.ts";
import type { ChangeGuard } from "../memory/change_guard.ts";
import type { HashKey } from "../memory/half_siphash.ts";
import { ENTRY_KEY_OFFSET, HashTable } from "../memory/hash_table.ts";
import { LEAF_ELEMENTS } from "../memory/ordered_nodes.ts";
import { OrderedTree } from "../memory/ordered_tree.ts";
import { allocateMember, insertMember, memberInto } from "./table_values.ts";
import type { ElementSink, ZsetElements } from "./zset_elements.ts";

const SCORE_BYTES = 8;
const NOTHING = new Slice();
/** Elements of a leaf that are told. */
const MEMBERS = new Int32Array(LEAF_ELEMENTS);
const SCORES = new Float64Array(LEAF_ELEMENTS);
const LENGTHS = new Int32Array(LEAF_ELEMENTS);

/** Index among the arena's doubles of the score of an entry, right behind its member. */
function scoreIndex(arena: Arena, entry: number): number {
  return entry + ((ENTRY_KEY_OFFSET + 7 + arena.i32[entry * 2 + 2]) >>> 3);
}

/** Score of an entry of {@link ZsetTable.table}. */
export function scoreOfEntry(arena: Arena, entry: number): number {
  return arena.f64[scoreIndex(arena, entry)];
}

/** Told of entries: before one gets another score or goes, and after one was added. */
export interface ZsetGuard extends ChangeGuard {
  added(entry: number): void;
}

/** One sorted set. Its entries are header, member, score aligned to 8 bytes. */
export class ZsetTable implements ZsetElements {
  readonly table: HashTable;
  readonly tree: OrderedTree;
  guard: ZsetGuard | undefined = undefined;
  score = 0;
  readonly #member = new Slice();
  /** Entry under the cursor. */
  #entry = 0;
  /** Of the last {@link find}. */
  #hash = 0;
  #boundMember = NOTHING;
  #orEqual = false;
  readonly #aboveMember = (_score: number, entry: number) => {
    const { arena } = this.table, { bytes, start, end } = this.#boundMember;
    const from = entry * 8 + ENTRY_KEY_OFFSET, to = from + arena.i32[entry * 2 + 2];
    const order = compareBytes(arena.u8, from, to, bytes, start, end);
    return order > 0 || (order === 0 && !this.#orEqual);
  };

  constructor(arena: Arena, key: HashKey) {
    this.table = new HashTable(arena, key);
    this.tree = new OrderedTree(arena);
  }

  /** Read when somebody asks for it: an entry is seldom in the cache. */
  get member(): Slice {
    memberInto(this.table.arena, this.#entry, this.#member);
    return this.#member;
  }

  get size(): number {
    return this.tree.size;
  }

  /** The entry under the cursor. */
  get entry(): number {
    return this.#entry;
  }

  find({ bytes, start, end }: Slice): boolean {
    const { table } = this;
    this.#hash = table.hash(bytes, start, end);
    return this.#found(table.find(bytes, start, end, this.#hash));
  }

  /** As {@link find} for a member that is an entry of another table of this server. */
  findEntry({ bytes, start, end }: Slice, entry: number): boolean {
    const { table } = this;
    this.#hash = table.arena.i32[entry * 2 + 1];
    return this.#found(table.find(bytes, start, end, this.#hash));
  }

  #found(entry: number): boolean {
    if (entry === 0) return false;
    this.#entry = entry;
    this.score = scoreOfEntry(this.table.arena, entry);
    return true;
  }

  rank(): number {
    return this.tree.rankOf(this.score, this.#entry);
  }

  insert({ bytes, start, end }: Slice, score: number): void {
    const { table } = this, { arena } = table;
    const room = (-(end - start) & 7) + SCORE_BYTES;
    const entry = insertMember(table, bytes, start, end, this.#hash, room);
    arena.f64[scoreIndex(arena, entry)] = score;
    try {
      this.tree.insert(score, entry);
    } catch (error) {
      table.unlink(entry);
      arena.free(entry);
      throw error;
    }
    this.guard?.added(entry);
  }

  /** Adds the element under the cursor of another one, which this one has not. */
  insertFrom(other: ZsetTable): void {
    this.#hash = this.table.arena.i32[other.entry * 2 + 1];
    this.insert(other.member, other.score);
  }

  /** An entry that neither table nor tree has yet. */
  newEntry({ bytes, start, end }: Slice, score: number): number {
    const { arena } = this.table;
    const room = (-(end - start) & 7) + SCORE_BYTES;
    const outside = bytes === arena.u8 ? undefined : bytes;
    const entry = allocateMember(arena, outside, start, end, room);
    arena.f64[scoreIndex(arena, entry)] = score;
    return entry;
  }

  rescore(_member: Slice, score: number): void {
    const { tree } = this, { arena } = this.table, entry = this.#entry;
    this.guard?.beforeChange(entry);
    tree.move(this.score, score, entry);
    arena.f64[scoreIndex(arena, entry)] = score;
  }

  remove(): void {
    this.guard?.beforeChange(this.#entry);
    this.tree.remove(this.score, this.#entry);
    this.#drop(this.#entry);
  }

  removeRanks(first: number, count: number): void {
    for (; count > 0; count--) {
      const entry = this.tree.removeRank(first);
      this.guard?.beforeChange(entry); // its score and its member stand in the entry
      this.#drop(entry);
    }
  }

  /** Frees an entry that is in the tree no longer. */
  #drop(entry: number): void {
    this.table.unlink(entry);
    this.table.arena.free(entry);
  }

  seekRank(rank: number): boolean {
    return this.tree.seekRank(rank) && this.#show();
  }

  seekScore(score: number): boolean {
    return this.seekRank(this.tree.countBelow(score, false));
  }

  /** Puts the cursor on the last element below a score and member; false when there is none. */
  seekBelow(score: number, { bytes, start, end }: Slice): boolean {
    const { tree } = this, { arena } = this.table;
    const found = tree.seek((other, entry) => {
      if (other !== score) return other > score;
      const from = entry * 8 + ENTRY_KEY_OFFSET, to = from + arena.i32[entry * 2 + 2];
      return compareBytes(arena.u8, from, to, bytes, start, end) >= 0;
    });
    return found ? this.previous() : this.seekRank(this.size - 1);
  }

  tell(
    first: number,
    count: number,
    downwards: boolean,
    withScores: boolean,
    sink: ElementSink,
  ): void {
    const { tree } = this, { i32, u8 } = this.table.arena;
    for (
      let more = tree.seekRank(first);
      more;
      more = downwards ? tree.retreat() : tree.advance()
    ) {
      const told = tree.copyElements(MEMBERS, SCORES, count, downwards);
      // All lengths first: so the memory of all is fetched at the same time.
      for (let i = 0; i < told; i++) LENGTHS[i] = i32[MEMBERS[i] * 2 + 2];
      for (let i = 0; i < told; i++) {
        const start = MEMBERS[i] * 8 + ENTRY_KEY_OFFSET;
        if (withScores) sink.pair();
        sink.bulkRange(u8, start, start + LENGTHS[i]);
        if (withScores) sink.double(SCORES[i]);
      }
      count -= told;
      if (count === 0) return;
    }
  }

  next(): boolean {
    return this.tree.advance() && this.#show();
  }

  previous(): boolean {
    return this.tree.retreat() && this.#show();
  }

  #show(): true {
    const { tree } = this;
    this.#entry = tree.member();
    this.score = tree.score();
    return true;
  }

  countBelowScore(score: number, orEqual: boolean): number {
    return this.tree.countBelow(score, orEqual);
  }

  countBelowMember(member: Slice, orEqual: boolean): number {
    this.#boundMember = member;
    this.#orEqual = orEqual;
    const count = this.tree.seek(this.#aboveMember) ? this.tree.rank : this.size;
    this.#boundMember = NOTHING;
    return count;
  }
}
