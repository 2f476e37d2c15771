// One set, opened to read and to change it: which encoding it has, and when it gets another one.
import { parseInt64 } from "../base/int64.ts";
import { Slice } from "../base/slice.ts";
import { HashTable } from "../memory/hash_table.ts";
import { Intset } from "../memory/intset.ts";
import { Listpack } from "../memory/listpack.ts";
import { LISTPACK_MAX_BYTES } from "../memory/listpack_format.ts";
import { fairEntry, TableWalk } from "../memory/table_walk.ts";
import { ENCODING_HASHTABLE, ENCODING_INTSET, ENCODING_LISTPACK } from "./encodings.ts";
import type { HandleTable } from "./handle_table.ts";
import { MemberIndex } from "./member_index.ts";
import { digitsOf, integerOf } from "./member_integer.ts";
import { OutsideArena } from "./outside_arena.ts";
import { freeTable, insertMember, memberInto, type ValueServices } from "./table_values.ts";

/** Most integers of an intset, whatever the limits say. */
const INTSET_MAX = 1 << 30;
/** Room that an integer of any size may need in a listpack. */
const INTEGER_ELEMENT_MAX = 11;

/** Where sets are kept. */
export interface SetStore {
  readonly services: ValueServices;
  readonly tables: HandleTable<HashTable>;
  free(encoding: number, value: number): void;
}

/**
 * A window on one set at a time: open a value, work, store {@link encoding} and {@link value} again
 * if something was changed, also when it failed for want of memory. Nothing is allocated per call.
 */
export class SetValue {
  encoding = ENCODING_INTSET;
  value = 0;
  /** The member of the last {@link next} or {@link pick}: valid until the next call. */
  readonly member = new Slice();
  readonly #sets: SetStore;
  readonly #intset: Intset;
  readonly #listpack: Listpack;
  readonly #walk = new TableWalk();
  /** Rank, position or entry of {@link member}; before the first step it is -1, 0 or 0. */
  #at = 0;
  #started = false;
  /** While a listpack is asked for the members of others. */
  readonly #index = new MemberIndex();
  /** Rank from which on the next integer of another intset is looked for. */
  #rank = 0;
  readonly #outside = new OutsideArena();

  constructor(sets: SetStore) {
    this.#sets = sets;
    this.#intset = new Intset(sets.services.arena);
    this.#listpack = new Listpack(sets.services.arena);
  }

  /** Opens a value of the keyspace. */
  open(encoding: number, value: number): this {
    this.encoding = encoding;
    this.value = value;
    if (encoding === ENCODING_INTSET) this.#intset.open(value);
    else if (encoding === ENCODING_LISTPACK) this.#listpack.open(value);
    return this;
  }

