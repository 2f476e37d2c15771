import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArenaFullError } from "../../src/memory/arena.ts";
import { ENCODING_LISTPACK, ENCODING_SKIPLIST } from "../../src/values/encodings.ts";
import { ZsetValue } from "../../src/values/zset_value.ts";
import { ZsetValues } from "../../src/values/zset_values.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";
import { slice, textOf, valueServices } from "./value_fixture.ts";

type Pair = readonly [member: string, score: number];

function pairsOf({ elements }: ZsetValue): Pair[] {
  const pairs: Pair[] = [];
  for (let more = elements.seekRank(0); more; more = elements.next()) {
    pairs.push([textOf(elements.member), elements.score]);
  }
  return pairs;
}

function zsetOf(zsets: ZsetValues, ...pairs: Pair[]): ZsetValue {
  const zset = new ZsetValue(zsets).create(0, 0);
  for (const [member, score] of pairs) zset.set(slice(member), score);
  return zset;
}

/** What an ordered array says; members are compared as Latin-1. */
function inOrder([a, x]: Pair, [b, y]: Pair): number {
  return x !== y ? (x < y ? -1 : 1) : a < b ? -1 : a > b ? 1 : 0;
}

Deno.test("a sorted set is small up to the limits of number and length", () => {
  const zsets = new ZsetValues(valueServices({ zsetMaxListpackEntries: 3 }));
  assertEquals(zsets.window.create(3, 64).encoding, ENCODING_LISTPACK);
  assertEquals(zsets.window.create(4, 64).encoding, ENCODING_SKIPLIST);
  assertEquals(zsets.window.create(3, 65).encoding, ENCODING_SKIPLIST);
  const zset = zsetOf(zsets, ["c", 1], ["a", 2], ["b", 1]);
  assertEquals(zset.encoding, ENCODING_LISTPACK);
  zset.set(slice("a"), -1);
  assertEquals(zset.encoding, ENCODING_LISTPACK);
  zset.set(slice("d"), 0);
  assertEquals(zset.encoding, ENCODING_SKIPLIST);
  assertEquals(pairsOf(zset), [["a", -1], ["d", 0], ["b", 1], ["c", 1]]);
  const long = zsetOf(zsets, ["x".repeat(64), 1]);
  assertEquals(long.encoding, ENCODING_LISTPACK);
  long.set(slice("x".repeat(65)), 0);
  assertEquals(long.encoding, ENCODING_SKIPLIST);
});

Deno.test("a small sorted set is the listpack that Redis writes", () => {
  const services = valueServices();
  const zset = zsetOf(new ZsetValues(services), ["b", 1.5], ["10", 300], ["a", -Infinity]);
  const { u8, i32 } = services.arena;
  const at = zset.value * 8, bytes = u8.slice(at, at + i32[zset.value * 2]);
  const text = (word: string) => [0x80 | word.length, ...new TextEncoder().encode(word)];
  const element = (...data: number[]) => [...data, data.length];
  const elements = [
    ...element(...text("a")),
    ...element(...text("-inf")),
    ...element(...text("b")),
    ...element(...text("1.5")),
    ...element(10),
    ...element(0xc1, 300 & 0xff),
  ];
  assertEquals([...bytes], [7 + elements.length, 0, 0, 0, 6, 0, ...elements, 0xff]);
});

Deno.test("a listpack keeps no sign of a zero, a table does", () => {
  const zsets = new ZsetValues(valueServices());
  const small = zsetOf(zsets, ["a", -0]);
  assert(Object.is(pairsOf(small)[0][1], 0));
  const large = new ZsetValue(zsets).createTable(1);
  large.set(slice("a"), -0);
  assert(Object.is(pairsOf(large)[0][1], -0));
});

const MEMBERS = [
  "",
  "a",
  "b",
  "ab",
  "007",
  "7",
  "-12",
  "9223372036854775807",
  "\0\xff",
  "x".repeat(64),
];
const SCORES = [
  0,
  1,
  -1,
  1.5,
  127,
  128,
  -4097,
  70000,
  1e9,
  1e17,
  5e18,
  1e30,
  0.1,
  Infinity,
  -Infinity,
];

function randomMember(random: Seeded): string {
  return random.chance(0.4) ? random.pick(MEMBERS) : `m${random.below(60)}`;
}

