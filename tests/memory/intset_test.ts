import { assert, assertEquals } from "@std/assert";
import { type Integer64, normalizeInteger } from "../../src/base/int64.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { Slice } from "../../src/base/slice.ts";
import { Arena } from "../../src/memory/arena.ts";
import { Intset } from "../../src/memory/intset.ts";
import { intsetFault } from "../../src/rdb/encodings/intset.ts";
import { testWithRedis, withRedis } from "../support/redis_server.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";
import { DumpReader } from "./dump_reader.ts";
import { edgeInteger, textOf } from "./packed_fixture.ts";

const found = new Slice();

function bytesOf(intset: Intset): Uint8Array {
  return intset.arena.u8.slice(intset.base, intset.base + intset.bytes);
}

function valuesOf(intset: Intset): Integer64[] {
  return Array.from({ length: intset.count }, (_, index) => intset.get(index));
}

function byValue(a: Integer64, b: Integer64): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function randomInteger(random: Seeded, width: number): Integer64 {
  if (random.chance(0.5)) return random.between(-60, 60);
  if (width === 2) return random.between(-32768, 32767);
  if (width === 4) return random.between(-2147483648, 2147483647);
  return normalizeInteger(edgeInteger(random));
}

Deno.test("an intset takes as many bytes per integer as the widest needs", () => {
  const intset = new Intset(new Arena());
  intset.create();
  assertEquals([...bytesOf(intset)], [2, 0, 0, 0, 0, 0, 0, 0]);
  assert(intset.add(5));
  assert(!intset.add(5));
  assert(intset.add(-2));
  assertEquals([...bytesOf(intset)], [2, 0, 0, 0, 2, 0, 0, 0, 0xfe, 0xff, 5, 0]);
  assert(intset.add(32768));
  assertEquals(intset.width, 4);
  assert(intset.add(-(2 ** 31) - 1));
  assertEquals(intset.width, 8);
  assert(intset.add((1n << 63n) - 1n));
  assert(intset.remove(5));
  assertEquals(valuesOf(intset), [-2147483649, -2, 32768, 9223372036854775807n]);
  assertEquals([intset.min, intset.max], [-2147483649, 9223372036854775807n]);
  intset.elementInto(3, found);
  assertEquals(textOf(found), "9223372036854775807");
});

Deno.test("the rank of an integer is found, and where a missing one would be", () => {
  const intset = new Intset(new Arena());
  intset.create();
  for (const value of [10, 20, 30]) intset.add(value);
  assertEquals([10, 20, 30].map((value) => intset.find(value)), [0, 1, 2]);
  assertEquals([5, 15, 35].map((value) => intset.find(value)), [-1, -2, -4]);
  assertEquals([-70000, 70000].map((value) => intset.find(value)), [-1, -4]);
});

Deno.test("a random integer is each one in turn", () => {
  const intset = new Intset(new Arena()), random = new SeededRandom(1);
  intset.create();
  for (const value of [1, 2, 3, 4]) intset.add(value);
  const seen = new Map<Integer64, number>();
  for (let i = 0; i < 4000; i++) {
    const value = intset.random(random);
    seen.set(value, (seen.get(value) ?? 0) + 1);
  }
  assertEquals([...seen.keys()].sort(byValue), [1, 2, 3, 4]);
  for (const times of seen.values()) assert(times > 850 && times < 1150, `${times} of 4000`);
});

Deno.test("an intset equals a sorted array after any edits", async () => {
  const arena = new Arena();
  const used = arena.usedBytes;
  await forEachSeed(9, (random) => {
    const width = random.pick([2, 4, 8]);
    const intset = new Intset(arena), model = new Set<Integer64>();
    intset.create();
    for (let step = 0; step < 4000; step++) {
      const value = randomInteger(random, step < 300 ? 2 : width);
      assertEquals(intset.has(value), model.has(value));
      if (random.chance(model.size > 400 ? 0.3 : 0.6)) {
        assertEquals(intset.add(value), !model.has(value));
        model.add(value);
      } else assertEquals(intset.remove(value), model.delete(value));
      assertEquals(intset.count, model.size);
      if (step % 64 !== 0 || model.size === 0) continue;
      assertEquals(valuesOf(intset), [...model].sort(byValue));
      assertEquals(intsetFault(arena.u8, intset.base, intset.base + intset.bytes, true), undefined);
    }
    const copy = new Intset(arena).open(intset.copy());
    assertEquals(bytesOf(copy), bytesOf(intset));
    copy.free();
    intset.free();
    assertEquals(arena.usedBytes, used);
  });
});

testWithRedis("an intset has the bytes that redis-server dumps", async () => {
  await withRedis(async (client) => {
    const arena = new Arena(), intset = new Intset(arena);
    await forEachSeed(30, async (random) => {
      const width = random.pick([2, 4, 8]);
      await client.send("DEL", "set");
      intset.create();
      const commands: string[][] = [];
      for (let step = 0; step < 300; step++) {
        const value = randomInteger(random, width);
        const adds = random.chance(0.7) || intset.count === 1;
        if (adds) intset.add(value);
        else intset.remove(value);
        commands.push([adds ? "SADD" : "SREM", "set", String(value)]);
      }
      await client.pipeline(commands);
      const dump = await DumpReader.of(client, "set");
      assertEquals(dump.type, 11);
      assertEquals(dump.string(), bytesOf(intset));
      intset.free();
    });
  }, { rdbcompression: "no" });
});

Deno.test("integers that are looked for in ascending order are found from where the last one was", async () => {
  await forEachSeed(30, (random) => {
    for (const width of [2, 4, 8]) {
      const intset = new Intset(new Arena());
      intset.create();
      for (let i = random.between(0, 300); i > 0; i--) intset.add(randomInteger(random, width));
      const asked = Array.from({ length: 200 }, () => randomInteger(random, 8));
      for (let i = 0; i < intset.count; i += 3) asked.push(intset.get(i));
      let rank = 0;
      for (const integer of asked.sort(byValue)) {
        const at = intset.findFrom(integer, rank);
        assertEquals(at, intset.find(integer), `${integer} from ${rank}`);
        rank = at < 0 ? -1 - at : at;
      }
    }
  });
});
