// A listpack that may stand anywhere in its block, so that both of its ends are cheap to edit.
import { Listpack } from "./listpack.ts";
import { LISTPACK_END, LISTPACK_HEADER_BYTES } from "./listpack_format.ts";
import { readUint16, writeInt16 } from "./little_endian.ts";

/**
 * The listpack of a list's node. Redis moves all that follows when an element is pushed or popped at
 * the head; here the header moves instead, and blocks grow by half, up to the limit of a node.
 */
export class NodeListpack extends Listpack {
  /** Where growing ends, bytes; a listpack beyond it gets what it needs. */
  growthLimit = 0;

  /** Removes all from `position` on and answers how many were `elements`. */
  truncate(position: number, elements: number): void {
    this.splice(position, this.bytes - 1 - position, 0, -elements);
    this.position = 0;
  }

  /** Moves the listpack to the end of its block, with all room before it. */
  toEnd(): void {
    const bytes = this.bytes, start = this.arena.usableBytes(this.ref) - bytes;
    this.arena.u8.copyWithin(this.ref * 8 + start, this.base, this.base + bytes);
    this.start = start;
  }

  /** Moves the listpack to the beginning of its block, where others than lists expect it. */
  toBeginning(): void {
    if (this.start === 0) return;
    this.arena.u8.copyWithin(this.ref * 8, this.base, this.base + this.bytes);
    this.start = 0;
  }

  protected override openGap(
    position: number,
    removed: number,
    added: number,
    total: number,
  ): void {
    const grown = added - removed;
    const newTotal = total + grown;
    const usable = this.arena.usableBytes(this.ref);
    if (newTotal > usable) return this.#reallocate(position, removed, added, total);
    const { u8 } = this.arena, base = this.base;
    const from = position + removed;
    const nearHead = position < total - from;
    if (nearHead && this.start >= grown) {
      moveHead(u8, base, base - grown, position);
      this.start -= grown;
    } else if (!nearHead && usable - this.start >= newTotal) {
      if (from === total - 1) u8[base + newTotal - 1] = LISTPACK_END;
      else u8.copyWithin(base + position + added, base + from, base + total);
    } else {
      // The room is at the other side. Half of it comes to this one, or the next edit moves all again.
      this.#moveTo((usable - newTotal) >>> 1, position, removed, added);
    }
  }

  protected override closeGap(
    position: number,
    removed: number,
    added: number,
    total: number,
  ): void {
    const from = position + removed;
    if (position >= total - from) return super.closeGap(position, removed, added, total);
    const { u8 } = this.arena, base = this.base, shrunk = removed - added;
    moveHead(u8, base, base + shrunk, position);
    this.start += shrunk;
  }

  #moveTo(start: number, position: number, removed: number, added: number): void {
    const { u8 } = this.arena, base = this.base;
    const end = base + this.bytes;
    const target = this.ref * 8 + start;
    if (target < base) moveHead(u8, base, target, position);
    u8.copyWithin(target + position + added, base + position + removed, end);
    if (target >= base) moveHead(u8, base, target, position);
    this.start = start;
  }

  #reallocate(position: number, removed: number, added: number, total: number): void {
    const newTotal = total - removed + added;
    const wanted = Math.min(newTotal + (newTotal >>> 1), this.growthLimit);
    const ref = this.arena.allocate(Math.max(newTotal, wanted));
    const { u8 } = this.arena, base = this.base;
    const from = position + removed;
    // All room at the end that is growing.
    const start = position < total - from ? this.arena.usableBytes(ref) - newTotal : 0;
    const target = ref * 8 + start;
    u8.copyWithin(target, base, base + position);
    u8.copyWithin(target + position + added, base + from, base + total);
    this.arena.free(this.ref);
    this.ref = ref;
    this.start = start;
  }
}

// Moves the bytes before `position`. The total in the header is written by whoever edits; the number
// of elements alone is cheaper to move than a short range is (25 ns for any `copyWithin`).
function moveHead(u8: Uint8Array, base: number, target: number, position: number): void {
  if (position > LISTPACK_HEADER_BYTES) u8.copyWithin(target, base, base + position);
  else writeInt16(u8, target + 4, readUint16(u8, base + 4));
}
