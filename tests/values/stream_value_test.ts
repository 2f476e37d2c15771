import { assert, assertEquals } from "@std/assert";
import { latin1Bytes } from "../../src/base/bytes.ts";
import { Arena, ArenaFullError } from "../../src/memory/arena.ts";
import { streamListpackFault } from "../../src/rdb/encodings/stream_listpack.ts";
import { Slice } from "../../src/base/slice.ts";
import { isPacked } from "../../src/values/stream_layout.ts";
import { StreamId } from "../../src/values/stream_id.ts";
import { trimStream } from "../../src/values/stream_trim.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";
import { maximum, StreamFixture } from "./stream_fixture.ts";

Deno.test("a block holds the bytes that redis-server writes", () => {
  const fixture = new StreamFixture();
  fixture.add(new StreamId(1, 1), "a", "1");
  fixture.add(new StreamId(2, 0), "a", "12345");
  fixture.add(new StreamId(2, 1), "b", "x", "c", "-7");
  // As DUMP of redis-server 7.0 shows them after the same commands and XDEL of 2-0.
  const before = "340000001800" + "0301" + "0001" + "0101" + "816102" + "0001" +
    "0201" + "0001" + "0001" + "0101" + "0401" +
    "0201" + "0101" + "dfff02" + "f1393003" + "0401" +
    "0001" + "0101" + "0001" + "0201" + "816202" + "817802" + "816302" + "dff902" + "0801" + "ff";
  const bytes = (before.length / 2).toString(16).padStart(2, "0");
  assertEquals(fixture.blocks(), [bytes + before.slice(2)]);
  assert(fixture.stream.delete(new StreamId(2, 0)));
  const [after] = fixture.blocks();
  const marked = before.replace("0301" + "0001", "0201" + "0101")
    .replace("0201" + "0101" + "dfff02", "0301" + "0101" + "dfff02");
  assertEquals(after, bytes + marked.slice(2));
});

/** A stream as a list of its entries. */
class Model {
  entries: { id: StreamId; text: string }[] = [];

  between(start: StreamId, end: StreamId): string[] {
    return this.entries
      .filter(({ id }) => id.compare(start) >= 0 && id.compare(end) <= 0)
      .map(({ text }) => text);
  }
}

function someId(random: Seeded, highest: number): StreamId {
  return new StreamId(random.below(highest + 2), random.below(4));
}

function someWords(random: Seeded): string[] {
  const fields = random.pick([["f"], ["f"], ["f"], ["f", "g"], ["7"], ["007", "", "\xff"]]);
  const value = () =>
    random.pick(["", "12", "-3000", "70000", "9223372036854775807", "x".repeat(random.below(200))]);
  return fields.flatMap((field) => [field, value()]);
}

function addSome(random: Seeded, fixture: StreamFixture, model: Model): void {
  const id = fixture.stream.lastId.copy();
  if (random.chance(0.5)) id.increment();
  else id.set(Number(id.milliseconds) + random.between(1, 3), random.below(3));
  const words = someWords(random);
  fixture.add(id, ...words);
  model.entries.push({ id, text: [id.toString(), ...words].join(" ") });
}

function trimSome(random: Seeded, fixture: StreamFixture, model: Model): void {
  const { stream, values: { tools } } = fixture;
  const highest = Number(stream.lastId.milliseconds);
  const goal = random.chance(0.5)
    ? { maxLength: random.below(stream.length + 3), minId: undefined }
    : { maxLength: undefined, minId: new StreamId(Math.floor(highest * random.below(90) / 100)) };
  const approximate = random.chance(0.5);
  const limit = approximate ? random.pick([0, 0, 7]) : 0;
  const removed = trimStream(tools, stream, { ...goal, approximate, limit });
  const unwanted = goal.minId === undefined
    ? Math.max(0, model.entries.length - goal.maxLength!)
    : model.entries.filter(({ id }) => id.compare(goal.minId!) < 0).length;
  if (approximate) assert(removed <= unwanted && (limit === 0 || removed <= limit));
  else assertEquals(removed, unwanted);
  model.entries.splice(0, removed);
}

