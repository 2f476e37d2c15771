// A small sorted set: members and their scores in turn in a listpack, in order.
import { DOUBLE_TEXT_MAX, parseDouble, writeDouble } from "../base/double.ts";
import { INTEGER64_TEXT_MAX } from "../base/int64.ts";
import { Slice } from "../base/slice.ts";
import type { Arena } from "../memory/arena.ts";
import { Listpack } from "../memory/listpack.ts";
import { elementTextInto } from "../memory/listpack_element.ts";
import {
  elementBefore,
  elementBytes,
  elementInteger,
  elementSmallInteger,
  ENCODING_13_BIT_INTEGER,
  ENCODING_6_BIT_STRING,
  encodingDataBytes,
  encodingHeaderBytes,
  isStringEncoding,
  LISTPACK_HEADER_BYTES,
} from "../memory/listpack_format.ts";
import { MemberIndex } from "./member_index.ts";
import type { ElementSink, ZsetElements } from "./zset_elements.ts";

/** A window on one sorted set at a time that is a listpack; {@link ref} is where it is after an edit. */
export class ZsetListpack implements ZsetElements {
  readonly member = new Slice();
  readonly #list: Listpack;
  /** Position of the member under the cursor. */
  #at = 0;
  /** Of its score, which is read when somebody asks for it. */
  #scoreAt = 0;
  readonly #index = new MemberIndex();
  readonly #text = new Slice();
  readonly #digits = new Uint8Array(Math.max(DOUBLE_TEXT_MAX, INTEGER64_TEXT_MAX));
  readonly #outside = new Slice();
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

