// Blocks that take no more entries are kept without what follows from the rest: of small entries
// that is more than half.
import { copyBytes } from "../base/bytes.ts";
import type { Slice } from "../base/slice.ts";
import type { Arena } from "../memory/arena.ts";
import { ElementWriter, writeBackLength } from "../memory/listpack_element.ts";
import {
  backLengthBytes,
  elementBytes,
  elementInteger,
  LISTPACK_COUNT_UNKNOWN,
  LISTPACK_END,
  LISTPACK_HEADER_BYTES,
} from "../memory/listpack_format.ts";
import { readUint16, writeInt16, writeInt32 } from "../memory/little_endian.ts";
import {
  elementSize,
  ENTRY_SAME_FIELDS,
  isPacked,
  listpackBytes,
  PACKED_HEADER_BYTES,
  packedEntries,
  packedHasSequences,
  smallInteger,
} from "./stream_layout.ts";

/** Larger blocks stay listpacks: packing one is not to take long. */
const PACKED_MAX_BYTES = 64 * 1024;
/** Packing is for saving one byte of so many at least ... */
const LEAST_SAVING = 8;
/** ... and it saves about so many bytes of an entry, and one more of each field. */
const ENTRY_SAVED_BYTES = 6;
/** Elements that a loop copies sooner than a function is called. */
const LOOPED_BYTES = 16;
/** Of more fields the number of an entry's elements would take more than one byte. */
const MAX_FIELDS = 124;
/** Elements of an entry besides its values; and of the master record besides the fields. */
const ENTRY_ELEMENTS = 4;
const MASTER_ELEMENTS = 4;

/** Packs and unpacks blocks; one object serves all streams. */
export class BlockPacker {
  readonly arena: Arena;
  readonly #element = new ElementWriter();
  /** What is packed is written here first, and what is only read is unpacked to it. */
  #scratch = new Uint8Array(0);
  /** In the scratch. */
  #to = 0;
  /** In the block that is read. */
  #from = 0;
  #entries = 0;

  constructor(arena: Arena) {
    this.arena = arena;
  }

