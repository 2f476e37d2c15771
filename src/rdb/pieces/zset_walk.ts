// A sorted set in pieces, from its last element to the first.
import { compareBytes } from "../../base/bytes.ts";
import { Slice } from "../../base/slice.ts";
import { memberInto } from "../../values/table_values.ts";
import { scoreOfEntry, type ZsetGuard, type ZsetTable } from "../../values/zset_table.ts";
import {
  ELEMENT_BYTES,
  type PieceGuard,
  type PieceOutput,
  type ValuePieces,
} from "./value_pieces.ts";
import { nextMark } from "./walk_mark.ts";

/** Room for a member that is kept; longer ones get more. */
const MEMBER_BYTES = 64;

/**
 * Elements that change are written before that, and new ones never: both get the walk's mark in
 * their own word, so that the walk, which meets them wherever their score puts them, passes by.
 */
export abstract class ZsetWalk<Output extends PieceOutput>
  implements ValuePieces<Output>, ZsetGuard {
  readonly object: ZsetTable;
  /** What changes before its turn is written then. */
  readonly keptBytes = 0;
  readonly #mark: number = nextMark();
  /** The element written last in order: all above it are written. */
  readonly #last = new Slice(new Uint8Array(MEMBER_BYTES), 0, 0);
  #lastScore = 0;
  #begun = false;
  readonly #member = new Slice();
  #guard: PieceGuard | undefined;

  constructor(zset: ZsetTable) {
    this.object = zset;
  }

  attach(guard: PieceGuard): void {
    this.#guard = guard;
    this.object.guard = this;
  }

  detach(): void {
    if (this.#guard !== undefined) this.object.guard = undefined;
    this.#guard = undefined;
  }

  abstract head(output: Output): void;

  /** Writes one element, or gathers it for {@link pass}. */
  protected abstract element(output: Output, entry: number): void;

  /** Writes what is gathered: elements may change after this. */
  protected pass(_output: Output): void {}

  beforeChange(entry: number): void {
    if (this.#isMarked(entry)) return;
    this.#guard?.beforeChange(entry);
    this.#setMark(entry);
  }

  added(entry: number): void {
    this.#setMark(entry);
  }

  before(output: Output, entry: number): void {
    if (this.#isWritten(entry)) return;
    this.element(output, entry);
    this.pass(output);
  }

  step(output: Output, elements: number): boolean {
    const zset = this.object;
    let more = this.#begun
      ? zset.seekBelow(this.#lastScore, this.#last)
      : zset.seekRank(zset.size - 1);
    const endBytes = output.bytes + elements * ELEMENT_BYTES;
    for (let left = elements; more && left > 0 && output.bytes <= endBytes; left--) {
      if (!this.#isMarked(zset.entry)) this.element(output, zset.entry);
      this.#keep(zset);
      more = zset.previous();
    }
    this.pass(output);
    return !more;
  }

  #keep({ score, member }: ZsetTable): void {
    const last = this.#last, length = member.end - member.start;
    if (length > last.bytes.length) last.bytes = new Uint8Array(length * 2);
    last.bytes.set(member.bytes.subarray(member.start, member.end));
    last.end = length;
    this.#lastScore = score;
    this.#begun = true;
  }

  /** Whether the walk has passed an entry. */
  #isWritten(entry: number): boolean {
    if (!this.#begun) return false;
    const { arena } = this.object.table, score = scoreOfEntry(arena, entry);
    if (score !== this.#lastScore) return score > this.#lastScore;
    const member = this.#member, last = this.#last;
    memberInto(arena, entry, member);
    const { bytes, start, end } = member;
    return compareBytes(bytes, start, end, last.bytes, last.start, last.end) >= 0;
  }

  #isMarked(entry: number): boolean {
    return this.object.table.arena.i32[entry * 2 + 3] === this.#mark;
  }

  #setMark(entry: number): void {
    this.object.table.arena.i32[entry * 2 + 3] = this.#mark;
  }
}
