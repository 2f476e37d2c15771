import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import { forEachSeed } from "../../support/seeded.ts";

Deno.test("WITHSCORES is flat in RESP2 and in pairs in RESP3", () => {
  const { client } = new EngineHarness();
  client.run("ZADD z 1 a 2 b");
  assertEquals(client.wire("ZRANGE z 0 0 WITHSCORES"), "*2\r\n$1\r\na\r\n$1\r\n1\r\n");
  client.protocol = 3;
  assertEquals(client.wire("ZRANGE z 0 0 WITHSCORES"), "*1\r\n*2\r\n$1\r\na\r\n,1\r\n");
  assertEquals(
    client.wire("ZUNION 1 z WITHSCORES"),
    "*2\r\n*2\r\n$1\r\na\r\n,1\r\n*2\r\n$1\r\nb\r\n,2\r\n",
  );
  assertEquals(client.wire("ZPOPMIN z"), "*2\r\n$1\r\na\r\n,1\r\n");
  assertEquals(client.wire("ZPOPMIN z 5"), "*1\r\n*2\r\n$1\r\nb\r\n,2\r\n");
});

for (const limit of ["0", "128"]) {
  Deno.test(`ranges are those of an array, with ${limit} members in a listpack`, async () => {
    await forEachSeed(3, (random) => {
      const { client } = new EngineHarness({
        seed: random.seed,
        config: { "zset-max-listpack-entries": limit },
      });
      const size = 40;
      for (let i = 0; i < size; i++) client.run(["ZADD", "z", i >> 1, `m${10 + i}`]);
      const all = client.run("ZRANGE z 0 -1") as string[];
      for (let round = 0; round < 100; round++) {
        const low = random.between(-2, 22), high = random.between(-2, 22);
        const offset = random.between(-1, 6), count = random.between(-1, 6);
        const opens = random.chance(0.3), closes = random.chance(0.3);
        const inside = all.filter((_, i) =>
          (opens ? i >> 1 > low : i >> 1 >= low) && (closes ? i >> 1 < high : i >> 1 <= high)
        );
        const cut = (list: string[]) =>
          offset < 0 ? [] : list.slice(offset, count < 0 ? undefined : offset + count);
        const min = (opens ? "(" : "") + low, max = (closes ? "(" : "") + high;
        const words = ["LIMIT", offset, count];
        assertEquals(client.run(["ZCOUNT", "z", min, max]), inside.length);
        assertEquals(client.run(["ZRANGEBYSCORE", "z", min, max, ...words]), cut(inside));
        assertEquals(
          client.run(["ZRANGE", "z", max, min, "BYSCORE", "REV", ...words]),
          cut([...inside].reverse()),
        );
        const start = random.between(-45, 45), stop = random.between(-45, 45);
        const from = Math.max(start < 0 ? size + start : start, 0);
        const to = stop < 0 ? size + stop : stop;
        assertEquals(
          client.run(["ZRANGE", "z", start, stop]),
          all.slice(from, Math.max(to + 1, 0)),
        );
        assertEquals(
          client.run(["ZREVRANGE", "z", start, stop]),
          [...all].reverse().slice(from, Math.max(to + 1, 0)),
        );
      }
    });
  });
}

Deno.test("BYLEX takes [ ( - + and nothing else", () => {
  const { client } = new EngineHarness();
  client.run("ZADD z 0 a 0 aa 0 b 0 c");
  assertEquals(client.run("ZRANGE z (a [b BYLEX"), ["aa", "b"]);
  assertEquals(client.run("ZRANGE z + (a BYLEX REV LIMIT 1 1"), ["b"]);
  assertEquals(client.run("ZLEXCOUNT z - +"), 4);
  assertEquals(client.run("ZLEXCOUNT z + -"), 0);
  const words = "ERR min or max not valid string range item";
  for (const bound of ["a", "", "+a", "-inf"]) {
    assertEquals(client.refusal(["ZRANGEBYLEX", "z", bound, "+"]), words);
  }
  assertEquals(
    client.refusal("ZRANGE z - + BYLEX WITHSCORES"),
    "ERR syntax error, WITHSCORES not supported in combination with BYLEX",
  );
  assertEquals(
    client.refusal("ZRANGE z 0 1 LIMIT 0 1"),
    "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
  );
});