function check(random: Seeded, fixture: StreamFixture, model: Model): void {
  const { stream } = fixture, highest = Number(stream.lastId.milliseconds);
  assertEquals(stream.length, model.entries.length);
  const [start, end] = [someId(random, highest), someId(random, highest)];
  assertEquals(fixture.entries(start, end), model.between(start, end));
  assertEquals(fixture.entries(start, end, true), model.between(start, end).reverse());
  const first = model.entries[0]?.id ?? new StreamId();
  assertEquals(stream.firstId.compare(first), 0);
}

/** Every block is one that a dump may hold. */
function checkBlocks({ stream }: StreamFixture): void {
  const { blocks } = stream, block = new Slice();
  for (let at = blocks.first(); at >= 0; at = blocks.next(at)) {
    stream.readBlock(stream.blockAt(at), block);
    assertEquals(streamListpackFault(block.bytes, block.start, block.end), undefined);
  }
}

Deno.test("a stream holds what was added and not removed, read in either direction", async () => {
  await forEachSeed(25, (random) => {
    const fixture = new StreamFixture(), model = new Model();
    const before = fixture.arena.usedBytes;
    fixture.limits.streamNodeMaxEntries = random.pick([1, 3, 100, 0]);
    fixture.limits.streamNodeMaxBytes = random.pick([0, 50, 4096]);
    for (let step = 0; step < 300; step++) {
      if (random.chance(0.7)) addSome(random, fixture, model);
      else if (random.chance(0.9)) {
        const id = someId(random, Number(fixture.stream.lastId.milliseconds));
        const place = model.entries.findIndex((entry) => entry.id.compare(id) === 0);
        assertEquals(fixture.stream.delete(id), place >= 0);
        if (place >= 0) model.entries.splice(place, 1);
        fixture.stream.renewFirstId();
      } else trimSome(random, fixture, model);
      if (step % 10 === 0) check(random, fixture, model);
    }
    check(random, fixture, model);
    checkBlocks(fixture);
    const copy = fixture.stream.copy();
    fixture.stream.free();
    const all = model.entries.map(({ text }) => text);
    assertEquals(fixture.entries(new StreamId(), maximum(), false, copy), all);
    copy.free();
    assertEquals(fixture.arena.usedBytes, before);
  });
});

Deno.test("a block of more than 127 entries counts those that are deleted beyond 127", () => {
  const fixture = new StreamFixture();
  fixture.limits.streamNodeMaxEntries = 0;
  fixture.limits.streamNodeMaxBytes = 0;
  for (let i = 1; i <= 400; i++) fixture.add(new StreamId(i), "f", String(i));
  for (let i = 1; i <= 399; i++) assert(fixture.stream.delete(new StreamId(i)));
  assertEquals(fixture.stream.blocks.size, 1);
  assertEquals(fixture.entries(), ["400-0 f 400"]);
  checkBlocks(fixture);
  assert(fixture.stream.delete(new StreamId(400)));
  assertEquals(fixture.stream.blocks.size, 0);
});

Deno.test("IDs beyond 2^63 stand in one block with small ones, packed or not", () => {
  for (const entries of [5, 4]) checkHugeIds(entries);
});

function checkHugeIds(entries: number): void {
  const fixture = new StreamFixture();
  fixture.limits.streamNodeMaxEntries = entries;
  const ids = [
    new StreamId(0, 1),
    new StreamId(28, 2n ** 64n - 1n),
    new StreamId(2n ** 63n + 5n, 0),
    new StreamId(2n ** 64n - 1n, 2n ** 64n - 2n),
    maximum(),
  ];
  for (const id of ids) fixture.add(id, "f", "v");
  assertEquals(fixture.stream.blocks.size, entries === 5 ? 1 : 2);
  const texts = ids.map((id) => `${id} f v`);
  for (const [from, start] of ids.entries()) {
    for (const [to, end] of ids.entries()) {
      const expected = texts.slice(from, to + 1);
      assertEquals(fixture.entries(start, end), expected);
      assertEquals(fixture.entries(start, end, true), expected.toReversed());
    }
  }
}

