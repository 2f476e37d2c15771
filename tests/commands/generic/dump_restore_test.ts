// DUMP and RESTORE in one server: options, errors, what is propagated and announced.
import { assert, assertEquals } from "@std/assert";
import { latin1Bytes } from "../../../src/base/bytes.ts";
import { Crc64 } from "../../../src/base/crc64.ts";
import { EngineHarness, type HarnessOptions } from "../../support/engine_harness.ts";
import { quote } from "../../support/reply.ts";

const MAKERS: Record<string, string> = {
  text: "SET text hello",
  integer: "SET integer -12345",
  empty: "SET empty ''",
  list: "RPUSH list a 1 '' b",
  integers: "SADD integers 1 2 3 9999999999",
  set: "SADD set a b 3",
  zset: "ZADD zset 1 a 2.5 b -inf c",
  hash: "HSET hash a 1 b text",
  stream: "XADD stream 1-1 a 1 b 2",
};

function filled(options: HarnessOptions = {}): EngineHarness {
  const harness = new EngineHarness(options);
  for (const line of Object.values(MAKERS)) harness.run(line);
  for (let i = 0; i < 300; i++) {
    harness.run(`RPUSH large-list element:${i} ${"x".repeat(i)}`);
    harness.run(`SADD large-set member:${i}`);
    harness.run(`ZADD large-zset ${i / 3} member:${i}`);
    harness.run(`HSET large-hash field:${i} ${i * 7} other:${i} x`);
  }
  return harness;
}

/** A payload as RESTORE takes it. */
function dumped({ client }: EngineHarness, key: string): Uint8Array {
  const payload = client.run(["DUMP", key]);
  assert(typeof payload === "string", `${key} has no payload`);
  return latin1Bytes(payload);
}

function digest({ client }: EngineHarness, key: string): unknown {
  return client.run(["DEBUG", "DIGEST-VALUE", key]);
}

/** A payload made by hand: its value, a version, the right checksum. */
function payload(value: Uint8Array | number[], version = 10): Uint8Array {
  const bytes = new Uint8Array([...value, version & 0xff, version >> 8, ...new Array(8).fill(0)]);
  new Crc64().update(bytes, 0, bytes.length - 8).write(bytes, bytes.length - 8);
  return bytes;
}

const DEBUG = { config: { "enable-debug-command": "yes" } } as const;

Deno.test("RESTORE of a DUMP is an equal value of the same encoding, for every type", () => {
  const harness = filled(DEBUG);
  for (const key of harness.keys()) {
    const ask = (name: string) => harness.run(["OBJECT", "ENCODING", name]);
    assertEquals(harness.run(["RESTORE", "copy", "0", dumped(harness, key), "REPLACE"]), "OK", key);
    assertEquals(digest(harness, "copy"), digest(harness, key), key);
    assertEquals(ask("copy"), ask(key), key);
    assertEquals(harness.run("TTL copy"), -1);
  }
});

Deno.test("DUMP of a key that does not exist is null", () => {
  const harness = new EngineHarness();
  assertEquals(harness.client.wire("DUMP nothing"), "$-1\r\n");
});

Deno.test("the fields of a hash keep their expiries, in a payload of version 12", () => {
  for (const key of ["hash", "large-hash"]) {
    const harness = filled(DEBUG);
    const field = key === "hash" ? "a" : "field:5";
    harness.run(`HPEXPIRE ${key} 9000 FIELDS 1 ${field}`);
    const bytes = dumped(harness, key);
    assertEquals(bytes[bytes.length - 10], 12);
    harness.run(["RESTORE", "copy", 0, bytes]);
    assertEquals(harness.run(`HPTTL copy FIELDS 1 ${field}`), [9000]);
    harness.later(9001);
    assertEquals(harness.run(`HEXISTS copy ${field}`), 0);
  }
});

Deno.test("RESTORE refuses a key that exists unless REPLACE is given", () => {
  const harness = filled(DEBUG);
  const bytes = dumped(harness, "hash");
  assertEquals(
    harness.client.refusal(["RESTORE", "text", 0, bytes]),
    "BUSYKEY Target key name already exists.",
  );
  assertEquals(harness.run("GET text"), "hello");
  assertEquals(harness.run(["RESTORE", "text", 0, bytes, "replace"]), "OK");
  assertEquals(digest(harness, "text"), digest(harness, "hash"));
  assertEquals(harness.run("DBSIZE"), harness.keys().length);
});

