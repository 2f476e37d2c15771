// Walks over the entries of a stream between two IDs, in either direction, without allocating.
import { type Integer64, INTEGER64_TEXT_MAX, UINT64_MAX } from "../base/int64.ts";
import { Slice } from "../base/slice.ts";
import type { Arena } from "../memory/arena.ts";
import type { IdIndex } from "../memory/id_index.ts";
import { elementTextInto } from "../memory/listpack_element.ts";
import {
  elementBefore,
  elementBytes,
  elementInteger,
  LISTPACK_END,
  LISTPACK_HEADER_BYTES,
} from "../memory/listpack_format.ts";
import { addDifference } from "./stream_block.ts";
import {
  elementSize,
  ENTRY_DELETED,
  ENTRY_SAME_FIELDS,
  isPacked,
  PACKED_HEADER_BYTES,
  packedEntries,
  packedHasSequences,
  smallInteger,
} from "./stream_layout.ts";
import { StreamId } from "./stream_id.ts";

/** The difference of two parts of an ID, NaN where it may not be a safe number. */
function numberDifference(a: Integer64, b: Integer64): number {
  return typeof a === "number" && typeof b === "number" ? a - b : NaN;
}

/** In place of a number of entries: nobody has looked for them. */
const NOT_FOUND = -1;
const LOWEST = new StreamId();
const HIGHEST = new StreamId(UINT64_MAX, UINT64_MAX);

/**
 * A walk. After `next` answered true, `id` and `fieldCount` are those of the entry, and `nextField`
 * may be called `fieldCount` times. No write to the stream may come between.
 */
export class StreamCursor {
  readonly arena: Arena;
  readonly id = new StreamId();
  fieldCount = 0;
  /** The field and value that `nextField` came to; valid until it is called again. */
  readonly field = new Slice();
  readonly value = new Slice();
  #blocks!: IdIndex;
  readonly #start = new StreamId();
  readonly #end = new StreamId();
  #reverse = false;
  readonly #blockId = new StreamId();
  #block = -1;
  /** Whether the block is packed, and has sequence numbers then. */
  #packed = false;
  #sequences = false;
  #masterFields = 0;
  #masterFieldsAt = 0;
  #sameFields = false;
  #flagsAt = 0;
  /** Forward: the element to read next. Backward: the element behind the entry to read next. */
  #at = 0;
  /**
   * Of a packed block that is walked backward: how far behind its first entry each one begins, as
   * 32 bits do not hold every byte of the arena; where that is; and how many are left.
   */
  #entriesAt = new Int32Array(0);
  #firstEntryAt = 0;
  #entriesLeft = 0;
  #masterAt = 0;
  #fieldAt = 0;
  #fieldsLeft = 0;
  readonly #fieldDigits = new Uint8Array(INTEGER64_TEXT_MAX);
  readonly #valueDigits = new Uint8Array(INTEGER64_TEXT_MAX);

  constructor(arena: Arena) {
    this.arena = arena;
  }

  /** Begins a walk over the entries from `start` to `end`, both included; `reverse` from the end. */
  begin(blocks: IdIndex, start: StreamId, end: StreamId, reverse = false): void {
    this.#blocks = blocks;
    this.#start.copyFrom(start);
    this.#end.copyFrom(end);
    this.#reverse = reverse;
    this.#fieldsLeft = 0;
    const from = reverse ? end : start;
    const block = blocks.floor(from);
    if (block >= 0) {
      this.#open(block);
      this.#skipTo(from);
    } else this.#open(reverse ? -1 : blocks.first());
  }

  /** Begins a walk over all entries. */
  beginAll(blocks: IdIndex, reverse = false): void {
    this.begin(blocks, LOWEST, HIGHEST, reverse);
  }

