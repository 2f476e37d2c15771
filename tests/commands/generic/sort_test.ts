import { assert, assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import { forEachSeed } from "../../support/seeded.ts";

function harnessWith(...lines: string[]): EngineHarness {
  const harness = new EngineHarness();
  for (const line of lines) harness.run(line);
  return harness;
}

Deno.test("SORT orders numbers as numbers and texts byte by byte, of lists, sets and sorted sets", () => {
  const elements = "10 9 -1 2.5 1e2";
  const scores = "1 10 2 9 3 -1 4 2.5 5 1e2";
  for (const fill of [`RPUSH k ${elements}`, `SADD k ${elements}`, `ZADD k ${scores}`]) {
    const { client } = harnessWith(fill);
    assertEquals(client.run("SORT k"), ["-1", "2.5", "9", "10", "1e2"]);
    assertEquals(client.run("SORT_RO k DESC LIMIT 1 2"), ["10", "9"]);
    assertEquals(client.run("SORT k ALPHA"), ["-1", "10", "1e2", "2.5", "9"]);
  }
});

Deno.test("SORT orders as many elements as Array.sort does", async () => {
  await forEachSeed(3, (random) => {
    const numbers = Array.from({ length: 500 }, () => random.between(-200, 200) / 4);
    const harness = harnessWith();
    harness.run(["RPUSH", "k", ...numbers]);
    const sorted = numbers.toSorted((a, b) => a - b).map(String);
    assertEquals(harness.run("SORT k"), sorted);
    assertEquals(harness.run("SORT k DESC LIMIT 3 7"), sorted.toReversed().slice(3, 10));
  });
});

Deno.test("BY and GET name strings and fields of hashes", () => {
  const { client } = harnessWith(
    "RPUSH k 1 2 3",
    "MSET w1 3 w2 1 w3 2 name1 one name2 two",
    "HSET h1 age 30",
    "HSET h3 age 10",
  );
  assertEquals(client.run("SORT k BY w*"), ["2", "3", "1"]);
  assertEquals(client.run("SORT k BY h*->age GET # GET h*->age"), [
    "2",
    null,
    "3",
    "10",
    "1",
    "30",
  ]);
  assertEquals(client.run("SORT k GET name* DESC"), [null, "two", "one"]);
  assertEquals(client.run("SORT k BY constant DESC GET constant"), [null, null, null]);
  assertEquals(client.run("SORT k BY name* ALPHA GET #"), ["3", "1", "2"]);
  assertEquals(client.run("SORT k GET w*->age GET h*"), Array(6).fill(null));
});

Deno.test("BY a constant leaves lists and sorted sets in their order, or turns it around", () => {
  const { client } = harnessWith("RPUSH l c a b", "ZADD z 3 c 1 a 2 b");
  assertEquals(client.run("SORT l BY nosort"), ["c", "a", "b"]);
  assertEquals(client.run("SORT l BY nosort DESC LIMIT 1 5"), ["a", "c"]);
  assertEquals(client.run("SORT z BY nosort DESC"), ["c", "b", "a"]);
  assertEquals(client.run("SORT z BY nosort LIMIT 1 1"), ["b"]);
});

Deno.test("a set that is stored unsorted is sorted all the same: replicas must get the same list", () => {
  const harness = harnessWith("SADD s d b a c");
  assertEquals(harness.run("SORT s BY nosort STORE out"), 4);
  assertEquals(harness.run("LRANGE out 0 -1"), ["a", "b", "c", "d"]);
});

Deno.test("numbers are read as C reads them", () => {
  const sorted = (...elements: string[]) => {
    const { client } = new EngineHarness();
    client.run(["RPUSH", "k", ...elements]);
    return client.run("SORT k");
  };
  assertEquals(sorted(" 2", "", "0x10", "-inf", "1\0x"), ["-inf", "", "1\0x", " 2", "0x10"]);
  for (const wrong of ["x", "1 ", " ", "nan", "1e400", "1e-310"]) {
    const reply = sorted("1", wrong);
    assert(reply instanceof Error, wrong);
    assertEquals(reply.message, "ERR One or more scores can't be converted into double");
  }
});

Deno.test("STORE replaces whatever the key holds, its expiry too; nothing to store removes it", () => {
  const harness = harnessWith("RPUSH k 3 1 2", "SET out v EX 100");
  assertEquals(harness.trace("SORT k STORE out"), {
    reply: 3,
    effects: ["SORT k STORE out"],
    events: ["sortstore out"],
  });
  assertEquals([harness.run("TTL out"), harness.run("LRANGE out 0 -1")], [-1, ["1", "2", "3"]]);
  assertEquals(harness.run("SORT k GET missing* GET # LIMIT 0 1 STORE k"), 2);
  assertEquals(harness.run("LRANGE k 0 -1"), ["", "1"]);
  assertEquals(harness.trace("SORT missing STORE k").events, ["del k"]);
  assertEquals(harness.trace("SORT missing STORE k"), { reply: 0, effects: [], events: [] });
  assert(harness.run("SORT_RO out STORE k") instanceof Error);
});

Deno.test("an element that is no number leaves the key to store to as it was", () => {
  const harness = harnessWith("RPUSH k a", "SET out v");
  assert(harness.run("SORT k STORE out") instanceof Error);
  assertEquals(harness.run("GET out"), "v");
});

Deno.test("the keys of SORT are the sorted one and the last one to store to", () => {
  const { client } = new EngineHarness();
  const keysOf = (line: string) => client.run(`COMMAND GETKEYS ${line}`);
  assertEquals(keysOf("SORT a BY STORE GET store LIMIT 1 2 STORE b STORE c"), ["a", "c"]);
  assertEquals(keysOf("SORT a STORE"), ["a"]);
  assertEquals(keysOf("SORT_RO a BY w_* GET #"), ["a"]);
});
