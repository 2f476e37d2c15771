// A small sorted set: members and their scores in turn in a listpack, in order.
import { DOUBLE_TEXT_MAX, parseDouble, writeDouble } from "../base/double.ts";
import { INTEGER64_TEXT_MAX } from "../base/int64.ts";
import { Slice } from "../base/slice.ts";
import type { Arena } from "../memory/arena.ts";
import { Listpack } from "../memory/listpack.ts";
import type { ZsetElements } from "./zset_elements.ts";

/** A window on one sorted set at a time that is a listpack; {@link ref} is where it is after an edit. */
export class ZsetListpack implements ZsetElements {
  score = 0;
  readonly member = new Slice();
  readonly #list: Listpack;
  /** Position of the member under the cursor. */
  #at = 0;
  readonly #text = new Slice();
  readonly #digits = new Uint8Array(Math.max(DOUBLE_TEXT_MAX, INTEGER64_TEXT_MAX));
  #scratch = new Uint8Array(64);

  constructor(arena: Arena) {
    this.#list = new Listpack(arena);
  }

  get ref(): number {
    return this.#list.ref;
  }

  /** Opens the block of a value. */
  open(ref: number): this {
    this.#list.open(ref);
    return this;
  }

  /** Opens a new, empty block and answers its reference. */
  create(): number {
    return this.#list.create();
  }

  free(): void {
    this.#list.free();
  }

  /** Whether `bytes` more keep the listpack below the size it must never exceed. */
  canGrowBy(bytes: number): boolean {
    return this.#list.canGrowBy(bytes);
  }

  get size(): number {
    return this.#list.count >>> 1;
  }

  find({ bytes, start, end }: Slice): boolean {
    const list = this.#list;
    this.#at = list.find(bytes, start, end, 2);
    if (this.#at === 0) return false;
    this.score = this.#scoreAt(list.next(this.#at));
    return true;
  }

  rank(): number {
    const list = this.#list;
    let rank = 0;
    for (let at = list.first(); at !== this.#at; at = list.next(list.next(at))) rank++;
    return rank;
  }

  insert(member: Slice, score: number): void {
    const text = this.#outsideArena(member);
    this.#insertAt(this.#placeOf(text, score), text, score);
  }

  rescore(member: Slice, score: number): void {
    const list = this.#list, from = this.#at;
    const text = this.#outsideArena(member);
    const to = this.#placeOf(text, score), scoreAt = list.next(from);
    const behind = this.#behind(scoreAt);
    if (to === from || to === behind) {
      // Its neighbours stay the same.
      if (Number.isSafeInteger(score)) list.replaceInteger(scoreAt, score);
      else list.replace(scoreAt, this.#digits, 0, writeDouble(score, this.#digits, 0));
      return;
    }
    // Added first: when memory runs out nothing is lost.
    const bytes = list.bytes;
    this.#insertAt(to, text, score);
    list.remove(to < from ? from + list.bytes - bytes : from, 2);
  }

  remove(): void {
    this.#list.remove(this.#at, 2);
  }

  removeRanks(first: number, count: number): void {
    this.#list.removeRange(2 * first, 2 * count);
  }

  seekRank(rank: number): boolean {
    if (rank < 0) return false;
    return this.#show(this.#list.seek(2 * rank));
  }

  next(): boolean {
    const list = this.#list;
    return this.#show(list.next(list.next(this.#at)));
  }

  previous(): boolean {
    const list = this.#list, scoreAt = list.previous(this.#at);
    return scoreAt !== 0 && this.#show(list.previous(scoreAt));
  }

  countBelowScore(score: number, orEqual: boolean): number {
    const list = this.#list;
    let count = 0;
    for (let at = list.first(); at !== 0; count++) {
      const scoreAt = list.next(at), other = this.#scoreAt(scoreAt);
      if (other > score || (other === score && !orEqual)) break;
      at = list.next(scoreAt);
    }
    return count;
  }

  countBelowMember(member: Slice, orEqual: boolean): number {
    const list = this.#list;
    let count = 0;
    for (let at = list.first(); at !== 0; at = list.next(list.next(at)), count++) {
      const order = this.#compare(at, member);
      if (order > 0 || (order === 0 && !orEqual)) break;
    }
    return count;
  }

  #show(at: number): boolean {
    if (at === 0) return false;
    const list = this.#list;
    this.#at = at;
    list.elementInto(at, this.member);
    this.score = this.#scoreAt(list.next(at));
    return true;
  }

  #scoreAt(position: number): number {
    const list = this.#list;
    if (list.isInteger(position)) return Number(list.integerAt(position));
    const text = this.#text;
    list.elementInto(position, text, this.#digits);
    return parseDouble(text.bytes, text.start, text.end);
  }

  /** Order of the member at a position and a text. */
  #compare(position: number, member: Slice): number {
    this.#list.elementInto(position, this.#text, this.#digits);
    return this.#text.compare(member);
  }

  /** Position of the first element behind (score, member), or the end. */
  #placeOf(member: Slice, score: number): number {
    const list = this.#list, last = list.last();
    // Often elements come in order.
    if (last === 0 || this.#scoreAt(last) < score) return list.bytes - 1;
    for (let at = list.first(); at !== 0;) {
      const scoreAt = list.next(at), other = this.#scoreAt(scoreAt);
      if (other > score || (other === score && this.#compare(at, member) >= 0)) return at;
      at = list.next(scoreAt);
    }
    return list.bytes - 1;
  }

  #insertAt(position: number, { bytes, start, end }: Slice, score: number): void {
    const list = this.#list;
    list.insert(position, bytes, start, end);
    const behind = this.#behind(position);
    try {
      if (Number.isSafeInteger(score)) list.insertInteger(behind, score);
      else list.insert(behind, this.#digits, 0, writeDouble(score, this.#digits, 0));
    } catch (error) {
      list.remove(position);
      throw error;
    }
  }

  /** Where an element behind the one at `position` begins or would begin. */
  #behind(position: number): number {
    const next = this.#list.next(position);
    return next !== 0 ? next : this.#list.bytes - 1;
  }

  /** The text in memory that stays where it is while the listpack grows. */
  #outsideArena(member: Slice): Slice {
    if (member.bytes !== this.#list.arena.u8) return member;
    const { bytes, start, end } = member, length = end - start;
    if (length > this.#scratch.length) this.#scratch = new Uint8Array(2 * length);
    this.#scratch.set(bytes.subarray(start, end));
    return new Slice(this.#scratch, 0, length);
  }
}
