import { assert, assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";

/** Titles of the sections of a text. */
function titles(text: unknown): string[] {
  return [...(text as string).matchAll(/^# (.*)\r$/gm)].map(([, title]) => title);
}

function field(harness: EngineHarness, name: string): string | undefined {
  const text = harness.run("INFO everything") as string;
  return new RegExp(`^${name}:(.*)\r$`, "m").exec(text)?.[1];
}

const DEFAULT = [
  "Server",
  "Clients",
  "Memory",
  "Persistence",
  "Stats",
  "Replication",
  "CPU",
  "Modules",
  "Errorstats",
  "Cluster",
  "Keyspace",
];

Deno.test("INFO shows the default sections in Redis's order", () => {
  const harness = new EngineHarness();
  assertEquals(titles(harness.run("INFO")), DEFAULT);
  assertEquals(titles(harness.run("INFO default")), DEFAULT);
});

Deno.test("INFO all and everything add the statistics of commands", () => {
  const harness = new EngineHarness();
  for (const words of ["all", "EVERYTHING", "server all"]) {
    assertEquals(titles(harness.run(`INFO ${words}`)).length, DEFAULT.length + 2);
  }
});

Deno.test("INFO with several sections keeps their order and answers unknown ones with nothing", () => {
  const harness = new EngineHarness();
  assertEquals(titles(harness.run("INFO keyspace bogus server")), ["Server", "Keyspace"]);
  assertEquals(titles(harness.run("INFO commandstats default")).length, DEFAULT.length + 1);
  assertEquals(harness.run("INFO bogus"), "");
  assertEquals(titles(harness.run("INFO debug")), ["Debug"]);
});

Deno.test("INFO is a verbatim text in RESP3", () => {
  const { client } = new EngineHarness();
  client.protocol = 3;
  assertEquals(client.reply("INFO server").type, "verbatim");
});

Deno.test("INFO keyspace counts keys and expiries of every database that has keys", () => {
  const harness = new EngineHarness();
  harness.run("MSET a 1 b 2");
  harness.run("SET c 3 PX 100000");
  harness.run("SELECT 5");
  harness.run("SET d 4");
  assertEquals(field(harness, "db0"), "keys=3,expires=1,avg_ttl=0,subexpiry=0");
  assertEquals(field(harness, "db5"), "keys=1,expires=0,avg_ttl=0,subexpiry=0");
  assertEquals(field(harness, "db1"), undefined);
});

Deno.test("INFO stats counts hits, misses, commands and errors", () => {
  const harness = new EngineHarness();
  harness.run("SET k v");
  harness.run("GET k");
  harness.run("GET none");
  harness.client.refusal("INCR k");
  harness.client.refusal("GET");
  assertEquals(field(harness, "keyspace_hits"), "1");
  assertEquals(field(harness, "keyspace_misses"), "1");
  assertEquals(field(harness, "total_error_replies"), "2");
  assertEquals(field(harness, "errorstat_ERR"), "count=2");
  assert(/^calls=2,.*,rejected_calls=1,failed_calls=0$/.test(field(harness, "cmdstat_get")!));
  assert(/^calls=1,.*,rejected_calls=0,failed_calls=1$/.test(field(harness, "cmdstat_incr")!));
});

Deno.test("INFO latencystats shows the percentiles asked for, while tracking is on", () => {
  const harness = new EngineHarness();
  harness.run("SET k v");
  harness.run('CONFIG SET latency-tracking-info-percentiles "0 50 99.99"');
  assert(
    /^p0=[\d.]+,p50=[\d.]+,p99\.99=[\d.]+$/.test(field(harness, "latency_percentiles_usec_set")!),
  );
  harness.run("CONFIG SET latency-tracking no");
  assertEquals(field(harness, "latency_percentiles_usec_set"), undefined);
});

Deno.test("INFO memory shows what the arena holds", () => {
  const harness = new EngineHarness();
  harness.run(["SET", "k", "v".repeat(100_000)]);
  assertEquals(field(harness, "used_memory"), String(harness.arena.usedBytes));
  assertEquals(
    field(harness, "used_memory_human"),
    `${(harness.arena.usedBytes / 1024).toFixed(2)}K`,
  );
  assertEquals(field(harness, "used_memory_rss"), String(32 << 20));
  assertEquals(field(harness, "maxmemory_policy"), "noeviction");
});

Deno.test("INFO server tells uptime by the clock", () => {
  const harness = new EngineHarness();
  harness.later(90_061_000);
  assertEquals(field(harness, "uptime_in_seconds"), "90061");
  assertEquals(field(harness, "uptime_in_days"), "1");
});

Deno.test("INFO clients counts those who are connected", () => {
  const harness = new EngineHarness();
  const second = harness.connect();
  assertEquals(field(harness, "connected_clients"), "2");
  second.disconnect();
  assertEquals(field(harness, "connected_clients"), "1");
});

Deno.test("INFO cpu tells the time of the process and of the thread that runs commands", () => {
  const harness = new EngineHarness();
  assertEquals(field(harness, "used_cpu_user"), "0.500000");
  assertEquals(field(harness, "used_cpu_sys"), "0.250000");
  assertEquals(field(harness, "used_cpu_user_main_thread"), "0.250000");
  assertEquals(field(harness, "used_cpu_sys_main_thread"), "0.125000");
});

Deno.test("INFO stats counts a stream of many blocks among what was freed lazily, not a small one", () => {
  const harness = new EngineHarness({ config: { "stream-node-max-entries": "5" } });
  for (const [entries, freed] of [[1, "0"], [1000, "1"]] as const) {
    for (let n = 0; n < entries; n++) harness.run("XADD stream * field value");
    assertEquals(harness.run("UNLINK stream"), 1);
    while (harness.keyspace.graveyard.dig(100)) { /* as the cron does */ }
    assertEquals(field(harness, "lazyfreed_objects"), freed);
  }
});