  get score(): number {
    const list = this.#list;
    return scoreOf(list.arena.u8, list.base + this.#scoreAt);
  }

  /** Makes ready for {@link findAsked} to be asked so many times, until {@link endQuestions}. */
  expectQuestions(questions: number): void {
    this.#index.build(this.#list, questions, 2);
  }

  endQuestions(): void {
    this.#index.clear();
  }

  /** As {@link find}, which is kept short, after {@link expectQuestions}. */
  findAsked(member: Slice): boolean {
    if (!this.#index.ready) return this.find(member);
    const at = this.#at = this.#index.find(member.bytes, member.start, member.end);
    if (at === 0) return false;
    this.#scoreAt = this.#list.next(at);
    return true;
  }

  find({ bytes, start, end }: Slice): boolean {
    const list = this.#list;
    const at = this.#at = list.find(bytes, start, end, 2);
    if (at === 0) return false;
    this.#scoreAt = list.next(at);
    return true;
  }

  rank(): number {
    const list = this.#list;
    let rank = 0;
    for (let at = list.first(); at !== this.#at; at = list.next(list.next(at))) rank++;
    return rank;
  }

  insert(member: Slice, score: number): void {
    const list = this.#list;
    const text = this.#outsideArena(member);
    const position = this.#placeOf(text, score, LISTPACK_HEADER_BYTES);
    if (Number.isSafeInteger(score)) list.insertWithInteger(position, text, score);
    else list.insertPair(position, text, this.#textOf(score));
  }

  rescore(member: Slice, score: number): void {
    const list = this.#list, from = this.#at, scoreAt = this.#scoreAt;
    const behind = this.#behind(scoreAt), higher = score > this.score;
    const to = this.#placeOf(member, score, higher ? behind : LISTPACK_HEADER_BYTES);
    const bytes = list.bytes;
    if (Number.isSafeInteger(score)) list.replaceInteger(scoreAt, score);
    else {
      const { bytes: digits, start, end } = this.#textOf(score);
      list.replace(scoreAt, digits, start, end);
    }
    const grown = list.bytes - bytes;
    this.#movePair(from, behind + grown, higher ? to + grown : to);
  }

  /** Moves the elements of `[from, behind)` to `to`, which is not between. */
  #movePair(from: number, behind: number, to: number): void {
    if (to === from || to === behind) return;
    const { base, arena: { u8 } } = this.#list, length = behind - from;
    const pair = this.#room(length);
    for (let i = 0; i < length; i++) pair[i] = u8[base + from + i];
    if (to > from) u8.copyWithin(base + from, base + behind, base + to);
    else u8.copyWithin(base + to + length, base + to, base + from);
    const at = base + (to > from ? to - length : to);
    for (let i = 0; i < length; i++) u8[at + i] = pair[i];
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

  seekScore(score: number): boolean {
    const list = this.#list;
    for (let at = list.first(); at !== 0;) {
      const scoreAt = list.next(at);
      if (scoreOf(list.arena.u8, list.base + scoreAt) >= score) return this.#show(at);
      at = list.next(scoreAt);
    }
    return false;
  }

  next(): boolean {
    return this.#show(this.#list.next(this.#scoreAt));
  }

  previous(): boolean {
    const list = this.#list, scoreAt = list.previous(this.#at);
    return scoreAt !== 0 && this.#show(list.previous(scoreAt));
  }

  tell(
    first: number,
    count: number,
    downwards: boolean,
    withScores: boolean,
    sink: ElementSink,
  ): void {
    if (downwards) return this.#tellDownwards(first, count, withScores, sink);
    const list = this.#list, { u8 } = list.arena, text = this.#text;
    let at = list.base + list.seek(2 * first);
    for (; count > 0; count--) {
      if (withScores) sink.pair();
      const encoding = u8[at];
      if (encoding >= ENCODING_6_BIT_STRING && encoding < ENCODING_13_BIT_INTEGER) {
        const start = at + 1;
        at += (encoding & 0x3f) + 2;
        sink.bulkRange(u8, start, at - 1);
      } else {
        elementTextInto(u8, at, text, this.#digits);
        at += elementBytes(u8, at);
        sink.bulkRange(text.bytes, text.start, text.end);
      }
      if (withScores) sink.double(scoreOf(u8, at));
      at += elementBytes(u8, at);
    }
  }

  #tellDownwards(first: number, count: number, withScores: boolean, sink: ElementSink): void {
    const list = this.#list, { u8 } = list.arena, text = this.#text;
    let at = list.base + list.seek(2 * first);
    for (;; at = elementBefore(u8, elementBefore(u8, at))) {
      if (withScores) sink.pair();
      elementTextInto(u8, at, text, this.#digits);
      sink.bulkRange(text.bytes, text.start, text.end);
      if (withScores) sink.double(scoreOf(u8, at + elementBytes(u8, at)));
      if (--count === 0) return;
    }
  }

  countBelowScore(score: number, orEqual: boolean): number {
    const { base, bytes, arena: { u8 } } = this.#list, end = base + bytes - 1;
    let count = 0;
    for (let at = base + LISTPACK_HEADER_BYTES; at < end; count++) {
      const scoreAt = at + elementBytes(u8, at), other = scoreOf(u8, scoreAt);
      if (other > score || (other === score && !orEqual)) break;
      at = scoreAt + elementBytes(u8, scoreAt);
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
    this.#scoreAt = list.next(at);
    list.elementInto(at, this.member);
    return true;
  }

  /** A score as the text it is kept as, until the next call. */
  #textOf(score: number): Slice {
    this.#text.set(this.#digits, 0, writeDouble(score, this.#digits, 0));
    return this.#text;
  }

  /** Order of the member at a position and a text. */
  #compare(position: number, member: Slice): number {
    this.#list.elementInto(position, this.#text, this.#digits);
    return this.#text.compare(member);
  }

  /** Position, not before `from`, of the first element behind (score, member), or the end. */
  #placeOf(member: Slice, score: number, from: number): number {
    const list = this.#list, { base, arena: { u8 } } = list;
    const end = base + list.bytes - 1, last = list.last();
    if (last === 0) return end - base;
    // Often elements come in order.
    const highest = scoreOf(u8, base + last);
    if (highest < score) return end - base;
    if (highest === score && this.#compare(list.previous(last), member) < 0) return end - base;
    for (let at = base + from; at < end;) {
      const scoreAt = at + elementBytes(u8, at), other = scoreOf(u8, scoreAt);
      if (other > score) return at - base;
      if (other === score && this.#compare(at - base, member) >= 0) return at - base;
      at = scoreAt + elementBytes(u8, scoreAt);
    }
    return end - base;
  }

  /** Where an element behind the one at `position` begins or would begin. */
  #behind(position: number): number {
    const next = this.#list.next(position);
    return next !== 0 ? next : this.#list.bytes - 1;
  }

  /** The text in memory that stays where it is while the listpack grows. */
  #outsideArena(member: Slice): Slice {
    if (member.bytes !== this.#list.arena.u8) return member;
    const { bytes, start, end } = member, copy = this.#room(end - start);
    for (let from = start, to = 0; from < end; from++, to++) copy[to] = bytes[from];
    this.#outside.set(copy, 0, end - start);
    return this.#outside;
  }

  #room(bytes: number): Uint8Array {
    if (bytes > this.#scratch.length) this.#scratch = new Uint8Array(2 * bytes);
    return this.#scratch;
  }
}

/** The score that the element at `at` of the arena is. */
function scoreOf(u8: Uint8Array, at: number): number {
  const encoding = u8[at];
  if (encoding < ENCODING_6_BIT_STRING) return encoding;
  if (encoding < ENCODING_13_BIT_INTEGER) {
    return parseDouble(u8, at + 1, at + 1 + (encoding & 0x3f));
  }
  if (!isStringEncoding(encoding)) {
    const small = elementSmallInteger(u8, at);
    return small === small ? small : Number(elementInteger(u8, at));
  }
  const start = at + encodingHeaderBytes(encoding);
  return parseDouble(u8, start, start + encodingDataBytes(u8, at));
}
