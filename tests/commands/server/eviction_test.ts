import { assert, assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";

const VALUE = "v".repeat(100);
const LIMIT = 64 * 1024;

/** A server with a limit and a policy, filled far beyond it. */
function filled(
  policy: string,
  set: (harness: EngineHarness, n: number) => void,
): EngineHarness {
  const harness = new EngineHarness({
    config: { maxmemory: String(LIMIT), "maxmemory-policy": policy, "maxmemory-samples": "10" },
  });
  for (let n = 0; n < 1000; n++) set(harness, n);
  return harness;
}

function evictedKeys({ keyspace }: EngineHarness): number {
  return keyspace.stats.evictedKeys;
}

Deno.test("under allkeys-lru the keys used last stay", () => {
  const harness = filled("allkeys-lru", (harness, n) => {
    harness.clock.advanceMs(1000);
    harness.run("GET hot");
    harness.run(["SET", n === 0 ? "hot" : `key:${n}`, VALUE]);
  });
  assert(evictedKeys(harness) > 400);
  assertEquals(harness.run("EXISTS hot"), 1);
  const left = harness.keys().filter((key) => key !== "hot").map((key) => Number(key.slice(4)));
  const mean = left.reduce((sum, n) => sum + n, 0) / left.length;
  assert(mean > 700, `the mean of what stayed is ${mean}`);
});

Deno.test("memory stays near its limit, and evictions are counted, announced and propagated", () => {
  const harness = filled("allkeys-random", (harness, n) => harness.run(["SET", `key:${n}`, VALUE]));
  assert(harness.arena.usedBytes <= LIMIT + 1024, `${harness.arena.usedBytes} bytes in use`);
  const before = evictedKeys(harness);
  const { effects, events } = harness.trace(["SET", "one-more", VALUE]);
  const evicted = evictedKeys(harness) - before;
  assert(evicted > 0);
  assertEquals(events.filter((event) => event.startsWith("evicted ")).length, evicted);
  assertEquals(effects.filter((effect) => effect.startsWith("DEL ")).length, evicted);
  assertEquals(effects[effects.length - 1], `SET one-more ${VALUE}`);
  const info = harness.run("INFO stats") as string;
  assert(info.includes(`evicted_keys:${evictedKeys(harness)}\r\n`));
});

Deno.test("under volatile-ttl the keys that expire soonest go, and those without expiry stay", () => {
  const harness = filled("volatile-ttl", (harness, n) => {
    if (n < 50) harness.run(["SET", `kept:${n}`, VALUE]);
    else harness.run(["SET", `key:${n}`, VALUE, "EX", 100_000 - n * 50]);
  });
  const left = harness.keys();
  assertEquals(left.filter((key) => key.startsWith("kept:")).length, 50);
  const numbers = left.filter((key) => key.startsWith("key:")).map((key) => Number(key.slice(4)));
  const mean = numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
  assert(mean < 400, `the mean of what stayed is ${mean}`); // the first ones live longest
});

Deno.test("under allkeys-lfu the keys used most stay", () => {
  const harness = filled("allkeys-lfu", (harness, n) => {
    harness.run(["SET", `key:${n}`, VALUE]);
    for (let hot = 0; hot < 5; hot++) harness.run(["GET", `key:${hot}`]);
  });
  assertEquals(harness.run("EXISTS key:0 key:1 key:2 key:3 key:4"), 5);
  assert(evictedKeys(harness) > 400);
});

Deno.test("without a policy writes that need memory are refused, reads and deletes are not", () => {
  const harness = filled("noeviction", (harness, n) => harness.run(["SET", `key:${n}`, VALUE]));
  const { client } = harness;
  assertEquals(
    client.refusal("SET k v"),
    "OOM command not allowed when used memory > 'maxmemory'.",
  );
  assertEquals(harness.run("GET key:0"), VALUE);
  assertEquals(harness.run("DEL key:0 key:1 key:2 key:3 key:4"), 5);
  assertEquals(harness.run("SET k v"), "OK");
  assertEquals(evictedKeys(harness), 0);
});

Deno.test("a volatile policy with nothing left to evict refuses writes", () => {
  const harness = filled("volatile-lru", (harness, n) => harness.run(["SET", `key:${n}`, VALUE]));
  assert(harness.client.refusal("SET k v").startsWith("OOM "));
});

Deno.test("a limit that is lifted opens the gate again", () => {
  const harness = filled("noeviction", (harness, n) => harness.run(["SET", `key:${n}`, VALUE]));
  assert(harness.client.refusal("SET k v").startsWith("OOM "));
  assertEquals(harness.run("CONFIG SET maxmemory 0"), "OK");
  assertEquals(harness.run("SET k v"), "OK");
});

Deno.test("a policy that may evict makes room for the next write", () => {
  const harness = filled("noeviction", (harness, n) => harness.run(["SET", `key:${n}`, VALUE]));
  assertEquals(harness.run("CONFIG SET maxmemory-policy allkeys-lru"), "OK");
  assertEquals(harness.run("SET k v"), "OK");
});

Deno.test("a transaction with a write that needs memory is refused when there is none", () => {
  const harness = filled("noeviction", (harness, n) => harness.run(["SET", `key:${n}`, VALUE]));
  harness.run("MULTI");
  assert(harness.client.refusal("SET k v").startsWith("OOM "));
  assertEquals(
    harness.client.refusal("EXEC"),
    "EXECABORT Transaction discarded because of previous errors.",
  );
});

Deno.test("keys of every database are evicted", () => {
  const harness = filled("allkeys-random", (harness, n) => {
    harness.run(["SELECT", n % 2]);
    harness.run(["SET", `key:${n}`, VALUE]);
  });
  const [first, second] = [harness.keys(0).length, harness.keys(1).length];
  assert(first > 50 && second > 50, `${first} and ${second} keys are left`);
});
