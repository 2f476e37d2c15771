// A string that is written in pieces is the same bytes as one that is written at once.
import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { lzfDecompress } from "../../../src/base/lzf.ts";
import { Slice } from "../../../src/base/slice.ts";
import { Arena } from "../../../src/memory/arena.ts";
import { FrameEncoder } from "../../../src/rdb/frame_encoder.ts";
import { StringPieces } from "../../../src/rdb/pieces/string_pieces.ts";
import { RdbOutput } from "../../../src/rdb/rdb_output.ts";
import { COMPRESSED_MAX_BYTES, PACKED_PART_BYTES } from "../../../src/rdb/string_packer.ts";
import { BLOCK_HEADER_BYTES } from "../../../src/store/entry.ts";
import { forEachSeed, type Seeded } from "../../support/seeded.ts";

type Write = (output: RdbOutput) => void;

function bytesOf(compress: boolean, write: Write): Uint8Array {
  const parts: Uint8Array[] = [];
  const sink = { write: (bytes: Uint8Array) => void parts.push(bytes.slice()) };
  const output = new RdbOutput(sink, { compress, checksum: true });
  write(output);
  output.checksum();
  return concat(parts);
}

/** The same through frames, which are completed as the worker does. */
function bytesThroughFrames(compress: boolean, write: Write): Uint8Array {
  return bytesOf(compress, (target) => {
    const encoder = new FrameEncoder(target);
    const frame = (bytes: Uint8Array, marks: Int32Array) =>
      encoder.take(bytes.slice(), marks.slice());
    const output = new RdbOutput({ frame }, { compress, checksum: true });
    write(output);
    output.checksum();
  });
}

const inPieces = (text: Uint8Array, elements: number): Write => (output) => {
  const arena = new Arena();
  const block = arena.allocate(text.length + BLOCK_HEADER_BYTES);
  arena.i32[block * 2] = text.length;
  arena.u8.set(text, block * 8 + BLOCK_HEADER_BYTES);
  const pieces = new StringPieces(arena, block);
  let steps = 1;
  while (!pieces.step(output, elements)) steps++;
  assert(steps > 1 || text.length <= elements * 256, `${steps} steps`);
  output.byte(7);
};

const atOnce = (text: Uint8Array): Write => (output) => {
  output.string(new Slice(text));
  output.byte(7);
};

function checkAll(text: Uint8Array, elements: number): void {
  for (const compress of [true, false]) {
    const expected = bytesOf(compress, atOnce(text));
    const write = inPieces(text, elements);
    assertEquals(bytesOf(compress, write), expected);
    assertEquals(bytesThroughFrames(compress, write), expected);
  }
}

/** Runs of letters between noise: some parts gain something, others nothing. */
function patchwork(random: Seeded, length: number): Uint8Array {
  const text = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const end = at + random.pick([100, 5000, 80_000]), letters = random.pick([1, 4, 256]);
    for (; at < end && at < length; at++) text[at] = random.below(letters);
  }
  return text;
}

Deno.test("a string in pieces is the bytes of one at once, compressed or not, in frames or not", async () => {
  await forEachSeed(12, (random) => {
    const length = random.pick([
      random.between(1025, 3000),
      PACKED_PART_BYTES + random.between(-1, 1),
      3 * PACKED_PART_BYTES + random.between(-3, 3),
      random.between(100_000, 400_000),
    ]);
    checkAll(patchwork(random, length), random.pick([4, 128]));
  });
});

Deno.test("a string that is too long for the worker to compress is compressed in parts before", () => {
  const text = new Uint8Array(COMPRESSED_MAX_BYTES + PACKED_PART_BYTES + 5).fill(120);
  checkAll(text, 128);
  const dump = bytesOf(true, inPieces(text, 128));
  assert(dump.length < text.length / 50, `${dump.length} bytes`);
});

Deno.test("a string that does not get short enough is written as it is, from its beginning", () => {
  const text = new Uint8Array(3 * COMPRESSED_MAX_BYTES);
  for (let at = 0; at < text.length; at += 65_536) {
    crypto.getRandomValues(text.subarray(at + 6000, at + 65_536));
  }
  assertEquals(bytesOf(true, inPieces(text, 4096)), bytesOf(false, inPieces(text, 4096)));
});

Deno.test("the parts of a compressed string are one LZF text", async () => {
  await forEachSeed(6, (random) => {
    const text = patchwork(random, 300_000).fill(1, 0, 150_000);
    const dump = bytesOf(true, atOnce(text));
    const lengths = new DataView(dump.buffer, 0, 11);
    assertEquals([lengths.getUint8(0), lengths.getUint8(1), lengths.getUint8(6)], [0xc3, 128, 128]);
    assertEquals(lengths.getUint32(7), text.length);
    const found = new Uint8Array(text.length), end = 11 + lengths.getUint32(2);
    assert(lzfDecompress(dump, 11, end, found, 0, text.length));
    assertEquals(found, text);
  });
});
