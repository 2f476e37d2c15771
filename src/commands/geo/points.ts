// The members that a search found.
import type { Slice } from "../../base/slice.ts";

const NOTHING = new Uint32Array(0);
/** Points for which room is kept from one search to the next. */
const KEPT_POINTS = 4096;
const KEPT_MEMBER_BYTES = 64 * 1024;

/**
 * Points in columns that grow, so that a search over many members makes no object for each. Indexes
 * are those of {@link add}; {@link order} says in which order they are answered.
 */
export class GeoPoints {
  size = 0;
  /** Indexes in the order of the answer; made by {@link arrange}. */
  order = NOTHING;
  #distances = new Float64Array(8);
  #scores = new Float64Array(8);
  /** Where each member ends in the bytes of all members. */
  #ends = new Float64Array(8);
  #members = new Uint8Array(128);

  /** Forgets all points, and gives up the room that many of them took. */
  clear(): void {
    this.size = 0;
    this.order = NOTHING;
    if (this.#scores.length > KEPT_POINTS) {
      this.#distances = new Float64Array(KEPT_POINTS);
      this.#scores = new Float64Array(KEPT_POINTS);
      this.#ends = new Float64Array(KEPT_POINTS);
    }
    if (this.#members.length > KEPT_MEMBER_BYTES) {
      this.#members = new Uint8Array(KEPT_MEMBER_BYTES);
    }
  }

  /** Adds a member; its bytes are copied. `distance` is in metres. */
  add(member: Slice, score: number, distance: number): void {
    const index = this.size++;
    if (index === this.#scores.length) this.#widen();
    const start = index === 0 ? 0 : this.#ends[index - 1];
    const end = start + member.end - member.start;
    if (end > this.#members.length) {
      const wider = new Uint8Array(2 * end);
      wider.set(this.#members);
      this.#members = wider;
    }
    const { bytes } = member;
    for (let from = member.start, to = start; to < end; from++, to++) {
      this.#members[to] = bytes[from];
    }
    this.#ends[index] = end;
    this.#scores[index] = score;
    this.#distances[index] = distance;
  }

  #widen(): void {
    this.#distances = twice(this.#distances);
    this.#scores = twice(this.#scores);
    this.#ends = twice(this.#ends);
  }

  /** Orders all points by distance: 1 near ones first, -1 far ones first, 0 as they were added. */
  arrange(direction: -1 | 0 | 1): void {
    if (this.size === 0) return;
    this.order = new Uint32Array(this.size);
    for (let i = 0; i < this.size; i++) this.order[i] = i;
    const distances = this.#distances;
    // The sort is stable, as the one that Redis uses.
    if (direction !== 0) this.order.sort((a, b) => direction * (distances[a] - distances[b]));
  }

  distance(index: number): number {
    return this.#distances[index];
  }

  score(index: number): number {
    return this.#scores[index];
  }

  /** Points `member` at the bytes of a point. */
  memberInto(index: number, member: Slice): void {
    member.set(this.#members, index === 0 ? 0 : this.#ends[index - 1], this.#ends[index]);
  }
}

function twice(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(2 * column.length);
  wider.set(column);
  return wider;
}
