// What ZUNION, ZINTER and ZDIFF work on: sorted sets, and sets, whose members all score 1.
import { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { LEAF_ELEMENTS } from "../../memory/ordered_nodes.ts";
import { ENCODING_HASHTABLE, TYPE_SET, TYPE_ZSET } from "../../store/entry.ts";
import type { SetValue } from "../../values/set_value.ts";
import { memberInto } from "../../values/table_values.ts";
import type { ZsetElements } from "../../values/zset_elements.ts";
import { ZsetListpack } from "../../values/zset_listpack.ts";
import { ZsetTable } from "../../values/zset_table.ts";
import { openSetApart } from "../set/open_set.ts";
import { openZsetApart } from "./open_zset.ts";

const SET_SCORE = 1;

/** Elements of the leaf that a source is at, and the hashes of the members. */
const MEMBERS = new Int32Array(LEAF_ELEMENTS);
const SCORES = new Float64Array(LEAF_ELEMENTS);
const HASHES = new Int32Array(LEAF_ELEMENTS);
const FETCHED = new Int32Array(LEAF_ELEMENTS);

/** One input. Between `begin` and `end` only other inputs may be asked for members. */
export interface Source {
  /** The key's entry, to tell when two keys are the same; 0 for a key that does not exist. */
  readonly ref: number;
  readonly size: number;
  /** Of the last step or of what {@link has} found. */
  readonly member: Slice;
  readonly score: number;
  weight: number;
  /** Begins to step, for somebody who asks others about each member. */
  begin(asked: readonly Source[]): void;
  next(): boolean;
  end(): void;
  /** The entry of the member in a hash table, 0 where it is in none. */
  readonly entry: number;
  /** Whether the member that another source stepped to is in this one. */
  has(other: Source): boolean;
  /** Makes ready for {@link has} to be asked so many times, until {@link endQuestions}. */
  expectQuestions(questions: number): void;
  endQuestions(): void;
  /** Reads what {@link has} will read for members with the first `count` of {@link HASHES}. */
  fetch(count: number): void;
}

/**
 * The inputs of `count` keys from argument `first` on. Throws WRONGTYPE. They may be read until the
 * database is written to.
 */
export function openSources(call: Call, first: number, count: number): Source[] {
  const { database } = call;
  const sources: Source[] = [];
  let size = 0;
  for (let i = first; i < first + count; i++) {
    const ref = database.read(call.at(i));
    const type = ref === 0 ? TYPE_ZSET : database.typeOf(ref);
    if (type === TYPE_SET) sources.push(new SetSource(ref, openSetApart(call, ref, i - first)));
    else if (type !== TYPE_ZSET) throw ERR.wrongType;
    else {sources.push(
        new ZsetSource(ref, ref === 0 ? undefined : openZsetApart(call, ref, i - first).elements),
      );}
    size += sources[i - first].size;
  }
  call.weigh(size);
  return sources;
}

class ZsetSource implements Source {
  readonly ref: number;
  readonly size: number;
  weight = 1;
  readonly #elements: ZsetElements | undefined;
  readonly #table: ZsetTable | undefined;
  readonly #member = new Slice();
  readonly #listpack: ZsetListpack | undefined;
  #asked: readonly Source[] | undefined;
  #started = false;
  /** Of a table: places in {@link MEMBERS} of the member stepped to, and behind the last one. */
  #at = 0;
  #end = 0;

  constructor(ref: number, elements: ZsetElements | undefined) {
    this.ref = ref;
    this.size = elements === undefined ? 0 : elements.size;
    this.#elements = elements;
    this.#table = elements instanceof ZsetTable ? elements : undefined;
    this.#listpack = elements instanceof ZsetListpack ? elements : undefined;
  }

  get entry(): number {
    return this.#table === undefined ? 0 : MEMBERS[this.#at];
  }

  get member(): Slice {
    if (this.#table === undefined) return this.#elements!.member;
    memberInto(this.#table.table.arena, MEMBERS[this.#at], this.#member);
    return this.#member;
  }

  get score(): number {
    const steps = this.#asked !== undefined && this.#table !== undefined;
    return steps ? SCORES[this.#at] : this.#elements!.score;
  }

  begin(asked: readonly Source[]): void {
    this.#asked = asked;
    this.#started = false;
    this.#at = this.#end = 0;
  }

  next(): boolean {
    const elements = this.#elements;
    if (elements === undefined) return false;
    if (this.#table !== undefined) return ++this.#at < this.#end || this.#nextLeaf(this.#table);
    if (this.#started) return elements.next();
    this.#started = true;
    return elements.seekRank(0);
  }

  /** Goes to the first element of the next leaf. */
  #nextLeaf({ tree, table }: ZsetTable): boolean {
    const more = this.#started ? tree.advance() : tree.seekRank(0);
    this.#started = true;
    this.#at = 0;
    this.#end = more ? tree.copyElements(MEMBERS, SCORES, LEAF_ELEMENTS, false) : 0;
    if (!more) return false;
    const { i32 } = table.arena, asked = this.#asked!;
    // All hashes first, then all that the others have of them: so their memory is fetched together.
    for (let i = 0; i < this.#end; i++) HASHES[i] = i32[MEMBERS[i] * 2 + 1];
    for (let i = 0; i < asked.length; i++) asked[i].fetch(this.#end);
    return true;
  }

  end(): void {
    this.#asked = undefined;
  }

  fetch(count: number): void {
    this.#table?.table.fetchFirst(HASHES, count, FETCHED);
  }

  has(other: Source): boolean {
    if (this.#elements === undefined) return false;
    const { entry } = other;
    // The hash of a member is known where it is an entry already.
    if (this.#table !== undefined && entry !== 0) return this.#table.findEntry(other.member, entry);
    if (this.#listpack !== undefined) return this.#listpack.findAsked(other.member);
    return this.#elements.find(other.member);
  }

  expectQuestions(questions: number): void {
    this.#listpack?.expectQuestions(questions);
  }

  endQuestions(): void {
    this.#listpack?.endQuestions();
  }
}

class SetSource implements Source {
  readonly ref: number;
  readonly size: number;
  readonly score = SET_SCORE;
  weight = 1;
  readonly #set: SetValue;

  constructor(ref: number, set: SetValue) {
    this.ref = ref;
    this.size = set.size;
    this.#set = set;
  }

  get member(): Slice {
    return this.#set.member;
  }

  begin(): void {
    this.#set.begin();
  }

  fetch(count: number): void {
    if (this.#set.encoding !== ENCODING_HASHTABLE) return;
    this.#set.table.fetchFirst(HASHES, count, FETCHED);
  }

  next(): boolean {
    return this.#set.next();
  }

  end(): void {
    this.#set.end();
  }

  get entry(): number {
    return this.#set.encoding === ENCODING_HASHTABLE ? this.#set.position : 0;
  }

  has(other: Source): boolean {
    const { member, entry } = other;
    if (entry === 0 || this.#set.encoding !== ENCODING_HASHTABLE) return this.#set.has(member);
    const { table } = this.#set;
    const hash = table.arena.i32[entry * 2 + 1];
    return table.find(member.bytes, member.start, member.end, hash) !== 0;
  }

  expectQuestions(): void {}

  endQuestions(): void {}
}
