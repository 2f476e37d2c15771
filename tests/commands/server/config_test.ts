import { assert, assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";

Deno.test("CONFIG GET answers a map of what the patterns match", () => {
  const { client } = new EngineHarness();
  assertEquals(client.run("CONFIG GET maxmemory bogus"), ["maxmemory", "0"]);
  client.protocol = 3;
  assertEquals(client.reply("CONFIG GET maxmemory").type, "map");
});

Deno.test("CONFIG SET changes all of its parameters or none", () => {
  const { client } = new EngineHarness();
  assertEquals(client.run("CONFIG SET hz 50 maxmemory 1mb"), "OK");
  assertEquals(
    client.refusal("CONFIG SET hz 20 maxmemory-policy bogus").slice(0, 46),
    "ERR CONFIG SET failed (possibly related to arg",
  );
  assertEquals(client.run("CONFIG GET hz"), ["hz", "50"]);
  assertEquals(
    client.refusal("CONFIG SET hz 20 maxmemory"),
    "ERR syntax error",
  );
});

Deno.test("CONFIG SET quotes the bytes of an unknown name as they came", () => {
  const { client } = new EngineHarness();
  const wire = client.wire(["CONFIG", "SET", "x\xff", "1"]);
  assertEquals(wire, "-ERR Unknown option or number of arguments for CONFIG SET - 'x\xff'\r\n");
});

Deno.test("CONFIG RESETSTAT forgets statistics, also those of the batch that runs", () => {
  const { client, engine } = new EngineHarness();
  client.run("SET k v");
  client.run("GET none");
  client.refusal("BOGUS");
  client.run("CONFIG RESETSTAT");
  const stats = client.run("INFO stats commandstats errorstats") as string;
  assert(stats.includes("keyspace_misses:0\r\n"));
  assert(stats.includes("total_error_replies:0\r\n"));
  assert(!stats.includes("cmdstat_set"));
  assert(!stats.includes("errorstat_"));
  assertEquals(engine.stats.totalCommands, 2); // RESETSTAT itself, and INFO
});

Deno.test("CONFIG REWRITE passes on what the process answers", () => {
  let refusal: string | undefined = "ERR The server is running without a config file";
  const harness = new EngineHarness();
  const { process } = harness.engine.ports;
  process.rewriteConfig = () => refusal;
  assertEquals(harness.client.refusal("CONFIG REWRITE"), refusal);
  refusal = undefined;
  assertEquals(harness.run("CONFIG REWRITE"), "OK");
});