/** Compares all that can be asked with what an array answers. */
function assertSame(zset: ZsetValue, model: Map<string, number>, random: Seeded): void {
  const sorted = [...model].sort(inOrder), { elements } = zset;
  assertEquals(pairsOf(zset), sorted);
  const backwards: string[] = [];
  for (let more = elements.seekRank(sorted.length - 1); more; more = elements.previous()) {
    backwards.push(textOf(elements.member));
  }
  assertEquals(backwards, sorted.map(([member]) => member).reverse());
  const rank = random.below(sorted.length + 1);
  assertEquals(elements.seekRank(rank), rank < sorted.length);
  if (rank < sorted.length) {
    assertEquals([textOf(elements.member), elements.score], sorted[rank] as [string, number]);
    assert(elements.find(slice(sorted[rank][0])));
    assertEquals(elements.rank(), rank);
  }
  const bound = random.pick(SCORES);
  assertEquals(elements.countBelowScore(bound, false), sorted.filter(([, s]) => s < bound).length);
  assertEquals(elements.countBelowScore(bound, true), sorted.filter(([, s]) => s <= bound).length);
}

function step(zset: ZsetValue, model: Map<string, number>, random: Seeded): void {
  const member = randomMember(random);
  const { elements } = zset;
  assertEquals(elements.find(slice(member)), model.has(member));
  if (random.chance(0.65)) {
    const score = random.chance(0.5) ? random.pick(SCORES) : random.between(-300, 300);
    zset.set(slice(member), score);
    model.set(member, score);
  } else if (random.chance(0.7)) {
    if (model.delete(member)) elements.remove();
  } else if (model.size > 0) {
    const first = random.below(model.size), count = random.below(model.size - first + 1);
    const gone = [...model].sort(inOrder).slice(first, first + count);
    elements.removeRanks(first, count);
    for (const [name] of gone) model.delete(name);
  }
}

for (const limit of [0, 12, 1000]) {
  Deno.test(`with up to ${limit} members in a listpack, a sorted set is an ordered array`, async () => {
    await forEachSeed(4, (random) => {
      const services = valueServices({ zsetMaxListpackEntries: limit });
      const zsets = new ZsetValues(services);
      const zset = new ZsetValue(zsets).create(0, 0);
      const model = new Map<string, number>();
      for (let round = 0; round < 400; round++) {
        step(zset, model, random);
        if (round % 5 === 0) assertSame(zset, model, random);
      }
      zset.free();
      assertEquals(services.arena.usedBytes, 0);
    });
  });
}

Deno.test("members are counted by name where all scores are the same", async () => {
  await forEachSeed(3, (random) => {
    for (const limit of [0, 1000]) {
      const zsets = new ZsetValues(valueServices({ zsetMaxListpackEntries: limit }));
      const zset = zsetOf(zsets, ...MEMBERS.map((member) => [member, 0] as const));
      for (let round = 0; round < 30; round++) {
        const bound = randomMember(random);
        const count = (orEqual: boolean) => zset.elements.countBelowMember(slice(bound), orEqual);
        assertEquals(count(false), MEMBERS.filter((member) => member < bound).length);
        assertEquals(count(true), MEMBERS.filter((member) => member <= bound).length);
      }
    }
  });
});

Deno.test("a copy lives on its own, and both give all memory back, at once or in slices", () => {
  const services = valueServices({ zsetMaxListpackEntries: 4 });
  const zsets = new ZsetValues(services);
  for (const size of [3, 1000]) {
    const zset = zsetOf(
      zsets,
      ...Array.from({ length: size }, (_, i) => [`m${i}`, i % 7] as const),
    );
    const before = pairsOf(zset);
    const copy = new ZsetValue(zsets).open(
      zset.encoding,
      zsets.copy(zset.encoding, zset.value),
    );
    zset.set(slice("m1"), 99);
    assertEquals(pairsOf(copy), before);
    assertEquals(zsets.elements(copy.encoding, copy.value), size);
    assert(zsets.bytes(copy.encoding, copy.value, Infinity) <= services.arena.usedBytes / 2 + 512);
    copy.free();
    const sliced = zsets.freeInSlices(zset.encoding, zset.value);
    if (sliced === undefined) zset.free();
    else while (!sliced.run(100)) { /* until it is gone */ }
    assertEquals(services.arena.usedBytes, 0);
    assertEquals(zsets.tables.size, 0);
  }
});

Deno.test("when memory runs out a sorted set holds what it held", async () => {
  await forEachSeed(3, (random) => {
    for (const limit of [0, 100_000]) {
      const services = valueServices(
        { zsetMaxListpackEntries: limit, zsetMaxListpackValue: 1 << 20 },
        1 << 20,
      );
      const zset = new ZsetValue(new ZsetValues(services)).create(0, 0);
      const model = new Map<string, number>();
      const fill = () => {
        for (let i = 0;; i++) {
          const member = "m".repeat(random.between(200, 2000)) + i, score = random.between(0, 1000);
          zset.set(slice(member), score);
          model.set(member, score);
        }
      };
      assertThrows(fill, ArenaFullError);
      for (const member of model.keys()) {
        const score = random.between(0, 1000) + 0.25;
        try {
          zset.set(slice(member), score);
          model.set(member, score);
        } catch (error) {
          assert(error instanceof ArenaFullError);
        }
      }
      assertSame(zset, model, random);
    }
  });
});
