/** Standard input as bytes: whole, in pieces, in lines. */

import { concat } from "@std/bytes";

const READ_BYTES = 64 * 1024;
const LF = 10;

/** Everything standard input holds, as bytes. */
export async function readAllInput(): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of inputPieces()) pieces.push(piece.slice());
  return concat(pieces);
}

/** The bytes of standard input as they arrive; each piece is valid until the next is asked for. */
export async function* inputPieces(): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(READ_BYTES);
  for (;;) {
    const count = await Deno.stdin.read(buffer);
    if (count === null) return;
    yield buffer.subarray(0, count);
  }
}

/** Lines of a stream of bytes, without their LF: commands are bytes, so no text decoder may touch them. */
export async function* byteLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  for await (const piece of pieces) {
    let start = 0;
    for (let end = piece.indexOf(LF); end !== -1; end = piece.indexOf(LF, start)) {
      const tail = piece.slice(start, end);
      yield held.length === 0 ? tail : concat([...held, tail]);
      held = [];
      start = end + 1;
    }
    if (start < piece.length) held.push(piece.slice(start));
  }
  if (held.length > 0) yield concat(held);
}
