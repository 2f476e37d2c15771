// A stream in pieces: block by block, of which a copy is kept where they change before their turn, then
// its groups.
import type { Integer64 } from "../../base/int64.ts";
import { Slice } from "../../base/slice.ts";
import type { GroupGuard, StreamConsumer, StreamGroup } from "../../values/stream_group.ts";
import type { StreamGuard, StreamValue } from "../../values/stream_value.ts";
import type { GroupWalk } from "./group_walk.ts";
import type { KeptBytes } from "./index_pieces.ts";
import type { PieceGuard, PieceOutput, ValuePieces } from "./value_pieces.ts";
import { nextMark } from "./walk_mark.ts";

/** As so many elements a block counts: blocks have up to 100 entries, but they are only copied. */
const BLOCK_ELEMENTS = 16;
/** As so many elements a group counts besides what is pending in it. */
const GROUP_ELEMENTS = 2;

/** Where a block stood, and under which ID. */
interface BlockPlace {
  readonly milliseconds: Integer64;
  readonly sequence: Integer64;
  readonly ref: number;
}

/** The blocks of a stream and its groups, as they are when this is made if it is attached then. */
export abstract class StreamWalk<Output extends PieceOutput>
  implements ValuePieces<Output>, StreamGuard, GroupGuard {
  readonly object: StreamValue;
  /** What consumers get that need not be looked at any more. */
  protected readonly mark: number = nextMark();
  #guard: PieceGuard | undefined;
  /** The next block to write, -1 at the end; of no use once the order is written down. */
  #position: number;
  /** From the next block on, in order; undefined while nothing has changed. */
  #order: BlockPlace[] | undefined;
  #at = 0;
  /** Those of them that are not written and have not changed. */
  readonly #waiting = new Set<number>();
  readonly #kept = new Map<number, Uint8Array>();
  protected readonly kept: KeptBytes = { bytes: 0 };
  readonly #slice = new Slice();
  /** The groups, in any order, and the next of them to write; -1 before the blocks are written. */
  protected readonly groups: readonly StreamGroup[];
  #groupAt = -1;
  /** Groups that have begun to be written, or to change before that. */
  readonly #opened = new Map<StreamGroup, GroupWalk<Output>>();
  /** Groups that were removed: this is to free them. */
  readonly #orphans = new Set<StreamGroup>();

  constructor(stream: StreamValue) {
    this.object = stream;
    this.#position = stream.blocks.first();
    this.groups = [...stream.groups?.values() ?? []];
  }

  get keptBytes(): number {
    return this.kept.bytes;
  }

  attach(guard: PieceGuard): void {
    this.#guard = guard;
    this.object.guard = this;
    for (const group of this.groups) group.guard = this;
  }

  /** Whether the stream may change before it is written. */
  protected get guarded(): boolean {
    return this.#guard !== undefined;
  }

  detach(): void {
    if (this.#guard === undefined) return;
    this.#guard = undefined;
    this.object.guard = undefined;
    const { groups } = this;
    for (let at = Math.max(this.#groupAt, 0); at < groups.length; at++) this.#letGo(groups[at]);
    this.#kept.clear();
    this.kept.bytes = 0;
  }

  abstract head(output: Output): void;

  /** Writes a block of entries as a dump holds it, and the ID that their IDs are relative to. */
  protected abstract block(output: Output, place: BlockId, bytes: Slice): void;

  /** Writes what comes between blocks and groups. */
  protected abstract afterBlocks(output: Output): void;

  /** A walk over a group as it is. */
  protected abstract open(group: StreamGroup): GroupWalk<Output>;

  beforeChange(ref: number): void {
    this.#guard?.beforeChange(ref);
  }

  before(_output: Output, ref: number): void {
    if (this.#order === undefined) this.#writeDownOrder();
    if (!this.#waiting.delete(ref)) return;
    this.object.readBlock(ref, this.#slice);
    const bytes = this.#slice.copy();
    this.kept.bytes += bytes.length;
    this.#kept.set(ref, bytes);
  }

  beforeGroup(group: StreamGroup): void {
    this.#walkOf(group);
  }

  beforeConsumer(group: StreamGroup, consumer: StreamConsumer): void {
    if (consumer.mark !== this.mark) this.#walkOf(group).keep(consumer);
    else this.#walkOf(group);
  }

  added(consumer: StreamConsumer): void {
    consumer.mark = this.mark;
  }

  takesGroup(group: StreamGroup): boolean {
    if (group.guard !== this) return false;
    this.#orphans.add(group);
    return true;
  }

  #walkOf(group: StreamGroup): GroupWalk<Output> {
    let walk = this.#opened.get(group);
    if (walk === undefined) this.#opened.set(group, walk = this.open(group));
    return walk;
  }

  /** A group is written, or never will be. */
  #letGo(group: StreamGroup): void {
    this.#opened.get(group)?.detach();
    this.#opened.delete(group);
    group.guard = undefined;
    if (this.#orphans.delete(group)) group.free();
  }

  #writeDownOrder(): void {
    const order: BlockPlace[] = this.#order = [], stream = this.object, { blocks } = stream;
    for (let at = this.#position; at >= 0; at = blocks.next(at)) {
      const ref = stream.blockAt(at);
      order.push({ milliseconds: blocks.milliseconds(at), sequence: blocks.sequence(at), ref });
      this.#waiting.add(ref);
    }
  }

  step(output: Output, elements: number): boolean {
    let left = elements;
    for (; left > 0 && this.#groupAt < 0; left -= BLOCK_ELEMENTS) {
      const place = this.#nextPlace();
      if (place !== undefined) this.#block(output, place);
      else {
        this.afterBlocks(output);
        this.#groupAt = 0;
      }
    }
    const { groups } = this;
    for (
      ;
      left > 0 && this.#groupAt >= 0 && this.#groupAt < groups.length;
      left -= GROUP_ELEMENTS
    ) {
      const group = groups[this.#groupAt];
      if (!this.#walkOf(group).step(output, left)) return false;
      this.#groupAt++;
      this.#letGo(group);
    }
    return this.#groupAt === groups.length;
  }

  #block(output: Output, place: BlockPlace): void {
    const { ref } = place, kept = this.#kept.get(ref);
    if (kept === undefined) {
      this.#waiting.delete(ref);
      this.object.readBlock(ref, this.#slice);
    } else {
      this.#kept.delete(ref); // another block may come to stand in its place
      this.kept.bytes -= kept.length;
      this.#slice.set(kept, 0, kept.length);
    }
    this.block(output, place, this.#slice);
  }

  /** The place of the next block, undefined at the end. */
  #nextPlace(): BlockPlace | undefined {
    if (this.#order !== undefined) return this.#order[this.#at++];
    const position = this.#position, stream = this.object, { blocks } = stream;
    if (position < 0) return undefined;
    this.#position = blocks.next(position);
    return {
      milliseconds: blocks.milliseconds(position),
      sequence: blocks.sequence(position),
      ref: stream.blockAt(position),
    };
  }
}

/** The ID of a block. */
export type BlockId = Pick<BlockPlace, "milliseconds" | "sequence">;
