// What is left open in frames and completed by somebody else is the same dump as one written at once.
import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { latin1Bytes } from "../../src/base/bytes.ts";
import { Slice } from "../../src/base/slice.ts";
import { FrameEncoder } from "../../src/rdb/frame_encoder.ts";
import { FRAME_MAX_BYTES, FRAME_MAX_MARKS, RdbOutput } from "../../src/rdb/rdb_output.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

const OPTIONS = { compress: true, checksum: true };

type Write = (output: RdbOutput) => void;

function atOnce(write: Write, options = OPTIONS): Uint8Array {
  const parts: Uint8Array[] = [];
  const output = new RdbOutput({ write: (bytes) => void parts.push(bytes.slice()) }, options);
  write(output);
  output.checksum();
  return concat(parts);
}

interface Framed {
  bytes: Uint8Array;
  frames: number;
  /** Strings that were left open. */
  marked: number;
}

function inFrames(write: Write, compress = true): Framed {
  const parts: Uint8Array[] = [];
  const target = new RdbOutput({ write: (bytes) => void parts.push(bytes.slice()) }, OPTIONS);
  const encoder = new FrameEncoder(target);
  let frames = 0, marked = 0;
  const output = new RdbOutput({
    frame(bytes, marks, isLast) {
      assert(bytes.length <= FRAME_MAX_BYTES && marks.length <= FRAME_MAX_MARKS);
      frames++;
      marked += marks.length / 2;
      encoder.take(bytes.slice(), marks.slice());
      if (isLast) target.checksum();
    },
  }, { compress, checksum: true });
  write(output);
  output.checksum();
  return { bytes: concat(parts), frames, marked };
}

function randomText(random: Seeded): Uint8Array {
  const length = random.below(random.pick([10, 25, 300, 5000, 200_000]));
  const letters = random.pick([1, 3, 256]);
  return Uint8Array.from({ length }, () => 48 + random.below(letters));
}

Deno.test("strings, numbers and blocks through frames become the same bytes", async () => {
  await forEachSeed(20, (random) => {
    const steps = Array.from({ length: random.below(120) }, () => {
      const text = randomText(random), number = random.below(1 << 30);
      return random.pick<Write>([
        (output) => output.string(new Slice(text)),
        (output) => output.string(new Slice(text)),
        (output) => output.raw(text, 0, text.length),
        (output) => output.length(number),
        (output) => output.instant(number * 1000),
        (output) => output.flush(),
      ]);
    });
    const write = (output: RdbOutput) => steps.forEach((step) => step(output));
    assertEquals(inFrames(write).bytes, atOnce(write));
  });
});

Deno.test("a string may be longer than a frame, up to its last byte", () => {
  for (const missing of [0, 1, 2, 5, 64]) {
    for (const length of [FRAME_MAX_BYTES - missing, 3 * FRAME_MAX_BYTES - missing]) {
      const text = new Uint8Array(length).fill(97);
      const write = (output: RdbOutput) => {
        output.byte(7);
        output.string(new Slice(text));
        output.string(new Slice(latin1Bytes("another one that is compressed: aaaaaaaaaa")));
      };
      const { bytes, marked } = inFrames(write);
      assertEquals(bytes, atOnce(write));
      assertEquals(marked, 2);
    }
  }
});

Deno.test("a frame that has no room for one more mark is passed on", () => {
  const text = latin1Bytes("aaaaaaaaaaaaaaaaaaaaaaaa");
  const write = (output: RdbOutput) => {
    for (let i = 0; i < 5000; i++) output.string(new Slice(text));
  };
  const { bytes, frames, marked } = inFrames(write);
  assertEquals(bytes, atOnce(write));
  assertEquals(marked, 5000);
  assertEquals(frames, 3);
});

Deno.test("without compression no string is left open", () => {
  const write = (output: RdbOutput) => output.string(new Slice(new Uint8Array(100)));
  const { bytes, marked } = inFrames(write, false);
  assertEquals(marked, 0);
  assertEquals(bytes, atOnce(write, { compress: false, checksum: true }));
});
