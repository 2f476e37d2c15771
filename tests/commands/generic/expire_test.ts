/** EXPIRE and its kin, TTL and its kin, PERSIST. */

import { assert, assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import { bigList, freed } from "../../support/fake_list.ts";

const START_MS = 1_700_000_000_000;

Deno.test("every form of EXPIRE sets the instant and propagates it as PEXPIREAT", () => {
  for (
    const [line, instant] of [
      ["EXPIRE k 10", START_MS + 10_000],
      ["pexpire k 10", START_MS + 10],
      ["EXPIREAT k 1700000005", START_MS + 5000],
      ["PEXPIREAT k 1700000000007", START_MS + 7],
      ["EXPIRE k 10 lt", START_MS + 10_000],
    ] as const
  ) {
    const harness = new EngineHarness();
    harness.run("SET k v");
    const { reply, effects, events } = harness.trace(line);
    assertEquals(reply, 1);
    const condition = line.endsWith("lt") ? " lt" : "";
    assertEquals(effects, [`PEXPIREAT k ${instant}${condition}`]);
    assertEquals(events, ["expire k"]);
    assertEquals(harness.run("PEXPIRETIME k"), instant);
  }
});

Deno.test("a key is there until its instant and gone at it", () => {
  const harness = new EngineHarness();
  harness.run("SET k v");
  harness.run("PEXPIRE k 10");
  harness.clock.advanceMs(9);
  assertEquals(harness.run("EXISTS k"), 1);
  harness.clock.advanceMs(1);
  assertEquals(harness.run("EXISTS k"), 0);
  assertEquals(harness.run("EXPIRE k 10"), 0);
});

Deno.test("an instant in the past deletes at once and propagates a deletion", () => {
  for (
    const line of ["EXPIRE k 0", "EXPIRE k -1", "PEXPIRE k -5", "EXPIREAT k 1", "PEXPIREAT k 0"]
  ) {
    const harness = new EngineHarness();
    harness.run("SET k v");
    assertEquals(harness.trace(line), { reply: 1, effects: ["DEL k"], events: ["del k"] });
    assertEquals(harness.keys(), []);
    assertEquals(harness.keyspace.stats.expiredKeys, 0);
  }
});

Deno.test("with lazyfree-lazy-expire a deletion is an UNLINK and a big value is freed later", () => {
  const harness = new EngineHarness({ config: { "lazyfree-lazy-expire": "yes" } });
  bigList(harness, "k");
  assertEquals(harness.trace("EXPIRE k -1").effects, ["UNLINK k"]);
  assertEquals(freed(harness), 0);
  harness.run("SET k v PX 1");
  harness.clock.advanceMs(1);
  assertEquals(harness.trace("GET k").effects, ["UNLINK k"]);
});

Deno.test("a replica and a server that loads keep an instant in the past: a DEL comes for it", () => {
  const replica = new EngineHarness();
  replica.keyspace.expiresKeys = false;
  const loading = new EngineHarness({
    ports: { persistence: { loading: true, info: () => [], resetStats: () => {} } },
  });
  for (const harness of [replica, loading]) {
    harness.run("SET k v");
    assertEquals(harness.run("PEXPIREAT k 5"), 1);
    assertEquals(harness.keys(), ["k"]);
  }
});

Deno.test("NX, XX, GT and LT look at the expiry the key has; without one it is for ever", () => {
  const harness = new EngineHarness();
  const set = (line: string, before: "none" | number) => {
    harness.run("SET k v");
    if (before !== "none") harness.run(`EXPIRE k ${before}`);
    return harness.run(line);
  };
  assertEquals(set("EXPIRE k 10 NX", "none"), 1);
  assertEquals(set("EXPIRE k 10 NX", 5), 0);
  assertEquals(set("EXPIRE k 10 XX", "none"), 0);
  assertEquals(set("EXPIRE k 10 XX", 5), 1);
  assertEquals(set("EXPIRE k 10 GT", "none"), 0);
  assertEquals(set("EXPIRE k 10 GT", 5), 1);
  assertEquals(set("EXPIRE k 10 GT", 10), 0);
  assertEquals(set("EXPIRE k 10 LT", "none"), 1);
  assertEquals(set("EXPIRE k 10 LT", 10), 0);
  assertEquals(set("EXPIRE k 10 LT", 15), 1);
  assertEquals(set("EXPIRE k 10 XX LT", "none"), 0);
  assertEquals(set("EXPIRE k 10 XX GT", 5), 1);
  assertEquals(set("EXPIRE k -1 GT", 5), 0);
  assertEquals(harness.trace("EXPIRE k 1 GT"), { reply: 0, effects: [], events: [] });
});

Deno.test("EXPIRE refuses in Redis's order: options, then the number, before the key is looked at", () => {
  const { client } = new EngineHarness();
  const refused = (line: string, text: string) => assertEquals(client.refusal(line), `ERR ${text}`);
  refused("EXPIRE none x BOGUS", "Unsupported option BOGUS");
  refused("EXPIRE none x NX GT", "NX and XX, GT or LT options at the same time are not compatible");
  refused("EXPIRE none x GT LT", "GT and LT options at the same time are not compatible");
  refused("EXPIRE none x", "value is not an integer or out of range");
  refused("EXPIRE none 9223372036854775808", "value is not an integer or out of range");
  refused("EXPIRE none 9223372036854775", "invalid expire time in 'expire' command");
  refused("EXPIRE none 9223372036854776", "invalid expire time in 'expire' command");
  refused("EXPIRE none -9223372036854776", "invalid expire time in 'expire' command");
  refused("EXPIREAT none 9223372036854776", "invalid expire time in 'expireat' command");
  refused("PEXPIRE none 9223372036854775807", "invalid expire time in 'pexpire' command");
  assertEquals(client.run("EXPIREAT none 9223372036854775"), 0);
  assertEquals(client.run("PEXPIREAT none 9223372036854775807"), 0);
  assertEquals(client.run("PEXPIRE none -9223372036854775808"), 0);
});

Deno.test("an instant beyond 2^53 ms is taken for the last one before it", () => {
  const harness = new EngineHarness();
  harness.run("SET k v");
  assertEquals(harness.run("PEXPIREAT k 9223372036854775807"), 1);
  assertEquals(harness.run("PEXPIRETIME k"), Number.MAX_SAFE_INTEGER);
  assertEquals(harness.run("GET k"), "v");
  assertEquals(harness.run("PEXPIRE k -9223372036854775808"), 1);
  assertEquals(harness.run("GET k"), null);
});

Deno.test("TTL and EXPIRETIME round to the nearest second, PTTL and PEXPIRETIME do not", () => {
  const harness = new EngineHarness();
  harness.run("SET k v PX 10499");
  assertEquals(harness.run("TTL k"), 10);
  assertEquals(harness.run("PTTL k"), 10_499);
  assertEquals(harness.run("EXPIRETIME k"), START_MS / 1000 + 10);
  assertEquals(harness.run("PEXPIRETIME k"), START_MS + 10_499);
  harness.run("PEXPIRE k 10500");
  assertEquals(harness.run("TTL k"), 11);
  harness.clock.advanceMs(10_499);
  assertEquals(harness.run("PTTL k"), 1);
  assertEquals(harness.run("TTL k"), 0);
});

Deno.test("-1 is no expiry, -2 no key", () => {
  const harness = new EngineHarness();
  harness.run("SET k v");
  for (const name of ["TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME"]) {
    assertEquals(harness.run(`${name} k`), -1);
    assertEquals(harness.run(`${name} none`), -2);
  }
});

Deno.test("PERSIST takes the expiry away, and says whether there was one", () => {
  const harness = new EngineHarness();
  harness.run("SET k v EX 10");
  assertEquals(harness.trace("PERSIST k"), {
    reply: 1,
    effects: ["PERSIST k"],
    events: ["persist k"],
  });
  assertEquals(harness.trace("PERSIST k"), { reply: 0, effects: [], events: [] });
  assertEquals(harness.run("PERSIST none"), 0);
  harness.clock.advanceMs(20_000);
  assertEquals(harness.run("GET k"), "v");
});

Deno.test("keys that the cron expires are propagated one by one", () => {
  const harness = new EngineHarness();
  for (let i = 0; i < 5; i++) harness.run(`SET k${i} v PX 1`);
  harness.takeEffects();
  const [database] = harness.keyspace.databases;
  harness.later(1, () => {
    for (let i = database.expires.length - 1; i >= 0; i--) {
      const ref = database.expires.get(i);
      database.expire(ref, database.keyOf(ref));
    }
  });
  const effects = harness.takeEffects();
  assertEquals(effects.length, 5);
  assert(effects.every((effect) => effect.startsWith("DEL k")));
});