/** Values of all sizes that elements have, and IDs with and without sequence numbers. */
function addAlike(random: Seeded, fixture: StreamFixture, fields: string[], sequences: boolean) {
  const id = fixture.stream.lastId.copy();
  if (sequences && random.chance(0.7)) id.increment();
  else id.set(Number(id.milliseconds) + random.pick([1, 1, 130, 40_000, 3e9, 1e13]), 0);
  const value = () =>
    random.pick([
      "",
      "1",
      "-1",
      "5000",
      "-40000",
      "8388607",
      "2147483648",
      "-9223372036854775808",
    ]) +
    random.pick(["", "", "x".repeat(random.pick([60, 62, 126, 130, 5000]))]);
  fixture.add(id, ...fields.flatMap((field) => [field, value()]));
}

Deno.test("a packed block reads as the listpack it was packed from, and becomes it again", async () => {
  await forEachSeed(40, (random) => {
    const fixture = new StreamFixture(), { arena, stream } = fixture;
    const before = arena.usedBytes;
    fixture.limits.streamNodeMaxEntries = fixture.limits.streamNodeMaxBytes = 0;
    const fields = random.pick([["f"], ["7", "g"], [""], ["long".repeat(30), "b", "c"]]);
    const sequences = random.chance(0.5), entries = random.pick([1, 2, 127, 128, 300]);
    for (let i = 0; i < entries; i++) addAlike(random, fixture, fields, sequences);
    const [listpack] = fixture.blocks(), texts = fixture.entries();
    fixture.limits.streamNodeMaxEntries = 1;
    const next = new StreamId(2n ** 60n);
    fixture.add(next, "f", "of the next block");
    const ref = stream.blockAt(stream.blocks.first());
    if (!isPacked(arena, ref)) assert(listpack.length / 2 > 4096 || entries <= 2);
    assertEquals(fixture.blocks()[0], listpack);
    texts.push(`${next} f of the next block`);
    assertEquals(fixture.entries(), texts);
    assertEquals(fixture.entries(new StreamId(), maximum(), true), texts.toReversed());
    stream.openBlock(stream.blocks.first());
    assert(!isPacked(arena, stream.blockAt(stream.blocks.first())));
    assertEquals(fixture.blocks()[0], listpack);
    stream.free();
    assertEquals(arena.usedBytes, before);
  });
});

Deno.test("a stream of small entries takes less than half of what its listpacks would", () => {
  const fixture = new StreamFixture(), { arena, stream } = fixture;
  let listpacks = 0;
  for (let i = 0; i < 10_000; i++) {
    fixture.add(new StreamId(1_700_000_000_000 + i), "sensor", String(i % 100), "v", String(i));
  }
  for (const block of fixture.blocks()) listpacks += block.length / 2;
  assert(arena.usedBytes < listpacks / 2, `${arena.usedBytes} of ${listpacks}`);
  assertEquals(stream.length, 10_000);
});

Deno.test("packed blocks beyond 2 and 4 GiB are read in both directions", () => {
  for (const gib of [2, 4]) {
    const arena = new Arena();
    arena.allocate(gib * 2 ** 30); // untouched pages cost nothing
    const fixture = new StreamFixture(arena), { stream } = fixture;
    for (let i = 0; i < 500; i++) fixture.add(new StreamId(1000 + i), "f", String(i));
    const first = stream.blockAt(stream.blocks.first());
    assert(isPacked(arena, first) && first * 8 > gib * 2 ** 30);
    const texts = fixture.entries();
    assertEquals(texts.length, 500);
    assertEquals(fixture.entries(new StreamId(), maximum(), true), texts.toReversed());
    const start = new StreamId(1010), end = new StreamId(1250);
    assertEquals(fixture.entries(start, end), texts.slice(10, 251));
    assertEquals(fixture.entries(start, end, true), texts.slice(10, 251).reverse());
  }
});

Deno.test("an entry behind a very long one takes no more room than it needs", () => {
  const fixture = new StreamFixture(), { arena } = fixture;
  fixture.add(new StreamId(1), "f", "x".repeat(1 << 20));
  const before = arena.usedBytes;
  fixture.add(new StreamId(2), "f", "short");
  assert(arena.usedBytes - before < 128 * 1024, `${arena.usedBytes - before}`);
});

