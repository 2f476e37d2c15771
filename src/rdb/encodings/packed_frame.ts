// What stands around the elements of the packed encodings that end with a byte of all ones.
import { readUint32 } from "../../memory/little_endian.ts";

const END = 0xff;

/** How an encoding is framed. */
export interface PackedFrame {
  /** For messages. */
  readonly name: string;
  /** Bytes of the header, of the end mark, and of whatever is never missing between them. */
  readonly shortestBytes: number;
  /** Whether the header begins with the size of the whole, in 32 bits. */
  readonly tellsSize: boolean;
}

/** Why `[first, limit)` has not this frame, undefined if it has. */
export function frameFault(
  bytes: Uint8Array,
  first: number,
  limit: number,
  { name, shortestBytes, tellsSize }: PackedFrame,
): string | undefined {
  const size = limit - first;
  if (size < shortestBytes) return `${name} of ${size} bytes, too short for a header`;
  const claimed = tellsSize ? readUint32(bytes, first) : size;
  if (claimed !== size) return `${name} of ${size} bytes says it has ${claimed}`;
  return bytes[limit - 1] === END ? undefined : `${name} without an end mark`;
}
