// LATENCY, SLOWLOG and MEMORY: what the server tells of its own behaviour.
import { assert, assertEquals } from "@std/assert";
import { EngineHarness, type HarnessOptions } from "../../support/engine_harness.ts";
import type { Plain } from "../../support/reply.ts";

function slowServer(config: HarnessOptions["config"] = {}): EngineHarness {
  return new EngineHarness({ config: { "enable-debug-command": "yes", ...config } });
}

Deno.test("SLOWLOG notes commands that took at least the threshold, the newest first", () => {
  const harness = slowServer();
  harness.run("CLIENT SETNAME me");
  harness.run("DEBUG SLEEP 0.02");
  harness.run("SET fast v");
  harness.run("DEBUG SLEEP 0.03");
  assertEquals(harness.run("SLOWLOG LEN"), 2);
  const [newest, oldest] = harness.run("SLOWLOG GET") as Plain[][];
  const [id, atSeconds, microseconds, args, address, name] = newest;
  assertEquals([id, args, address, name], [
    1,
    ["DEBUG", "SLEEP", "0.03"],
    "127.0.0.1:50000",
    "me",
  ]);
  assertEquals(microseconds, 30_000);
  assertEquals(atSeconds, Math.floor(harness.clock.nowMs() / 1000));
  assertEquals(oldest[0], 0);
  assertEquals((harness.run("SLOWLOG GET 1") as Plain[]).length, 1);
  assertEquals(harness.run("SLOWLOG RESET"), "OK");
  assertEquals(harness.run("SLOWLOG GET -1"), []);
});

Deno.test("SLOWLOG keeps as many entries as it may, and none when it is off", () => {
  const harness = slowServer({ "slowlog-max-len": "3" });
  for (let n = 0; n < 5; n++) harness.run("DEBUG SLEEP 0.02");
  assertEquals(harness.run("SLOWLOG LEN"), 3);
  harness.run("CONFIG SET slowlog-max-len 1");
  assertEquals(harness.run("SLOWLOG LEN"), 1);
  harness.run("CONFIG SET slowlog-log-slower-than -1");
  harness.run("SLOWLOG RESET");
  harness.run("DEBUG SLEEP 0.02");
  assertEquals(harness.run("SLOWLOG LEN"), 0);
});

Deno.test("SLOWLOG shows no passwords and shortens what is long", () => {
  const harness = slowServer({ "slowlog-log-slower-than": "0" });
  harness.run("CONFIG SET hz 20 requirepass secret masterauth other");
  harness.run(["SET", "k", "v".repeat(200)]);
  harness.run(["MGET", ...Array.from({ length: 40 }, (_, n) => `k${n}`)]);
  const entries = (harness.run("SLOWLOG GET 3") as Plain[][]).map((entry) => entry[3] as string[]);
  assertEquals(entries[2], [
    "CONFIG",
    "SET",
    "hz",
    "20",
    "requirepass",
    "(redacted)",
    "masterauth",
    "(redacted)",
  ]);
  assertEquals(entries[1][2], "v".repeat(128) + "... (72 more bytes)");
  assertEquals(entries[0].length, 32);
  assertEquals(entries[0][31], "... (10 more arguments)");
});

Deno.test("SLOWLOG GET refuses counts below -1", () => {
  const { client } = new EngineHarness();
  const refusal = "ERR count should be greater than or equal to -1";
  assertEquals(client.refusal("SLOWLOG GET -2"), refusal);
  assertEquals(client.refusal("SLOWLOG GET x"), refusal);
});

Deno.test("LATENCY notes spikes above the threshold, the worst of each second", () => {
  const harness = slowServer({ "latency-monitor-threshold": "10" });
  harness.run("DEBUG SLEEP 0.02");
  harness.run("SET fast v");
  harness.clock.advanceMs(3000);
  harness.run("DEBUG SLEEP 0.05");
  const second = (ms: number) => Math.floor((1_700_000_000_000 + ms) / 1000);
  assertEquals(harness.run("LATENCY LATEST"), [["command", second(3020), 50, 50]]);
  assertEquals(harness.run("LATENCY HISTORY command"), [[second(0), 20], [second(3020), 50]]);
  assertEquals(harness.run("LATENCY HISTORY bogus"), []);
  const graph = harness.run("LATENCY GRAPH command") as string;
  assert(graph.startsWith("command - high 50 ms, low 20 ms (all time high 50 ms)\n"), graph);
  assert((harness.run("LATENCY DOCTOR") as string).includes("1. command: 2 latency spikes"));
  assertEquals(harness.run("LATENCY RESET bogus"), 0);
  assertEquals(harness.run("LATENCY RESET command"), 1);
  assertEquals(harness.run("LATENCY LATEST"), []);
  assertEquals(
    harness.client.refusal("LATENCY GRAPH command"),
    "ERR No samples available for event 'command'",
  );
});

Deno.test("LATENCY HISTOGRAM counts the calls of commands and of subcommands", () => {
  const harness = slowServer();
  harness.run("DEBUG SLEEP 0.02");
  harness.run("SET k v");
  harness.run("SET k v");
  harness.run("CONFIG GET hz");
  const { client } = harness;
  client.protocol = 3;
  assertEquals(client.run("LATENCY HISTOGRAM set bogus"), [
    ["set", [["calls", 2], ["histogram_usec", [[1, 2]]]]],
  ]);
  assertEquals(client.run("LATENCY HISTOGRAM debug"), [
    ["debug", [["calls", 1], ["histogram_usec", [[33816, 1]]]]],
  ]);
  const [[name]] = client.run("LATENCY HISTOGRAM config") as [string, Plain][];
  assertEquals(name, "config|get");
  client.run("CONFIG RESETSTAT");
  const names = (client.run("LATENCY HISTOGRAM") as [string, Plain][]).map(([name]) => name);
  assertEquals(names, ["config|resetstat"]);
});