/** An arena whose memory ends with some allocation. */
class EndingArena extends Arena {
  left = Infinity;

  override allocate(bytes: number): number {
    if (--this.left < 0) throw new ArenaFullError("the memory ends");
    return super.allocate(bytes);
  }
}

Deno.test("when memory runs out while a stream is copied, nothing is left of the copy", () => {
  const arena = new EndingArena(), fixture = new StreamFixture(arena), { stream } = fixture;
  for (let i = 1; i <= 500; i++) fixture.add(new StreamId(i), "f", String(i));
  const before = arena.usedBytes;
  for (let allocations = 0;; allocations++) {
    arena.left = allocations;
    try {
      const copy = stream.copy();
      assert(allocations > stream.blocks.size);
      return copy.free();
    } catch (error) {
      assert(error instanceof ArenaFullError);
      assertEquals(arena.usedBytes, before);
    }
  }
});

Deno.test("a packed block takes more entries when it becomes the last one again", () => {
  const fixture = new StreamFixture(), { arena, stream } = fixture;
  fixture.limits.streamNodeMaxEntries = 20;
  for (let i = 1; i <= 21; i++) fixture.add(new StreamId(i), "f", String(i));
  assert(isPacked(arena, stream.blockAt(stream.blocks.first())));
  assert(stream.delete(new StreamId(21)));
  fixture.limits.streamNodeMaxEntries = 100;
  fixture.add(new StreamId(22), "f", "22");
  assertEquals(stream.blocks.size, 1);
  assertEquals(fixture.entries().length, 21);
  assertEquals(fixture.entries().at(-1), "22-0 f 22");
});

Deno.test("when memory runs out while a block is packed or unpacked, the stream is whole", () => {
  const arena = new EndingArena(), fixture = new StreamFixture(arena), { stream } = fixture;
  let added = 0, deleted = 0, failed = 0;
  // The allocation that fails is the first one of some changes, and the second, third ... of others.
  const failing = (change: () => void) => {
    for (let allocations = 0;; allocations++) {
      arena.left = allocations;
      try {
        return change();
      } catch (error) {
        assert(error instanceof ArenaFullError);
        failed++;
      } finally {
        arena.left = Infinity;
      }
      assertEquals(stream.length, added - deleted);
      assertEquals(fixture.entries().length, added - deleted);
    }
  };
  while (added < 1000) {
    failing(() => fixture.add(new StreamId(added + 1), "f", `v${added}`.repeat(5)));
    added++;
  }
  assert(isPacked(arena, stream.blockAt(stream.blocks.first())));
  const failedToAdd = failed;
  assert(failedToAdd > stream.blocks.size, "to pack one and to begin the next");
  for (let i = 50; i < added; i += 100) {
    failing(() => assert(stream.delete(new StreamId(i))));
    deleted++;
  }
  assert(failed > failedToAdd + 5);
  assertEquals(stream.length, 990);
});

Deno.test("a big stream is freed in slices, its groups and consumers too", () => {
  const fixture = new StreamFixture(), { arena, values, stream } = fixture;
  const before = arena.usedBytes;
  fixture.limits.streamNodeMaxEntries = 1;
  for (let i = 1; i <= 5000; i++) fixture.add(new StreamId(i), "f", "v");
  for (const name of ["g", "h"]) {
    const group = stream.createGroup(new Slice(latin1Bytes(name)), new StreamId(5000), 5000);
    for (let i = 1; i <= 2000; i++) {
      const consumer = new Slice(latin1Bytes(`c${i % 700}`));
      const owner = group.consumer(consumer) ?? group.createConsumer(consumer, 0);
      group.setDelivery(group.add(new StreamId(i), owner), 0, 1);
    }
  }
  const all = stream.parts;
  assertEquals(all, 5000 + 2 * (1 + 2000 + 700));
  const work = values.freeInSlices(0, values.streams.add(stream));
  let slices = 1;
  for (let left = all; !work.run(500); slices++) {
    assert(left - stream.parts <= 500 + 256, `${left} became ${stream.parts}`);
    left = stream.parts;
  }
  assert(slices >= all / (500 + 256), `${slices} slices`);
  assertEquals(arena.usedBytes, before);
});
