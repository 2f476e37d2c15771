// A ring of frames: what is taken is what was put, in order, wherever its end is.
import { assert, assertEquals } from "@std/assert";
import { FRAME_KIND, FrameRing, RING_STATE } from "../../src/persistence/frame_ring.ts";
import { forEachSeed } from "../support/seeded.ts";

const CAPACITY = 256 << 10;

Deno.test("frames come out as they went in, also those that go on at the beginning", async () => {
  await forEachSeed(3, (random) => {
    const writer = FrameRing.ofBytes(CAPACITY), reader = new FrameRing(writer.shared);
    const expected: { bytes: Uint8Array; marks: Int32Array }[] = [];
    let putBytes = 0, refused = 0;
    for (let step = 0; step < 200; step++) {
      const bytes = new Uint8Array(random.below(65_537)).fill(step);
      bytes.forEach((_, i) => i % 61 === 0 && (bytes[i] = i));
      const marks = Int32Array.from({ length: random.below(100) * 2 }, () => random.below(65_536));
      if (writer.put(FRAME_KIND.part, bytes, marks)) {
        expected.push({ bytes, marks });
        putBytes += bytes.length;
      } else refused++;
      while (random.chance(0.5)) {
        const frame = reader.take(), wanted = expected.shift();
        assertEquals(frame && { bytes: frame.bytes, marks: frame.marks }, wanted);
        if (frame === undefined) break;
      }
      assertEquals(writer.waitingBytes === 0, expected.length === 0);
    }
    assert(putBytes > 5 * CAPACITY && refused > 0, `${putBytes} bytes, ${refused} refused`);
  });
});

Deno.test("a frame for which there is no room changes nothing", () => {
  const ring = FrameRing.ofBytes(CAPACITY), marks = new Int32Array();
  let frames = 0;
  while (ring.put(FRAME_KIND.part, new Uint8Array(60_000).fill(frames), marks)) frames++;
  assertEquals(frames, 4);
  assertEquals(ring.waitForRoom(1), false);
  for (let i = 0; i < frames; i++) assertEquals(ring.take()!.bytes[59_999], i);
  assertEquals(ring.take(), undefined);
  assertEquals(ring.waitForRoom(1), true);
});

Deno.test("the positions may pass 2 GiB and 4 GiB", () => {
  const ring = FrameRing.ofBytes(CAPACITY), marks = Int32Array.of(1, 2);
  const words = new Int32Array(ring.shared);
  for (const start of [2 ** 31, 2 ** 32]) {
    words[0] = words[1] = start - 100_000 | 0; // both positions
    for (let i = 0; i < 5; i++) {
      assert(ring.put(FRAME_KIND.last, new Uint8Array(50_001).fill(i), marks));
      assertEquals(ring.waitingBytes, 50_008 + 24);
      const { kind, bytes, marks: taken } = ring.take()!;
      assertEquals([kind, bytes.length, bytes[50_000]], [FRAME_KIND.last, 50_001, i]);
      assertEquals(taken, marks);
    }
  }
});

Deno.test("why the reader failed reaches the writer", () => {
  const ring = FrameRing.ofBytes(CAPACITY), reader = new FrameRing(ring.shared);
  assertEquals([ring.state, ring.failure, ring.isStopped], [RING_STATE.starting, "", false]);
  reader.fail(RING_STATE.failed, "cannot write: ünmöglich");
  assertEquals([ring.state, ring.failure], [RING_STATE.failed, "cannot write: ünmöglich"]);
  reader.fail(RING_STATE.broken, "x".repeat(10_000));
  assertEquals(ring.failure.length, 2016);
  ring.stop();
  assertEquals(reader.isStopped, true);
});

Deno.test("who waits for room in a full ring need not when the reader fails", () => {
  const ring = FrameRing.ofBytes(CAPACITY), reader = new FrameRing(ring.shared);
  while (ring.put(FRAME_KIND.part, new Uint8Array(60_000), new Int32Array()));
  // The writer has seen no failure yet, and is about to wait.
  reader.fail(RING_STATE.failed, "cannot write");
  assertEquals(ring.waitForRoom(1), true);
  assertEquals(ring.waitingBytes, 0);
});

Deno.test("either the reader begins, or the writer gives it up", () => {
  for (const writerFirst of [false, true]) {
    const ring = FrameRing.ofBytes(CAPACITY), reader = new FrameRing(ring.shared);
    if (writerFirst) assertEquals([ring.giveUpStart(), reader.begin()], [true, false]);
    else assertEquals([reader.begin(), ring.giveUpStart()], [true, false]);
    assertEquals(ring.state, writerFirst ? RING_STATE.broken : RING_STATE.filling);
  }
});
