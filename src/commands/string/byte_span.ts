// Positions from either end, as GETRANGE and BITCOUNT take them, cut to what is there.
import type { Integer64 } from "../../base/int64.ts";

/** A range of positions, both ends included. Reused: it is asked for on every GETRANGE. */
export class ByteSpan {
  first = 0;
  last = -1;

  get empty(): boolean {
    return this.first > this.last;
  }

  /** Negative positions count from the end of `length`; what lies outside is cut off. */
  cut(first: Integer64, last: Integer64, length: number): void {
    if (first < 0 && last < 0 && first > last) {
      this.first = 0;
      this.last = -1;
      return;
    }
    this.cutEnds(first, last, length);
  }

  /** As {@link cut}, where two negative positions in the wrong order still may meet at 0. */
  cutEnds(first: Integer64, last: Integer64, length: number): void {
    this.first = fromStart(first, length);
    this.last = Math.min(fromStart(last, length), length - 1);
  }
}

function fromStart(position: Integer64, length: number): number {
  const number = Number(position);
  return number < 0 ? Math.max(0, length + number) : number;
}