  /** Sets `id` to the first entry's of a block, deleted or not; 0-0 when it has none. */
  readFirstOf(blocks: IdIndex, block: number): void {
    this.#blocks = blocks;
    this.#reverse = false;
    this.#open(block);
    this.#block = -1; // this is no walk
    const { u8 } = this.arena;
    this.#skipRest(u8);
    if (u8[this.#at] === LISTPACK_END) this.id.set(0, 0);
    else this.#readEntry(u8, this.#at);
  }

  /** Sets `id` to the last entry's of a block, deleted or not; 0-0 when it has none. */
  readLastOf(blocks: IdIndex, block: number): void {
    this.#blocks = blocks;
    this.#reverse = true;
    this.#open(block);
    this.#block = -1; // this is no walk
    const { u8 } = this.arena, at = this.#entryBefore(u8);
    if (at >= 0) this.#readEntry(u8, at);
    else this.id.set(0, 0);
  }

  /** Goes to the next entry that is not deleted; false when there is none in the range. */
  next(): boolean {
    if (this.#reverse) return this.#nextBackward();
    const { u8 } = this.arena;
    while (this.#block >= 0) {
      this.#skipRest(u8);
      if (u8[this.#at] === LISTPACK_END) {
        this.#open(this.#blocks.next(this.#block));
        continue;
      }
      const flags = this.#readEntry(u8, this.#at);
      if (this.id.compare(this.#end) > 0) break;
      if ((flags & ENTRY_DELETED) === 0 && this.id.compare(this.#start) >= 0) return true;
    }
    this.#block = -1;
    return false;
  }

  #nextBackward(): boolean {
    const { u8 } = this.arena;
    while (this.#block >= 0) {
      const at = this.#entryBefore(u8);
      if (at < 0) {
        this.#open(this.#blocks.previous(this.#block));
        continue;
      }
      const flags = this.#readEntry(u8, at);
      this.#at = at;
      if (this.id.compare(this.#start) < 0) break;
      if ((flags & ENTRY_DELETED) === 0 && this.id.compare(this.#end) <= 0) return true;
    }
    this.#block = -1;
    return false;
  }

  /** Where the entry before begins; -1 when there is none in the block. */
  #entryBefore(u8: Uint8Array): number {
    if (this.#packed) {
      if (this.#entriesLeft === NOT_FOUND) this.#findEntries(u8, Infinity);
      if (this.#entriesLeft === 0) return -1;
      return this.#firstEntryAt + this.#entriesAt[--this.#entriesLeft];
    }
    let at = elementBefore(u8, this.#at);
    let elements = smallInteger(u8, at);
    if (elements === 0) return -1;
    for (; elements > 0; elements--) at = elementBefore(u8, at);
    return at;
  }

  /** Goes to the entry's next field. */
  nextField(): void {
    const { u8 } = this.arena;
    if (this.#sameFields) {
      elementTextInto(u8, this.#masterAt, this.field, this.#fieldDigits);
      this.#masterAt += this.#step(u8, this.#masterAt);
    } else {
      elementTextInto(u8, this.#fieldAt, this.field, this.#fieldDigits);
      this.#fieldAt += elementBytes(u8, this.#fieldAt);
    }
    elementTextInto(u8, this.#fieldAt, this.value, this.#valueDigits);
    this.#fieldAt += this.#step(u8, this.#fieldAt);
    this.#fieldsLeft--;
  }

  /** All bytes of an element, as blocks of this kind hold it. */
  #step(u8: Uint8Array, at: number): number {
    return this.#packed ? elementSize(u8, at) : elementBytes(u8, at);
  }

  /** Position of the entry's block in the index, and where in the arena its flags stand. */
  get block(): number {
    return this.#block;
  }

  get flagsAt(): number {
    return this.#flagsAt;
  }

  #open(block: number): void {
    this.#block = block;
    if (block < 0) return;
    const { u8, i32 } = this.arena, blocks = this.#blocks;
    blocks.readId(block, this.#blockId);
    const ref = i32[blocks.wordsOf(block)];
    this.#packed = isPacked(this.arena, ref);
    if (this.#packed) return this.#openPacked(u8, ref);
    let at = ref * 8 + LISTPACK_HEADER_BYTES;
    at += elementBytes(u8, at);
    at += elementBytes(u8, at);
    this.#masterFields = smallInteger(u8, at);
    at += elementBytes(u8, at);
    this.#masterFieldsAt = at;
    this.#fieldsLeft = 0;
    if (this.#reverse) this.#at = ref * 8 + i32[ref * 2] - 1;
    else {
      for (let i = 0; i < this.#masterFields; i++) at += elementBytes(u8, at);
      this.#fieldAt = at; // the zero there is skipped as the last element of an entry is
    }
  }

  #openPacked(u8: Uint8Array, ref: number): void {
    let at = ref * 8 + PACKED_HEADER_BYTES;
    this.#sequences = packedHasSequences(this.arena, ref);
    this.#masterFields = u8[at++];
    this.#masterFieldsAt = at;
    this.#fieldsLeft = 0;
    this.#sameFields = true;
    for (let i = 0; i < this.#masterFields; i++) at += elementSize(u8, at);
    this.#fieldAt = this.#firstEntryAt = at;
    if (!this.#reverse) return;
    const entries = packedEntries(this.arena, ref);
    if (this.#entriesAt.length < entries) this.#entriesAt = new Int32Array(entries * 2);
    this.#entriesLeft = NOT_FOUND;
  }

  /**
   * Writes down where the entries of a packed block begin, for nothing in it leads backward: up to
   * those that are so many milliseconds later than the block.
   */
  #findEntries(u8: Uint8Array, limitMs: number): void {
    const elements = this.#masterFields + (this.#sequences ? 2 : 1), entriesAt = this.#entriesAt;
    const first = this.#firstEntryAt;
    let at = first, found = 0;
    while (u8[at] !== LISTPACK_END) {
      const ms = u8[at] < 0x80 ? u8[at] : elementInteger(u8, at);
      // What would be negative is very large: see below.
      if (ms > limitMs || ms < 0 && limitMs !== Infinity) break;
      entriesAt[found++] = at - first;
      for (let i = 0; i < elements; i++) at += elementSize(u8, at);
    }
    this.#entriesLeft = found;
  }

  /**
   * Goes to where the walk begins in the block that was opened, as far as small numbers tell: it is
   * only for speed, the walk itself looks at every ID (measured: a third of the time of XRANGE with a
   * small COUNT).
   */
  #skipTo(id: StreamId): void {
    const { milliseconds, sequence } = id;
    const wantedMs = numberDifference(milliseconds, this.#blockId.milliseconds);
    if (this.#packed && this.#reverse) {
      if (wantedMs === wantedMs) this.#findEntries(this.arena.u8, wantedMs);
      return;
    }
    let wantedSequence = numberDifference(sequence, this.#blockId.sequence);
    if (this.#reverse && sequence === UINT64_MAX) wantedSequence = Infinity;
    if (wantedMs !== wantedMs || wantedSequence !== wantedSequence) return;
    if (this.#packed) return this.#skipPacked(wantedMs, wantedSequence);
    const { u8 } = this.arena, blockSequence = this.#blockId.sequence;
    let last = this.#masterFieldsAt;
    for (let i = 0; i < this.#masterFields; i++) last += elementBytes(u8, last);
    let at = last + elementBytes(u8, last);
    while (u8[at] !== LISTPACK_END) {
      const flags = smallInteger(u8, at);
      let next = at + elementBytes(u8, at);
      const entryMs = elementInteger(u8, next);
      // Differences of IDs beyond 2^63 wrap: a part that would be negative is a very large one.
      if (entryMs > wantedMs || entryMs < 0) break;
      next += elementBytes(u8, next);
      if (entryMs === wantedMs) {
        const entrySequence = elementInteger(u8, next);
        const wrapped = entrySequence < -blockSequence && wantedSequence !== Infinity;
        if (entrySequence > wantedSequence || wrapped) break;
        if (entrySequence === wantedSequence && !this.#reverse) break;
      }
      next += elementBytes(u8, next);
      let elements = this.#masterFields;
      if ((flags & ENTRY_SAME_FIELDS) === 0) {
        elements = 2 * smallInteger(u8, next);
        next += elementBytes(u8, next);
      }
      for (; elements > 0; elements--) next += elementBytes(u8, next);
      last = next;
      at = next + elementBytes(u8, next);
    }
    if (this.#reverse) this.#at = at;
    else this.#fieldAt = last;
  }

  /** {@link #skipTo} for a walk forward over a packed block. */
  #skipPacked(wantedMs: number, wantedSequence: number): void {
    const { u8 } = this.arena, fields = this.#masterFields, blockSequence = this.#blockId.sequence;
    let at = this.#fieldAt;
    while (u8[at] !== LISTPACK_END) {
      const entryMs = elementInteger(u8, at);
      if (entryMs > wantedMs || entryMs < 0) break;
      let next = at + elementSize(u8, at);
      if (entryMs === wantedMs) {
        const entrySequence = this.#sequences ? elementInteger(u8, next) : 0;
        if (entrySequence >= wantedSequence || entrySequence < -blockSequence) break;
      }
      if (this.#sequences) next += elementSize(u8, next);
      for (let i = 0; i < fields; i++) next += elementSize(u8, next);
      at = next;
    }
    this.#fieldAt = at;
  }

  /** Forward: goes behind the entry that was read last. */
  #skipRest(u8: Uint8Array): void {
    let at = this.#fieldAt;
    if (this.#packed) {
      for (let left = this.#fieldsLeft; left > 0; left--) at += elementSize(u8, at);
      this.#at = at;
      return;
    }
    const elements = this.#sameFields ? this.#fieldsLeft : 2 * this.#fieldsLeft;
    for (let i = 0; i < elements; i++) at += elementBytes(u8, at);
    this.#at = at + elementBytes(u8, at); // the number of elements, or the zero of the master record
  }

  /** Reads flags, ID and number of fields of the entry at `at`; answers the flags. */
  #readEntry(u8: Uint8Array, at: number): number {
    if (this.#packed) return this.#readPacked(u8, at);
    this.#flagsAt = at;
    const flags = smallInteger(u8, at);
    at += elementBytes(u8, at);
    const milliseconds = elementInteger(u8, at);
    at += elementBytes(u8, at);
    addDifference(this.id, this.#blockId, milliseconds, elementInteger(u8, at));
    at += elementBytes(u8, at);
    this.#sameFields = (flags & ENTRY_SAME_FIELDS) !== 0;
    if (this.#sameFields) this.fieldCount = this.#masterFields;
    else {
      this.fieldCount = smallInteger(u8, at);
      at += elementBytes(u8, at);
    }
    this.#masterAt = this.#masterFieldsAt;
    this.#fieldAt = at;
    this.#fieldsLeft = this.fieldCount;
    return flags;
  }
  #readPacked(u8: Uint8Array, at: number): number {
    const milliseconds = elementInteger(u8, at);
    at += elementSize(u8, at);
    if (this.#sequences) {
      addDifference(this.id, this.#blockId, milliseconds, elementInteger(u8, at));
      at += elementSize(u8, at);
    } else addDifference(this.id, this.#blockId, milliseconds, 0);
    this.fieldCount = this.#fieldsLeft = this.#masterFields;
    this.#masterAt = this.#masterFieldsAt;
    this.#fieldAt = at;
    return ENTRY_SAME_FIELDS;
  }
}
