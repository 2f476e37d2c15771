// A stream: entries in blocks that an index orders by ID, and what the stream says of itself.
import { copyBytes } from "../base/bytes.ts";
import { addInt64, type Integer64 } from "../base/int64.ts";
import type { Slice } from "../base/slice.ts";
import type { Arena } from "../memory/arena.ts";
import type { ChangeGuard } from "../memory/change_guard.ts";
import { IdIndex } from "../memory/id_index.ts";
import { type BlockWriter, differenceOf, textBytesOf } from "./stream_block.ts";
import { isPacked, listpackBytes } from "./stream_layout.ts";
import type { BlockPacker } from "./stream_packing.ts";
import type { StreamCursor } from "./stream_cursor.ts";
import { nameKey, StreamGroup, UNKNOWN_ENTRIES_READ } from "./stream_group.ts";
import { StreamId } from "./stream_id.ts";

/** Own words of a block in the index: its reference. */
const BLOCK_WORDS = 1;
/** Most room that a block has at once because the one before it took so much: it may be one long entry. */
const EXPECTED_MAX_BYTES = 64 * 1024;

/** What all streams share: they are used one at a time. */
export interface StreamTools {
  readonly arena: Arena;
  readonly writer: BlockWriter;
  readonly packer: BlockPacker;
  /** For walks that end before their function does. */
  readonly cursor: StreamCursor;
}

/** Told of a block before it changes or goes, and of groups. */
export interface StreamGuard extends ChangeGuard {
  /** A group is removed. True when the guard takes it over: it frees it once it has no more use for it. */
  takesGroup(group: StreamGroup): boolean;
}

/** One stream. */
export class StreamValue {
  /** Blocks of entries by the ID that their entries' IDs are relative to. */
  blocks: IdIndex;
  /** Number of entries that are not deleted. */
  length = 0;
  /** Entries ever added, deleted ones included. */
  entriesAdded: Integer64 = 0;
  /** ID of the first entry, 0-0 when there is none. */
  readonly firstId = new StreamId();
  /** The highest ID that was ever given out. */
  readonly lastId = new StreamId();
  /** The highest ID that XDEL ever removed, 0-0 for none. */
  readonly maxDeletedId = new StreamId();
  /** By the key of the name; undefined until there is one. */
  groups: Map<string, StreamGroup> | undefined;
  guard: StreamGuard | undefined = undefined;
  readonly #tools: StreamTools;
  /** The last block, 0 where it is to be found in the index, and its ID: what XADD needs each time. */
  #tail = 0;
  readonly #tailId = new StreamId();

  constructor(tools: StreamTools) {
    this.#tools = tools;
    this.blocks = new IdIndex(tools.arena, BLOCK_WORDS);
  }

  get arena(): Arena {
    return this.#tools.arena;
  }

  /** The reference of a block. */
  blockAt(position: number): number {
    return this.arena.i32[this.blocks.wordsOf(position)];
  }