  /** Opens a new, empty set that suits its first member and about `sizeHint` of them. */
  create(first: Slice, sizeHint: number): this {
    const { limits } = this.#sets.services;
    if (sizeHint <= limits.setMaxIntsetEntries && integerOf(first) !== undefined) {
      return this.createIntset();
    }
    if (sizeHint <= limits.setMaxListpackEntries) return this.createListpack();
    const table = this.#newTable();
    table.reserve(sizeHint);
    return this.open(ENCODING_HASHTABLE, this.#sets.tables.add(table));
  }

  /** Opens a new, empty set of integers. */
  createIntset(): this {
    return this.open(ENCODING_INTSET, this.#intset.create());
  }

  /** Opens a new, empty listpack. */
  createListpack(): this {
    return this.open(ENCODING_LISTPACK, this.#listpack.create());
  }

  /** Frees the open set, for sets that were made for an answer only. */
  free(): void {
    this.#sets.free(this.encoding, this.value);
  }

  /** Makes ready for `sizeHint` members more, if a small set cannot hold so many. */
  expect(sizeHint: number): void {
    const { limits } = this.#sets.services;
    const { encoding } = this;
    const most = encoding === ENCODING_INTSET
      ? limits.setMaxIntsetEntries
      : limits.setMaxListpackEntries;
    if (encoding !== ENCODING_HASHTABLE && sizeHint > most) this.#toTable(sizeHint);
  }

  get size(): number {
    if (this.encoding === ENCODING_HASHTABLE) return this.table.size;
    return this.encoding === ENCODING_INTSET ? this.#intset.count : this.#listpack.count;
  }

  /** The table of a set that is one. */
  get table(): HashTable {
    return this.#sets.tables.get(this.value);
  }

  /** Whether the bytes are a member. */
  has({ bytes, start, end }: Slice): boolean {
    if (this.encoding === ENCODING_HASHTABLE) {
      const table = this.table;
      return table.find(bytes, start, end, table.hash(bytes, start, end)) !== 0;
    }
    if (this.encoding === ENCODING_LISTPACK) return this.#listpack.find(bytes, start, end) !== 0;
    const integer = parseInt64(bytes, start, end);
    return integer !== undefined && this.#intset.has(integer);
  }

  /**
   * Makes ready to be asked {@link hasMemberOf} about `questions` times while another set is stepped
   * through. Until {@link endQuestions} the set is not changed.
   */
  expectQuestions(questions: number): void {
    this.#rank = 0;
    if (this.encoding === ENCODING_LISTPACK && !this.#index.ready) {
      this.#index.build(this.#listpack, questions);
    }
  }

  /** Ends what {@link expectQuestions} began. */
  endQuestions(): void {
    this.#index.clear();
  }

  /** Whether the member that another set stepped to, shown or not, is a member of this one too. */
  hasMemberOf(other: SetValue): boolean {
    const { encoding } = this;
    if (encoding === ENCODING_INTSET && other.encoding === ENCODING_INTSET) {
      const rank = this.#intset.findFrom(other.#intset.get(other.#at), this.#rank);
      this.#rank = rank < 0 ? -1 - rank : rank;
      return rank >= 0;
    }
    other.show();
    const { bytes, start, end } = other.member;
    if (encoding === ENCODING_HASHTABLE) {
      const table = this.table;
      // The hash of a member is known where it is an entry already.
      const hash = other.encoding === ENCODING_HASHTABLE
        ? table.arena.i32[other.#at * 2 + 1]
        : table.hash(bytes, start, end);
      return table.find(bytes, start, end, hash) !== 0;
    }
    if (this.#index.ready) return this.#index.find(bytes, start, end) !== 0;
    return this.has(other.member);
  }

  /** Adds the member that another set stepped to; false when it is there. */
  addMemberOf(other: SetValue): boolean {
    if (this.encoding === ENCODING_INTSET) return this.add(other.member);
    if (this.hasMemberOf(other)) return false;
    this.addNewMemberOf(other);
    return true;
  }

  /** Adds the member that another set stepped to, which is not in this one. */
  addNewMemberOf(other: SetValue): void {
    const { encoding } = this, { member } = other;
    if (encoding === ENCODING_INTSET) this.add(member);
    else if (encoding === ENCODING_LISTPACK) this.#addNewToListpack(member);
    else {
      const { bytes, start, end } = member, table = this.table;
      const hash = other.encoding === ENCODING_HASHTABLE
        ? table.arena.i32[other.#at * 2 + 1]
        : table.hash(bytes, start, end);
      insertMember(table, bytes, start, end, hash);
    }
  }

  /** Adds a member; false when it is there. The bytes may be those of another set's member. */
  add(member: Slice): boolean {
    if (this.encoding === ENCODING_HASHTABLE) return this.#addToTable(member);
    if (this.encoding === ENCODING_LISTPACK) return this.#addToListpack(member);
    const integer = integerOf(member);
    if (integer === undefined) return this.#addToIntegers(member);
    const added = this.#intset.add(integer);
    this.value = this.#intset.ref;
    const { setMaxIntsetEntries } = this.#sets.services.limits;
    if (added && this.#intset.count > Math.min(setMaxIntsetEntries, INTSET_MAX)) {
      this.#toTable(this.#intset.count);
    }
    return added;
  }

  #addToTable({ bytes, start, end }: Slice): boolean {
    const table = this.table, hash = table.hash(bytes, start, end);
    if (table.find(bytes, start, end, hash) !== 0) return false;
    insertMember(table, bytes, start, end, hash);
    return true;
  }

  #addToListpack(member: Slice): boolean {
    const list = this.#listpack;
    if (list.find(member.bytes, member.start, member.end) !== 0) return false;
    this.#addNewToListpack(member);
    return true;
  }

  #addNewToListpack(member: Slice): void {
    const list = this.#listpack;
    const { limits } = this.#sets.services;
    const length = member.end - member.start,
      outside = this.#outside.of(member, this.#listpack.arena);
    if (
      list.count < limits.setMaxListpackEntries && length <= limits.setMaxListpackValue &&
      list.canGrowBy(length)
    ) this.#append(outside);
    else {
      this.#toTable(list.count + 1);
      this.#addToTable(outside);
    }
  }

  /** Adds a text to an intset, which becomes a listpack if it is small enough. */
  #addToIntegers(member: Slice): boolean {
    const { setMaxListpackEntries, setMaxListpackValue } = this.#sets.services.limits;
    const intset = this.#intset, count = intset.count;
    const length = member.end - member.start,
      outside = this.#outside.of(member, this.#listpack.arena);
    const longest = count === 0 ? 0 : Math.max(digitsOf(intset.min), digitsOf(intset.max));
    const fits = count < setMaxListpackEntries && length <= setMaxListpackValue &&
      longest <= setMaxListpackValue &&
      count * INTEGER_ELEMENT_MAX + length <= LISTPACK_MAX_BYTES;
    if (fits) {
      this.#toListpack();
      this.#append(outside);
    } else {
      this.#toTable(count + 1);
      this.#addToTable(outside);
    }
    return true;
  }

  #append({ bytes, start, end }: Slice): void {
    this.#listpack.append(bytes, start, end);
    this.value = this.#listpack.ref;
  }

  /** Removes a member; false when it is not there. */
  remove({ bytes, start, end }: Slice): boolean {
    if (this.encoding === ENCODING_HASHTABLE) {
      const table = this.table;
      this.#at = table.find(bytes, start, end, table.hash(bytes, start, end));
    } else if (this.encoding === ENCODING_LISTPACK) {
      this.#at = this.#listpack.find(bytes, start, end);
    } else {
      const integer = parseInt64(bytes, start, end);
      const removed = integer !== undefined && this.#intset.remove(integer);
      this.value = this.#intset.ref;
      return removed;
    }
    if (this.#at === 0) return false;
    this.removeMember();
    return true;
  }

  /** Points {@link member} at any of the members, each equally likely. The set is not empty. */
  pick(): void {
    const { random } = this.#sets.services;
    if (this.encoding === ENCODING_HASHTABLE) this.#at = fairEntry(this.table, random);
    else {
      const rank = random.below(this.size);
      this.#at = this.encoding === ENCODING_INTSET ? rank : this.#listpack.seek(rank);
    }
    this.show();
  }

  /** Removes the {@link member} that was picked or, in a table, stepped to. */
  removeMember(): void {
    if (this.encoding === ENCODING_HASHTABLE) {
      this.table.unlink(this.#at);
      this.#sets.services.arena.free(this.#at);
    } else if (this.encoding === ENCODING_INTSET) {
      this.#intset.removeAt(this.#at);
      this.value = this.#intset.ref;
    } else this.removeAt(this.#at);
  }

  /** Where {@link member} stands: differs from member to member until the set is changed. */
  get position(): number {
    return this.#at;
  }

  /** Removes what stands at a position of a listpack. */
  removeAt(position: number): void {
    this.#listpack.remove(position);
    this.value = this.#listpack.ref;
  }

  /** Begins to step through the members. Until {@link end} only the member stepped to is removed. */
  begin(): void {
    this.#started = false;
    if (this.encoding === ENCODING_HASHTABLE) this.#walk.begin(this.table);
  }

  /** Steps to the next member; false at the end. */
  next(): boolean {
    if (!this.step()) return false;
    this.show();
    return true;
  }

  /** As {@link next}, without pointing {@link member} at it: {@link show} does. */
  step(): boolean {
    if (this.encoding === ENCODING_HASHTABLE) {
      this.#at = this.#walk.next();
      if (this.#at === 0) return false;
    } else if (this.encoding === ENCODING_INTSET) {
      this.#at = this.#started ? this.#at + 1 : 0;
      if (this.#at >= this.#intset.count) return false;
    } else {
      this.#at = this.#started ? this.#listpack.next(this.#at) : this.#listpack.first();
      if (this.#at === 0) return false;
    }
    this.#started = true;
    return true;
  }

  /** Ends what {@link begin} began. */
  end(): void {
    if (this.encoding === ENCODING_HASHTABLE) this.#walk.end();
  }

  /** Points {@link member} at what {@link step} went to. */
  show(): void {
    if (this.encoding === ENCODING_HASHTABLE) {
      memberInto(this.#sets.services.arena, this.#at, this.member);
    } else if (this.encoding === ENCODING_INTSET) this.#intset.elementInto(this.#at, this.member);
    else this.#listpack.elementInto(this.#at, this.member);
  }

  /** Makes a set that holds integers only an intset, if so many may be in one. */
  toIntsetIfAllowed(): void {
    const { setMaxIntsetEntries } = this.#sets.services.limits;
    if (this.encoding === ENCODING_INTSET) return;
    if (this.size > Math.min(setMaxIntsetEntries, INTSET_MAX)) return;
    const intset = new Intset(this.#sets.services.arena);
    intset.create();
    this.begin();
    try {
      while (this.next()) intset.add(integerOf(this.member)!);
    } catch (error) {
      intset.free();
      throw error;
    } finally {
      this.end();
    }
    this.free();
    this.open(ENCODING_INTSET, intset.ref);
  }

  #newTable(): HashTable {
    return new HashTable(this.#sets.services.arena, this.#sets.services.hashKey);
  }

  #toListpack(): void {
    const list = this.#listpack, intset = this.#intset, count = intset.count;
    list.create();
    try {
      for (let rank = 0; rank < count; rank++) list.appendInteger(intset.get(rank));
    } catch (error) {
      list.free();
      throw error;
    }
    intset.free();
    this.open(ENCODING_LISTPACK, list.ref);
  }

  #toTable(capacity: number): void {
    const table = this.#newTable();
    this.begin();
    try {
      table.reserve(Math.max(capacity, this.size));
      while (this.next()) {
        const { bytes, start, end } = this.member;
        insertMember(table, bytes, start, end, table.hash(bytes, start, end));
      }
    } catch (error) {
      freeTable(table);
      throw error;
    }
    this.#sets.services.arena.free(this.value);
    this.open(ENCODING_HASHTABLE, this.#sets.tables.add(table));
  }
}
