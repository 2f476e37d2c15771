// The members that a search found.
import { copyBytes } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";

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
  order = new Uint32Array(8);
  /** For sorting. */
  #spare = new Uint32Array(8);
  #distances = new Float64Array(8);
  #scores = new Float64Array(8);
  /** Where each member ends in the bytes of all members. */
  #ends = new Float64Array(8);
  #members = new Uint8Array(128);

  /** Forgets all points, and gives up the room that many of them took. */
  clear(): void {
    this.size = 0;
    if (this.#scores.length > KEPT_POINTS) {
      this.order = new Uint32Array(KEPT_POINTS);
      this.#spare = new Uint32Array(KEPT_POINTS);
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
    copyBytes(member.bytes, member.start, member.end, this.#members, start);
    this.#ends[index] = end;
    this.#scores[index] = score;
    this.#distances[index] = distance;
  }

  #widen(): void {
    this.#distances = twice(this.#distances);
    this.#scores = twice(this.#scores);
    this.#ends = twice(this.#ends);
    this.order = new Uint32Array(this.#scores.length);
    this.#spare = new Uint32Array(this.#scores.length);
  }

  /** Orders all points by distance: 1 near ones first, -1 far ones first, 0 as they were added. */
  arrange(direction: -1 | 0 | 1): void {
    const { order, size } = this;
    for (let i = 0; i < size; i++) order[i] = i;
    if (direction === 0) return;
    // From pairs to the whole. It is stable, as the sort that Redis uses.
    for (let width = 1; width < size; width *= 2) {
      for (let start = 0; start + width < size; start += 2 * width) {
        this.#merge(start, start + width, Math.min(start + 2 * width, size), direction);
      }
    }
  }

  /** Puts two neighbouring runs of the order in order. */
  #merge(start: number, middle: number, end: number, direction: -1 | 1): void {
    const { order } = this, spare = this.#spare, distances = this.#distances;
    // Those of the first run are put aside; what is written never overtakes the second one.
    for (let i = start; i < middle; i++) spare[i] = order[i];
    let first = start, second = middle, to = start;
    while (first < middle && second < end) {
      const before = direction * (distances[order[second]] - distances[spare[first]]) < 0;
      order[to++] = before ? order[second++] : spare[first++];
    }
    while (first < middle) order[to++] = spare[first++];
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
