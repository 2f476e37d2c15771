// Lists beside arrays: random commands across the limits of every encoding.
import { assert, assertEquals } from "@std/assert";
import { EngineHarness, usedWhenEmpty } from "../../support/engine_harness.ts";
import { forEachSeed, type Seeded } from "../../support/seeded.ts";
import { harnessWithNodes } from "./fixture.ts";

function element(random: Seeded): string {
  if (random.chance(0.05)) return random.pick(["p", "q"]).repeat(random.between(100, 9000));
  return random.chance(0.5) ? `${random.between(-20, 20)}` : random.bytes(random.below(5));
}

function elements(random: Seeded): string[] {
  return Array.from(
    { length: random.between(1, random.chance(0.1) ? 40 : 4) },
    () => element(random),
  );
}

/** Where a Redis index points to in an array, or -1. */
function place(list: readonly string[], index: number): number {
  const at = index < 0 ? index + list.length : index;
  return at >= 0 && at < list.length ? at : -1;
}

function slice(list: readonly string[], start: number, stop: number): string[] {
  const from = Math.max(start < 0 ? start + list.length : start, 0);
  const to = stop < 0 ? stop + list.length : stop;
  return from > to ? [] : list.slice(from, to + 1);
}

function without(list: readonly string[], value: string, count: number): string[] {
  const kept: string[] = [];
  let left = count === 0 ? Infinity : Math.abs(count);
  const walk = count < 0 ? [...list].reverse() : list;
  for (const one of walk) {
    if (one === value && left > 0) left--;
    else kept.push(one);
  }
  return count < 0 ? kept.reverse() : kept;
}

/** A command, its reply, and the list after it. */
type Step = [words: (string | number)[], reply: unknown, after: string[]];

function randomStep(random: Seeded, list: string[]): Step {
  const value = list.length > 0 && random.chance(0.6) ? random.pick(list) : element(random);
  const index = random.between(-list.length - 2, list.length + 2);
  const other = random.between(-list.length - 2, list.length + 2);
  const at = place(list, index);
  switch (random.below(10)) {
    case 0: {
      const more = elements(random);
      return [["LPUSH", "k", ...more], list.length + more.length, [...more.reverse(), ...list]];
    }
    case 1:
    case 2: {
      const more = elements(random);
      return [["RPUSH", "k", ...more], list.length + more.length, [...list, ...more]];
    }
    case 3:
      return [["LPOP", "k"], list[0] ?? null, list.slice(1)];
    case 4: {
      const count = random.between(1, 6);
      const popped = list.slice(-count).reverse();
      return [["RPOP", "k", count], list.length === 0 ? null : popped, list.slice(0, -count)];
    }
    case 5: {
      if (at < 0) return [["LINDEX", "k", index], null, list];
      return [["LSET", "k", index, value], "OK", list.with(at, value)];
    }
    case 6: {
      const found = list.indexOf(value), side = random.below(2);
      if (found < 0) {
        return [["LINSERT", "k", "AFTER", value, "x"], list.length === 0 ? 0 : -1, list];
      }
      const what = element(random);
      const after = list.toSpliced(found + side, 0, what);
      return [["LINSERT", "k", side === 0 ? "BEFORE" : "AFTER", value, what], after.length, after];
    }
    case 7: {
      const count = random.between(-3, 3);
      const after = without(list, value, count);
      return [["LREM", "k", count, value], list.length - after.length, after];
    }
    case 8:
      if (random.chance(0.8)) {
        return [["LRANGE", "k", index, other], slice(list, index, other), list];
      }
      return [["LTRIM", "k", index, other], "OK", slice(list, index, other)];
    default: {
      if (list.length === 0) return [["RPOPLPUSH", "k", "k"], null, list];
      const last = list[list.length - 1];
      return [["RPOPLPUSH", "k", "k"], last, [last, ...list.slice(0, -1)]];
    }
  }
}

Deno.test("lists of every node size and compress depth do what arrays do", async () => {
  await forEachSeed(6, (random) => {
    const harness = harnessWithNodes(random.pick([1, 2, 5, 16, -1, -2]), random.below(3));
    const used = usedWhenEmpty(harness);
    let list: string[] = [];
    for (let step = 0; step < 400; step++) {
      const [words, reply, after] = randomStep(random, list);
      assertEquals(harness.run(words), reply, `step ${step}: ${words.slice(0, 4)}`);
      list = after;
      if (step % 20 !== 0) continue;
      assertEquals(harness.run("LRANGE k 0 -1"), list);
      const value = list.length > 0 ? random.pick(list) : "x";
      const places = list.flatMap((one, i) => one === value ? [i] : []);
      assertEquals(harness.run(["LPOS", "k", value, "COUNT", 0]), places);
      assertEquals(
        harness.run(["LPOS", "k", value, "RANK", -1, "COUNT", 0]),
        [...places].reverse(),
      );
    }
    harness.run("DEL k");
    assertEquals(harness.arena.usedBytes, used, "all memory was given back");
  });
});

Deno.test("a push that memory is too short for leaves the list as it was", () => {
  for (const size of [-2, 4]) {
    const harness = new EngineHarness({
      arenaBytes: 1 << 20,
      config: { "list-max-listpack-size": `${size}` },
    });
    harness.run("RPUSH k a b");
    const huge = Array(5).fill("x".repeat(250_000));
    assert(harness.client.refusal(["LPUSH", "k", "c", ...huge]).startsWith("OOM "));
    assert(harness.client.refusal(["RPUSH", "new", ...huge]).startsWith("OOM "));
    assert(harness.client.refusal(["LSET", "k", 0, "x".repeat(2_000_000)]).startsWith("OOM "));
    const insert = ["LINSERT", "k", "AFTER", "a", "x".repeat(2_000_000)];
    assert(harness.client.refusal(insert).startsWith("OOM "));
    assertEquals(harness.run("LRANGE k 0 -1"), ["a", "b"]);
    assertEquals(harness.keys(), ["k"]);
  }
});

Deno.test("UNLINK of a long list frees its nodes in slices", () => {
  const harness = harnessWithNodes(2);
  const used = usedWhenEmpty(harness);
  harness.run(["RPUSH", "k", ...Array.from({ length: 1000 }, (_, i) => `element ${i}`)]);
  harness.run("UNLINK k");
  const { graveyard } = harness.keyspace;
  assert(harness.arena.usedBytes > used);
  let slices = 1;
  while (graveyard.dig(50)) slices++;
  assert(slices >= 10, `${slices} slices`);
  assertEquals(harness.arena.usedBytes, used);
});
