import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";

Deno.test("GEOADD adds members as a sorted set with geohashes for scores, and propagates a ZADD", () => {
  const harness = new EngineHarness();
  const { client } = harness;
  const line = "GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania";
  assertEquals(harness.trace(line), {
    reply: 2,
    effects: ["ZADD g 3479099956230698 Palermo 3479447370796909 Catania"],
    events: ["zadd g"],
  });
  assertEquals(harness.trace(line), { reply: 0, effects: [], events: [] });
  assertEquals(client.run("TYPE g"), "zset");
  assertEquals(client.run("ZRANGE g 0 -1 WITHSCORES"), [
    "Palermo",
    "3479099956230698",
    "Catania",
    "3479447370796909",
  ]);
});

Deno.test("GEOADD with NX, XX and CH adds, moves and counts as they say", () => {
  const { client, trace } = traced();
  assertEquals(client.run("GEOADD g XX 1 2 a"), 0);
  assertEquals(client.run("EXISTS g"), 0);
  assertEquals(client.run("GEOADD g NX 1 2 a 3 4 b"), 2);
  assertEquals(client.run("GEOADD g NX CH 5 6 a 7 8 c"), 1);
  assertEquals(client.run("GEOADD g XX 5 6 a 9 9 d"), 0);
  assertEquals(client.run("GEOADD g CH 5 6 a 1 1 b 1 1 e"), 2);
  assertEquals(client.run("ZCARD g"), 4);
  assertEquals(trace("GEOADD g XX CH 1 2 a 3 3 nobody").effects, [
    "ZADD g XX CH 3378080408407459 a 3379368329318596 nobody",
  ]);
  assertEquals(client.run("GEODIST g b e"), "0.0000");
});

Deno.test("GEOADD refuses what it cannot place, and then adds nothing", () => {
  const { client } = traced();
  const pair = "ERR invalid longitude,latitude pair";
  const refused: [string, string][] = [
    ["GEOADD g 1 2 m 181 0 n", `${pair} 181.000000,0.000000`],
    ["GEOADD g 0 85.06 m", `${pair} 0.000000,85.060000`],
    ["GEOADD g 200.0078125 -0 m", `${pair} 200.007812,-0.000000`],
    ["GEOADD g 200.0234375 -0.0000001 m", `${pair} 200.023438,-0.000000`],
    ["GEOADD g -inf 0 m", `${pair} -inf,0.000000`],
    ["GEOADD g 1e22 0 m", `${pair} 10000000000000000000000.000000,0.000000`],
    ["GEOADD g 1 2 m 3", "ERR syntax error"],
    ["GEOADD g NX XX 1 2 m", "ERR syntax error"],
    ["GEOADD g NX CH NX", "ERR syntax error"],
    ["GEOADD g 1 2 m x 2 n", "ERR value is not a valid float"],
  ];
  for (const [line, error] of refused) assertEquals(client.refusal(line), error, line);
  assertEquals(client.run("EXISTS g"), 0);
});

Deno.test("GEOADD of many members makes a large sorted set", () => {
  const { client } = traced();
  const words = Array.from({ length: 200 }, (_, i) => [String(i / 2), String(i / 3), `m${i}`]);
  assertEquals(client.run(["GEOADD", "g", ...words.flat()]), 200);
  assertEquals(client.run("OBJECT ENCODING g"), "skiplist");
  client.run("GEOADD h 1 1 a");
  assertEquals(client.run("OBJECT ENCODING h"), "listpack");
});

function traced() {
  const harness = new EngineHarness();
  return { client: harness.client, trace: (line: string) => harness.trace(line) };
}