Deno.test("MEMORY USAGE counts a key with its value, its expiry and its place in the tables", () => {
  const harness = new EngineHarness();
  harness.run("SET k v");
  const small = harness.run("MEMORY USAGE k") as number;
  harness.run("EXPIRE k 100");
  const expiring = harness.run("MEMORY USAGE k SAMPLES 0") as number;
  harness.run(["SET", "k", "v".repeat(5000)]);
  const large = harness.run("MEMORY USAGE k") as number;
  assert(small >= 20 && small < expiring && expiring < large, `${small} ${expiring} ${large}`);
  assert(large >= 5000 && large < 6500, `${large}`);
  assertEquals(harness.run("MEMORY USAGE none"), null);
  assertEquals(harness.client.refusal("MEMORY USAGE k SAMPLES -1"), "ERR syntax error");
  assertEquals(harness.client.refusal("MEMORY USAGE k SAMPLES"), "ERR syntax error");
});

Deno.test("MEMORY USAGE looks at a few elements of a large table, and at all with SAMPLES 0", () => {
  const harness = new EngineHarness();
  for (const [command, key] of [["SADD", "set"], ["HSET", "hash"], ["ZADD", "zset"]]) {
    for (let n = 0; n < 2000; n++) {
      const member = `member:${n}`.padEnd(n % 10 === 0 ? 100 : 20);
      const words = { SADD: [member], HSET: [member, "v"], ZADD: [`${n}`, member] }[command]!;
      harness.run([command, key, ...words]);
    }
    const all = harness.run(`MEMORY USAGE ${key} SAMPLES 0`) as number;
    assertEquals(harness.run(`MEMORY USAGE ${key} SAMPLES 2000`), all);
    const some = harness.run(`MEMORY USAGE ${key}`) as number;
    assertEquals(some > all / 4 && some < all * 4 && some !== all, true, `${key}: ${some}, ${all}`);
  }
});

Deno.test("the sum of MEMORY USAGE is what the arena handed out, but for the tables' room", () => {
  const harness = new EngineHarness();
  for (let n = 0; n < 1000; n++) harness.run(["SET", `key:${n}`, "v".repeat(n * 3)]);
  let sum = 0;
  for (let n = 0; n < 1000; n++) sum += harness.run(`MEMORY USAGE key:${n}`) as number;
  const used = harness.arena.usedBytes;
  assert(sum <= used && sum > used * 0.97, `${sum} of ${used} bytes`);
});

Deno.test("MEMORY STATS adds up", () => {
  const harness = new EngineHarness();
  for (let n = 0; n < 1000; n++) harness.run(`SET key:${n} value EX 100`);
  harness.client.protocol = 3;
  const stats = new Map(harness.run("MEMORY STATS") as [string, Plain][]);
  const numberOf = (name: string) => stats.get(name) as number;
  assertEquals(numberOf("total.allocated"), harness.arena.usedBytes);
  assertEquals(numberOf("keys.count"), 1000);
  assertEquals(numberOf("dataset.bytes") + numberOf("overhead.total"), harness.arena.usedBytes);
  const database = new Map(stats.get("db.0") as [string, number][]);
  assert(database.get("overhead.hashtable.main")! >= 4000);
  assert(database.get("overhead.hashtable.expires")! >= 4000);
});

Deno.test("MEMORY PURGE frees what was flushed lazily; DOCTOR and MALLOC-STATS answer texts", () => {
  const harness = new EngineHarness();
  for (let n = 0; n < 2000; n++) harness.run(`SET key:${n} value`);
  harness.run("FLUSHALL ASYNC");
  assertEquals(harness.keyspace.graveyard.pending, 2000);
  assertEquals(harness.run("MEMORY PURGE"), "OK");
  assertEquals(harness.keyspace.graveyard.pending, 0);
  assert((harness.run("MEMORY DOCTOR") as string).length > 20);
  assert((harness.run("MEMORY MALLOC-STATS") as string).includes("blocks handed out"));
});

Deno.test("a command that waits is in the slow log once it is done, not before", () => {
  const harness = slowServer({ "slowlog-log-slower-than": "0" });
  const waiting = harness.connect();
  waiting.send("BLPOP list 0");
  const logged = () =>
    (harness.run("SLOWLOG GET -1") as Plain[][]).filter((entry) =>
      (entry[3] as string[])[0] === "BLPOP"
    ).length;
  assertEquals(logged(), 0);
  harness.run("RPUSH list element");
  assertEquals(logged(), 1);
});

Deno.test("a command that waited is counted once, with its time", () => {
  const harness = slowServer({ "latency-tracking": "yes" });
  for (let n = 1; n <= 2; n++) {
    harness.connect().send("BLPOP list 0");
    harness.run("RPUSH list element");
    assertEquals(harness.run("LLEN list"), 0);
    const statistics = harness.run("INFO commandstats latencystats") as string;
    assert(statistics.includes(`cmdstat_blpop:calls=${n},`), statistics);
    assert(statistics.includes("latency_percentiles_usec_blpop:p50="), statistics);
  }
});