  /** Says where a block is that moved. */
  #setBlock(position: number, ref: number): void {
    this.arena.i32[this.blocks.wordsOf(position)] = ref;
  }

  /**
   * Appends an entry: `count` fields and values in turn from `pairs[first]` on, at most
   * MAX_ENTRY_BYTES together. The ID is above `lastId`. When memory runs out, nothing has changed.
   */
  append(id: StreamId, pairs: readonly Slice[], first: number, count: number): void {
    const { writer } = this.#tools;
    if (this.#tail === 0) this.#findTail();
    if (this.#tail !== 0) this.guard?.beforeChange(this.#tail);
    if (this.#tail === 0) this.#addBlock(id, pairs, first, count, 0);
    else if (writer.isFull(this.#tail, textBytesOf(pairs, first, count))) {
      const bytes = listpackBytes(this.arena, this.#tail);
      this.#tail = this.#close(this.blocks.last());
      // The next block will most likely become as large as this one.
      const expected = Math.min(bytes + (bytes >>> 5), EXPECTED_MAX_BYTES);
      this.#addBlock(id, pairs, first, count, expected);
    } else if (isPacked(this.arena, this.#tail)) {
      this.openBlock(this.blocks.last());
      this.#findTail();
    }
    const block = this.#tailId;
    const milliseconds = differenceOf(id.word0, id.word1, block.word0, block.word1);
    const sequence = differenceOf(id.word2, id.word3, block.word2, block.word3);
    const ref = writer.append(this.#tail, milliseconds, sequence, pairs, first, count);
    if (ref !== this.#tail) this.#setBlock(this.blocks.last(), this.#tail = ref);
    this.entriesAdded = addInt64(this.entriesAdded, 1) ?? this.entriesAdded;
    this.lastId.copyFrom(id);
    if (++this.length === 1) this.firstId.copyFrom(id);
  }

  /** A block takes no more entries: it is made as small as it can be. Answers where it is now. */
  #close(position: number): number {
    const { arena, writer, packer } = this.#tools, ref = this.blockAt(position);
    if (isPacked(arena, ref)) return ref;
    const closed = packer.pack(ref) || writer.fit(ref);
    this.#setBlock(position, closed);
    return closed;
  }

  /** Makes a block one that can be changed; all offsets in it are stale. */
  openBlock(position: number): void {
    const { arena, packer } = this.#tools, ref = this.blockAt(position);
    if (!isPacked(arena, ref)) return;
    this.#setBlock(position, packer.unpack(ref));
    this.#tail = 0;
  }

  /**
   * As {@link openBlock}, with room to count so many entries as deleted: what follows cannot fail.
   * Answers where the block is now.
   */
  openToDelete(position: number, entries: number): number {
    this.openBlock(position);
    const ref = this.blockAt(position);
    const roomy = this.#tools.writer.reserveDeleted(ref, entries);
    if (roomy !== ref) {
      this.#setBlock(position, roomy);
      this.#tail = 0;
    }
    return roomy;
  }

  /** Points the slice at a block as a dump holds it; valid until the next block is read or changed. */
  readBlock(ref: number, slice: Slice): void {
    this.#tools.packer.read(ref, slice);
  }

  #findTail(): void {
    const { blocks } = this, last = blocks.last();
    if (last < 0) return;
    this.#tail = this.blockAt(last);
    blocks.readId(last, this.#tailId);
  }

  /** Adds a block that has room for its first entry: appending it cannot fail any more. */
  #addBlock(
    id: StreamId,
    pairs: readonly Slice[],
    first: number,
    count: number,
    expectedBytes: number,
  ): void {
    const ref = this.#tools.writer.create(pairs, first, count, expectedBytes);
    this.#enterBlock(id, ref);
    this.#tail = ref;
    this.#tailId.copyFrom(id);
  }

  /** Enters a block in the index and answers its position; it is freed where that fails. */
  #enterBlock(id: StreamId, ref: number): number {
    try {
      const position = this.blocks.insert(id);
      this.#setBlock(position, ref);
      return position;
    } catch (error) {
      this.arena.free(ref);
      throw error;
    }
  }

  /** Adds a whole block as it stands in a dump; there is none of its ID. Answers its live entries. */
  addBlock(id: StreamId, bytes: Uint8Array, start: number, end: number): number {
    const { arena, blocks } = this;
    const ref = arena.allocate(end - start);
    copyBytes(bytes, start, end, arena.u8, ref * 8);
    const position = this.#enterBlock(id, ref);
    this.#tail = 0;
    if (position === blocks.last() && blocks.size > 1) this.#close(blocks.previous(position));
    return this.#tools.writer.liveEntries(ref);
  }

  /** Makes room for the deletion of up to `entries` of a block, the one that an entry stands in. */
  prepareDelete(id: StreamId, entries: number): void {
    const { cursor } = this.#tools;
    cursor.begin(this.blocks, id, id);
    if (!cursor.next()) return;
    const position = cursor.block;
    this.guard?.beforeChange(this.blockAt(position));
    this.openToDelete(position, entries);
  }

  /** Removes an entry; false when there is none of the ID. `firstId` is the caller's to renew. */
  delete(id: StreamId): boolean {
    const { cursor, writer } = this.#tools;
    cursor.begin(this.blocks, id, id);
    if (!cursor.next()) return false;
    const position = cursor.block, ref = this.blockAt(position);
    if (writer.liveEntries(ref) <= 1) this.removeBlock(position);
    else {
      this.guard?.beforeChange(ref);
      if (this.openToDelete(position, 1) !== ref) {
        cursor.begin(this.blocks, id, id);
        cursor.next();
      }
      writer.markDeleted(cursor.flagsAt);
      this.countDeleted(position, 1);
    }
    return true;
  }

  /** Removes a block with all its entries. */
  removeBlock(position: number): void {
    const { arena, writer } = this.#tools, ref = this.blockAt(position);
    this.guard?.beforeChange(ref);
    this.length -= writer.liveEntries(ref);
    this.#tail = 0;
    this.blocks.remove(position);
    arena.free(ref);
  }

  /** Counts `entries` of a block as deleted, which were marked so after {@link openToDelete}. */
  countDeleted(position: number, entries: number): void {
    this.#tools.writer.countDeleted(this.blockAt(position), entries);
    this.#tail = 0;
    this.length -= entries;
  }

  /** Whether there is an entry of that ID. */
  has(id: StreamId): boolean {
    const { cursor } = this.#tools;
    cursor.begin(this.blocks, id, id);
    return cursor.next();
  }

  /** Sets `id` to the first or last entry's; 0-0 for an empty stream. */
  readEdge(id: StreamId, last: boolean): void {
    const { cursor } = this.#tools;
    cursor.beginAll(this.blocks, last);
    if (cursor.next()) id.copyFrom(cursor.id);
    else id.set(0, 0);
  }

  /** Whether the last entry's ID is above `id`. */
  hasAfter(id: StreamId): boolean {
    if (this.length === 0) return false;
    const { cursor } = this.#tools;
    cursor.beginAll(this.blocks, true);
    return cursor.next() && cursor.id.compare(id) > 0;
  }

  /** Finds the first entry again, after entries went. */
  renewFirstId(): void {
    this.readEdge(this.firstId, false);
  }

  group(name: Slice): StreamGroup | undefined {
    return this.groups?.get(nameKey(name));
  }

  /** Adds a group; there is none of that name. */
  createGroup(name: Slice, lastId: StreamId, entriesRead: Integer64): StreamGroup {
    const group = new StreamGroup(this.arena, name.copy(), lastId, entriesRead);
    (this.groups ??= new Map()).set(nameKey(name), group);
    return group;
  }

  removeGroup(group: StreamGroup, name: Slice): void {
    this.groups!.delete(nameKey(name));
    if (this.guard?.takesGroup(group) !== true) group.free();
  }

  /** Whether XDEL may have removed an entry whose ID is not below `start`. */
  hasGapFrom(start: StreamId): boolean {
    if (this.length === 0 || this.maxDeletedId.isZero) return false;
    if (this.firstId.compare(this.maxDeletedId) > 0) return false;
    return start.compare(this.maxDeletedId) <= 0;
  }

  /**
   * How many entries were ever added up to an ID, where that can be told without counting, else
   * UNKNOWN_ENTRIES_READ: of the last entry, of the first one, or of what lies before.
   */
  entriesUpTo(id: StreamId): Integer64 {
    const { entriesAdded, length } = this;
    if (entriesAdded === 0) return 0;
    const toLast = id.compare(this.lastId);
    if (toLast === 0 || length === 0 && toLast < 0) return entriesAdded;
    if (toLast > 0) return UNKNOWN_ENTRIES_READ;
    if (this.maxDeletedId.isZero || this.maxDeletedId.compare(this.firstId) < 0) {
      const toFirst = id.compare(this.firstId);
      if (toFirst < 0) return addInt64(entriesAdded, -length) ?? UNKNOWN_ENTRIES_READ;
      if (toFirst === 0) return addInt64(entriesAdded, 1 - length) ?? UNKNOWN_ENTRIES_READ;
    }
    return UNKNOWN_ENTRIES_READ;
  }

  /** Entries that a group has still to read, undefined when that cannot be told. */
  lagOf(group: StreamGroup): Integer64 | undefined {
    if (this.entriesAdded === 0) return 0;
    let read = group.entriesRead;
    if (read === UNKNOWN_ENTRIES_READ || this.hasGapFrom(group.lastId)) {
      read = this.entriesUpTo(group.lastId);
      if (read === UNKNOWN_ENTRIES_READ) return undefined;
    }
    return addInt64(this.entriesAdded, -read as Integer64);
  }

  /** A group reads an entry that is above all it read before. */
  advance(group: StreamGroup, id: StreamId): void {
    group.willChange();
    if (group.entriesRead !== UNKNOWN_ENTRIES_READ && !this.hasGapFrom(id)) {
      group.entriesRead = addInt64(group.entriesRead, 1) ?? group.entriesRead;
    } else if (this.entriesAdded !== 0) group.entriesRead = this.entriesUpTo(id);
    group.lastId.copyFrom(id);
  }

  /** Elements that freeing is about: blocks, groups, their pending entries and consumers. */
  get parts(): number {
    let parts = this.blocks.size;
    for (const group of this.groups?.values() ?? []) parts += group.parts;
    return parts;
  }

  /** Bytes of arena memory; the mean of the first `samples` blocks stands for the others. */
  bytesOf(samples: number): number {
    const { blocks, arena } = this;
    let entries = 0, seen = 0;
    for (let at = blocks.first(); at >= 0 && seen < samples; at = blocks.next(at)) {
      entries += arena.usableBytes(this.blockAt(at));
      seen++;
    }
    let total = blocks.bytes;
    if (seen > 0) total += Math.round(entries / seen * blocks.size);
    for (const group of this.groups?.values() ?? []) total += group.bytes;
    return total;
  }

  /** An independent copy. When memory runs out, nothing is left of it. */
  copy(): StreamValue {
    const copy = new StreamValue(this.#tools);
    try {
      this.#copyBlocks(copy);
      for (const [name, group] of this.groups ?? []) {
        (copy.groups ??= new Map()).set(name, group.copy());
      }
    } catch (error) {
      copy.free();
      throw error;
    }
    copy.length = this.length;
    copy.entriesAdded = this.entriesAdded;
    copy.firstId.copyFrom(this.firstId);
    copy.lastId.copyFrom(this.lastId);
    copy.maxDeletedId.copyFrom(this.maxDeletedId);
    return copy;
  }

  #copyBlocks(copy: StreamValue): void {
    const { blocks, arena } = this, id = new StreamId();
    for (let at = blocks.first(); at >= 0; at = blocks.next(at)) {
      const from = this.blockAt(at);
      const bytes = isPacked(arena, from) ? arena.usableBytes(from) : arena.i32[from * 2];
      const ref = arena.allocate(bytes);
      arena.u8.copyWithin(ref * 8, from * 8, from * 8 + bytes);
      blocks.readId(at, id);
      copy.#enterBlock(id, ref);
    }
  }

  free(): void {
    this.drain(Infinity);
  }

  /** Frees about so many blocks, pending entries and consumers; true when nothing is left. */
  drain(parts: number): boolean {
    const { arena, blocks } = this;
    this.length = this.#tail = 0;
    let left = parts - blocks.size;
    if (!blocks.drain(parts, (word) => arena.free(arena.i32[word]))) return false;
    for (const [name, group] of this.groups ?? []) {
      if (left <= 0) return false;
      const size = group.parts;
      if (!group.drain(left)) return false;
      this.groups!.delete(name);
      left -= size;
    }
    this.groups = undefined;
    return true;
  }
}