Deno.test("ZRANGESTORE replaces what the destination held, or removes it", () => {
  const harness = new EngineHarness();
  harness.run("ZADD z 1 a 2 b 3 c");
  harness.run("SET d x EX 100");
  assertEquals(harness.trace("ZRANGESTORE d z 2 +inf BYSCORE"), {
    reply: 2,
    effects: ["ZRANGESTORE d z 2 +inf BYSCORE"],
    events: ["zrangestore d"],
  });
  assertEquals(harness.run("ZRANGE d 0 -1 WITHSCORES"), ["b", "2", "c", "3"]);
  assertEquals(harness.run("TTL d"), -1);
  assertEquals(harness.run("ZRANGESTORE z z 0 0"), 1);
  assertEquals(harness.run("ZRANGE z 0 -1"), ["a"]);
  assertEquals(harness.trace("ZRANGESTORE d none 0 -1"), {
    reply: 0,
    effects: ["ZRANGESTORE d none 0 -1"],
    events: ["del d"],
  });
  assertEquals(harness.trace("ZRANGESTORE d none 0 -1").effects, []);
});

Deno.test("the ZREMRANGEBY commands announce themselves, and the end of the key", () => {
  const harness = new EngineHarness();
  harness.run("ZADD z 0 a 0 b 0 c 0 d");
  assertEquals(harness.trace("ZREMRANGEBYRANK z 0 0").events, ["zremrangebyrank z"]);
  assertEquals(harness.trace("ZREMRANGEBYLEX z [b [b").events, ["zremrangebylex z"]);
  assertEquals(harness.trace("ZREMRANGEBYSCORE z 1 2"), { reply: 0, effects: [], events: [] });
  assertEquals(harness.trace("ZREMRANGEBYSCORE z -inf +inf"), {
    reply: 2,
    effects: ["ZREMRANGEBYSCORE z -inf +inf"],
    events: ["zremrangebyscore z", "del z"],
  });
});

Deno.test("a walk with ZSCAN sees every member while the sorted set grows and shrinks", async () => {
  await forEachSeed(3, (random) => {
    const { client } = new EngineHarness({ seed: random.seed });
    const add = (from: number, to: number) => {
      for (let i = from; i < to; i++) client.run(["ZADD", "z", i, `m${i}`]);
    };
    add(0, 400);
    const seen = new Map<string, string>();
    let cursor = "0", round = 0;
    do {
      const [next, found] = client.run(["ZSCAN", "z", cursor, "COUNT", 20]) as [string, string[]];
      for (let i = 0; i < found.length; i += 2) seen.set(found[i], found[i + 1]);
      cursor = next;
      if (round === 3) add(400, 2000);
      if (round === 6) client.run("ZREMRANGEBYSCORE z 400 +inf");
      round++;
    } while (cursor !== "0");
    for (let i = 0; i < 400; i++) assertEquals(seen.get(`m${i}`), String(i));
  });
});

Deno.test("ZRANDMEMBER answers different members for a positive count", async () => {
  await forEachSeed(3, (random) => {
    const { client } = new EngineHarness({ seed: random.seed });
    for (const size of [10, 300]) {
      for (let i = 0; i < size; i++) client.run(["ZADD", "z", i, `m${i}`]);
      for (const count of [1, 5, size - 1, size, size + 5]) {
        const found = client.run(["ZRANDMEMBER", "z", count]) as string[];
        assertEquals(new Set(found).size, Math.min(count, size));
      }
      const pairs = client.run(["ZRANDMEMBER", "z", -50, "WITHSCORES"]) as string[];
      assertEquals(pairs.length, 100);
      for (let i = 0; i < 100; i += 2) assertEquals(pairs[i], `m${pairs[i + 1]}`);
    }
  });
});
