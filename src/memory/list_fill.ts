// How full a node of a list may be: the meaning of list-max-listpack-size.
import { LISTPACK_EMPTY_BYTES } from "./listpack_format.ts";

/** By the negative fill factor: -1 is 4 KiB, -5 and below are 64 KiB. */
const BYTES_BY_LEVEL = [4096, 8192, 16384, 32768, 65536];
/** With a limit on elements a node of several elements is still no larger than this, bytes. */
const SAFETY_BYTES = 8192;

/** Most bytes of a node of more than one element. */
export function nodeBytesLimit(fill: number): number {
  return fill >= 0 ? SAFETY_BYTES : BYTES_BY_LEVEL[Math.min(-fill, BYTES_BY_LEVEL.length) - 1];
}

/** Whether a listpack of so many bytes and elements is more than a node may hold. */
export function exceedsFill(fill: number, bytes: number, count: number): boolean {
  if (bytes > nodeBytesLimit(fill)) return true;
  return fill >= 0 && count > Math.max(fill, 1);
}

/** From how many bytes on a text gets a node of its own, without a listpack around it. */
export function plainBytes(fill: number): number {
  return nodeBytesLimit(fill) + 1;
}

/** What adding a text is estimated to cost beside its bytes, as in Redis. */
export const ELEMENT_OVERHEAD_BYTES = 8;
/** What two listpacks have less once they are one. */
export const MERGE_GAIN_BYTES = LISTPACK_EMPTY_BYTES;