Deno.test("RESTORE refuses options, times and payloads in Redis's words and order", () => {
  const harness = filled();
  const good = dumped(harness, "text");
  const bad = good.slice();
  bad[1] ^= 1;
  const newer = payload(good.subarray(0, good.length - 10), 13);
  const checksum = "ERR DUMP payload version or checksum are wrong";
  const cases: [(string | number | Uint8Array)[], string][] = [
    [["new", 0, good, "BOGUS"], "ERR syntax error"],
    [["new", 0, good, "IDLETIME"], "ERR syntax error"],
    [["new", 0, good, "FREQ", 1, "IDLETIME", 1], "ERR syntax error"],
    [["new", 0, good, "IDLETIME", "x"], "ERR value is not an integer or out of range"],
    [["new", 0, good, "IDLETIME", -1], "ERR Invalid IDLETIME value, must be >= 0"],
    [["new", 0, good, "FREQ", 256], "ERR Invalid FREQ value, must be >= 0 and <= 255"],
    [["text", -1, bad], "BUSYKEY Target key name already exists."],
    [["new", "x", bad], "ERR value is not an integer or out of range"],
    [["new", -1, bad], "ERR Invalid TTL value, must be >= 0"],
    [["new", 0, bad], checksum],
    [["new", 0, newer], checksum],
    [["new", 0, "short"], checksum],
    [["new", 0, payload([])], "ERR Bad data format"],
    [["new", 0, payload([0xfe, 0])], "ERR Bad data format"],
    [["new", 0, payload([1, 0])], "ERR Bad data format"],
    [["new", 0, payload([4, 2, 1, 97, 1, 98, 1, 97, 1, 99])], "ERR Bad data format"],
    [["new", 0, payload([1, 3, 1, 97])], "ERR Bad data format"],
  ];
  for (const [words, refusal] of cases) {
    assertEquals(harness.client.refusal(["RESTORE", ...words]), refusal, quote(String(words)));
  }
  assertEquals(harness.run("EXISTS new"), 0);
  assertEquals(harness.run(["RESTORE", "text", 0, bad, "REPLACE"]) instanceof Error, true);
  assertEquals(harness.run("GET text"), "hello", "what it would have replaced stays");
});

Deno.test("RESTORE propagates an instant and announces the key", () => {
  const harness = filled({ startMs: 1_700_000_000_000 });
  const bytes = dumped(harness, "integer");
  const relative = harness.trace(["RESTORE", "new", 5000, bytes]);
  assertEquals(relative.reply, "OK");
  assertEquals(relative.events, ["restore new"]);
  assertEquals(relative.effects.length, 1);
  assert(relative.effects[0].startsWith("RESTORE new 1700000005000 "), relative.effects[0]);
  assert(relative.effects[0].endsWith(" ABSTTL"), relative.effects[0]);
  assertEquals(harness.run("PTTL new"), 5000);
  const absolute = harness.trace(["RESTORE", "other", 1_700_000_009_000, bytes, "ABSTTL"]);
  assert(absolute.effects[0].endsWith(" ABSTTL"));
  assertEquals(absolute.effects[0].split("ABSTTL").length, 2, "once");
  assertEquals(harness.run("PTTL other"), 9000);
  const without = harness.trace(["RESTORE", "third", 0, bytes]);
  assert(without.effects[0].startsWith("RESTORE third 0 "));
});

Deno.test("RESTORE of what is over already stores nothing; with REPLACE it deletes", () => {
  const harness = filled({ startMs: 1_700_000_000_000 });
  for (const key of ["text", "large-hash"]) {
    const bytes = dumped(harness, key);
    const past = harness.trace(["RESTORE", "new", 1, bytes, "ABSTTL"]);
    assertEquals([past.reply, past.effects, past.events], ["OK", [], []]);
    assertEquals(harness.run("EXISTS new"), 0);
    harness.run("SET old x");
    const replaced = harness.trace(["RESTORE", "old", 1, bytes, "ABSTTL", "REPLACE"]);
    assertEquals(
      [replaced.reply, replaced.effects, replaced.events],
      ["OK", ["DEL old"], ["del old"]],
    );
    assertEquals(harness.run("EXISTS old"), 0);
  }
});

Deno.test("IDLETIME and FREQ set how the key was used, where the policy looks at it", () => {
  const harness = filled();
  const bytes = dumped(harness, "text");
  harness.run(["RESTORE", "idle", 0, bytes, "IDLETIME", 1000]);
  assertEquals(harness.run("OBJECT IDLETIME idle"), 1000);
  const lfu = filled({ config: { "maxmemory-policy": "allkeys-lfu" } });
  lfu.run(["RESTORE", "often", 0, bytes, "FREQ", 200]);
  assertEquals(lfu.run("OBJECT FREQ often"), 200);
});

Deno.test("nothing of a refused or deleted value stays in memory", () => {
  const harness = filled();
  const payloads = harness.keys().map((key) => dumped(harness, key));
  harness.run("FLUSHALL");
  harness.run("SET k v");
  const used = harness.arena.usedBytes;
  for (const bytes of payloads) {
    harness.run(["RESTORE", "new", 0, bytes]);
    harness.run("DEL new");
    harness.run(["RESTORE", "new", 1, bytes, "ABSTTL"]);
    const cut = payload(bytes.subarray(0, Math.max(1, bytes.length - 14)));
    harness.client.send(["RESTORE", "new", 0, cut]);
    harness.client.takeReplies();
    harness.run("DEL new");
  }
  assertEquals(harness.arena.usedBytes, used);
});
