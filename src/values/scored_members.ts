// Members with scores that are put together for an answer.
import { compareBytes, copyBytes } from "../base/bytes.ts";
import type { Slice } from "../base/slice.ts";
import type { ElementSink } from "./zset_elements.ts";

/** Elements for which room is kept from one answer to the next. */
const KEPT_ELEMENTS = 4096;
const KEPT_MEMBER_BYTES = 64 * 1024;

/**
 * Elements in columns that grow, so that none is an object. Indexes are those of {@link add}, which
 * is not told of a member twice; {@link order} says in which order they are.
 */
export class ScoredMembers {
  size = 0;
  /** Length of the longest member. */
  longest = 0;
  /** Indexes in the order of a sorted set; made by {@link sort}. */
  order = new Uint32Array(8);
  /** For sorting. */
  #spare = new Uint32Array(8);
  #scores = new Float64Array(8);
  /** Where each member ends in the bytes of all members. */
  #ends = new Float64Array(8);
  #members = new Uint8Array(128);

  /** Forgets all elements, and gives up the room that many of them took. */
  clear(): void {
    this.size = this.longest = 0;
    if (this.#scores.length > KEPT_ELEMENTS) this.#widen(KEPT_ELEMENTS);
    if (this.#members.length > KEPT_MEMBER_BYTES) this.#members = new Uint8Array(128);
  }

  /** Adds a member; its bytes are copied. */
  add({ bytes, start, end }: Slice, score: number): void {
    const index = this.size++, length = end - start;
    if (index === this.#scores.length) this.#widen(2 * index);
    const at = index === 0 ? 0 : this.#ends[index - 1];
    if (at + length > this.#members.length) {
      const wider = new Uint8Array(2 * (at + length));
      wider.set(this.#members);
      this.#members = wider;
    }
    copyBytes(bytes, start, end, this.#members, at);
    this.#ends[index] = at + length;
    this.#scores[index] = score;
    if (length > this.longest) this.longest = length;
  }

  #widen(length: number): void {
    const kept = Math.min(this.size, length);
    const scores = new Float64Array(length), ends = new Float64Array(length);
    scores.set(this.#scores.subarray(0, kept));
    ends.set(this.#ends.subarray(0, kept));
    this.#scores = scores;
    this.#ends = ends;
    this.order = new Uint32Array(length);
    this.#spare = new Uint32Array(length);
  }

  score(index: number): number {
    return this.#scores[index];
  }

  /** Points `member` at the bytes of an element's. */
  memberInto(index: number, member: Slice): void {
    member.set(this.#members, index === 0 ? 0 : this.#ends[index - 1], this.#ends[index]);
  }

  /** Orders all elements by score, and by member where scores are the same. */
  sort(): void {
    const { order, size } = this;
    for (let i = 0; i < size; i++) order[i] = i;
    // From pairs to the whole. Sources are in order, and so is much of what is taken from them.
    for (let width = 1; width < size; width *= 2) {
      for (let start = 0; start + width < size; start += 2 * width) {
        const middle = start + width;
        if (this.#isBelow(order[middle], order[middle - 1])) {
          this.#merge(start, middle, Math.min(middle + width, size));
        }
      }
    }
  }

  /** Puts two neighbouring runs of the order in order. */
  #merge(start: number, middle: number, end: number): void {
    const { order } = this, spare = this.#spare;
    // Those of the first run are put aside; what is written never overtakes the second one.
    for (let i = start; i < middle; i++) spare[i] = order[i];
    let first = start, second = middle, to = start;
    while (first < middle && second < end) {
      order[to++] = this.#isBelow(order[second], spare[first]) ? order[second++] : spare[first++];
    }
    while (first < middle) order[to++] = spare[first++];
  }

  #isBelow(a: number, b: number): boolean {
    const scores = this.#scores;
    return scores[a] < scores[b] || scores[a] === scores[b] && this.#isBefore(a, b);
  }

  #isBefore(a: number, b: number): boolean {
    const members = this.#members, ends = this.#ends;
    const from = a === 0 ? 0 : ends[a - 1], other = b === 0 ? 0 : ends[b - 1];
    return compareBytes(members, from, ends[a], members, other, ends[b]) < 0;
  }

  /** Tells all elements, in order. */
  tell(withScores: boolean, sink: ElementSink): void {
    const { order, size } = this, members = this.#members, ends = this.#ends;
    for (let i = 0; i < size; i++) {
      const index = order[i];
      if (withScores) sink.pair();
      sink.bulkRange(members, index === 0 ? 0 : ends[index - 1], ends[index]);
      if (withScores) sink.double(this.#scores[index]);
    }
  }
}