  /**
   * Packs a listpack where it becomes smaller by that; answers where the block is now, 0 where it
   * stays as it is. When memory runs out, nothing has changed.
   */
  pack(ref: number): number {
    const { arena } = this, total = arena.i32[ref * 2];
    if (total > PACKED_MAX_BYTES || this.#isHopeless(ref, total)) return 0;
    this.#reserve(PACKED_MAX_BYTES);
    let sequences = 0;
    if (!this.#write(ref, false)) {
      sequences = 1;
      if (!this.#write(ref, true)) return 0;
    }
    if (this.#to > total - total / LEAST_SAVING) return 0;
    const packed = arena.allocate(this.#to);
    copyBytes(
      this.#scratch,
      PACKED_HEADER_BYTES,
      this.#to,
      arena.u8,
      packed * 8 + PACKED_HEADER_BYTES,
    );
    arena.i32[packed * 2] = -total;
    arena.i32[packed * 2 + 1] = this.#entries << 1 | sequences;
    arena.free(ref);
    return packed;
  }

  /** Whether values are so long that the rest does not matter. */
  #isHopeless(ref: number, total: number): boolean {
    const { u8 } = this.arena, live = ref * 8 + LISTPACK_HEADER_BYTES;
    const fields = u8[live + elementBytes(u8, live) + 2];
    return total > (fields + ENTRY_SAVED_BYTES) * smallInteger(u8, live) * LEAST_SAVING;
  }

  #reserve(bytes: number): void {
    if (this.#scratch.length < bytes) this.#scratch = new Uint8Array(bytes);
  }

  /** Writes a block packed to the scratch; false where it cannot be packed, or only with sequences. */
  #write(ref: number, sequences: boolean): boolean {
    const { u8 } = this.arena, live = ref * 8 + LISTPACK_HEADER_BYTES;
    this.#to = PACKED_HEADER_BYTES;
    let at = live + elementBytes(u8, live);
    if (u8[at] !== 0) return false; // some are deleted
    const fields = u8[at + 2];
    if (fields > MAX_FIELDS) return false;
    this.#from = at + 2;
    this.#pack(u8, fields + 1);
    at = this.#from;
    if (u8[at] !== 0) return false;
    at += 2;
    let entries = 0;
    for (; u8[at] !== LISTPACK_END; entries++) {
      if (u8[at] !== ENTRY_SAME_FIELDS) return false;
      this.#from = at + 2;
      if (sequences) this.#pack(u8, fields + 2);
      else {
        this.#pack(u8, 1);
        if (u8[this.#from] !== 0) return false;
        this.#from += 2;
        this.#pack(u8, fields);
      }
      at = this.#from;
      if (u8[at] !== fields + 3) return false;
      at += 2;
    }
    this.#scratch[this.#to++] = LISTPACK_END;
    this.#entries = entries;
    return this.#isCanonical(ref, fields, entries);
  }

  /** Packs elements of a listpack. */
  #pack(u8: Uint8Array, count: number): void {
    const scratch = this.#scratch;
    let from = this.#from, to = this.#to;
    for (; count > 0; count--) {
      if (u8[from] < 0x80) {
        scratch[to++] = u8[from];
        from += 2;
        continue;
      }
      const size = elementSize(u8, from);
      if (size <= LOOPED_BYTES) {
        for (const end = from + size; from < end; from++) scratch[to++] = u8[from];
        from++;
        continue;
      }
      copyBytes(u8, from, from + size, scratch, to);
      to += size;
      from += size + backLengthBytes(size);
    }
    this.#from = from;
    this.#to = to;
  }

  /** Whether the counts of a listpack say what they should, as unpacking would write them. */
  #isCanonical(ref: number, fields: number, entries: number): boolean {
    const { u8 } = this.arena, live = ref * 8 + LISTPACK_HEADER_BYTES;
    if (readUint16(u8, ref * 8 + 4) !== elementsOf(fields, entries)) return false;
    this.#element.chooseInteger(entries);
    return elementInteger(u8, live) === entries && elementBytes(u8, live) === this.#element.size;
  }

  /** Makes a packed block a listpack again; answers where it is now. All offsets are stale. */
  unpack(ref: number): number {
    const { arena } = this, listpack = arena.allocate(listpackBytes(arena, ref));
    this.#writeListpack(ref, arena.u8, listpack * 8);
    arena.free(ref);
    return listpack;
  }

  /** Points the slice at a block as a listpack; valid until the next block is read or changed. */
  read(ref: number, slice: Slice): void {
    const { arena } = this, bytes = listpackBytes(arena, ref);
    if (!isPacked(arena, ref)) return slice.set(arena.u8, ref * 8, ref * 8 + bytes);
    this.#reserve(bytes);
    this.#writeListpack(ref, this.#scratch, 0);
    slice.set(this.#scratch, 0, bytes);
  }

  /** Writes a packed block as a listpack. */
  #writeListpack(ref: number, target: Uint8Array, start: number): void {
    const { arena } = this, { u8 } = arena;
    const entries = packedEntries(arena, ref), sequences = packedHasSequences(arena, ref);
    const from = ref * 8 + PACKED_HEADER_BYTES, fields = u8[from];
    this.#from = from;
    writeInt32(target, start, listpackBytes(arena, ref));
    writeInt16(target, start + 4, elementsOf(fields, entries));
    this.#to = start + LISTPACK_HEADER_BYTES;
    this.#element.chooseInteger(entries);
    this.#element.write(target, this.#to);
    this.#to += this.#element.size;
    this.#small(target, 0);
    this.#unpack(target, fields + 1);
    this.#small(target, 0);
    for (let entry = 0; entry < entries; entry++) {
      this.#small(target, ENTRY_SAME_FIELDS);
      this.#unpack(target, 1);
      if (sequences) this.#unpack(target, 1);
      else this.#small(target, 0);
      this.#unpack(target, fields);
      this.#small(target, fields + 3);
    }
    target[this.#to++] = LISTPACK_END;
  }

  #small(target: Uint8Array, integer: number): void {
    target[this.#to++] = integer;
    target[this.#to++] = 1;
  }

  /** Writes elements with the lengths behind them. */
  #unpack(target: Uint8Array, count: number): void {
    const { u8 } = this.arena;
    for (; count > 0; count--) {
      const from = this.#from, size = elementSize(u8, from);
      copyBytes(u8, from, from + size, target, this.#to);
      writeBackLength(target, this.#to + size, size);
      this.#from = from + size;
      this.#to += size + backLengthBytes(size);
    }
  }
}

/** Elements of a listpack, as its header says it. */
function elementsOf(fields: number, entries: number): number {
  const elements = MASTER_ELEMENTS + fields + entries * (ENTRY_ELEMENTS + fields);
  return Math.min(elements, LISTPACK_COUNT_UNKNOWN);
}
