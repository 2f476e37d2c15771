import { assertEquals } from "@std/assert";
import { ShapeFilter } from "../../../src/base/geo_shape.ts";
import { decodeGeohash } from "../../../src/base/geohash.ts";
import { EngineHarness, usedWhenEmpty } from "../../support/engine_harness.ts";
import { forEachSeed } from "../../support/seeded.ts";

function sicily() {
  const harness = new EngineHarness();
  harness.client.run("GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania");
  harness.client.run("GEOADD g 2.349014 48.864716 Paris");
  return harness;
}

Deno.test("GEOSEARCH finds what a look at every member finds, nearest first", async () => {
  await forEachSeed(4, (random) => {
    const { client } = new EngineHarness({ seed: random.seed });
    const size = random.pick([20, 500]);
    for (let i = 0; i < size; i++) {
      const longitude = random.next32() / 2 ** 32 * 20, latitude = random.next32() / 2 ** 32 * 20;
      client.run(["GEOADD", "g", longitude, latitude, `m${i}`]);
    }
    const scores = client.run("ZRANGE g 0 -1 WITHSCORES") as string[];
    for (let round = 0; round < 30; round++) {
      const center = { longitude: random.between(0, 20), latitude: random.between(0, 20) };
      const a = random.between(1, 900), b = random.between(1, 900);
      const circular = random.chance(0.5);
      const shape = { center, unitMeters: 1000, width: a, height: b, ...circular && { radius: a } };
      const expected: { member: string; distance: number }[] = [];
      for (let i = 0; i < scores.length; i += 2) {
        const point = { longitude: 0, latitude: 0 };
        decodeGeohash(Number(scores[i + 1]), point);
        const distance = new ShapeFilter(shape).distanceTo(point);
        if (distance >= 0) expected.push({ member: scores[i], distance });
      }
      expected.sort((x, y) => x.distance - y.distance);
      const members = expected.map(({ member }) => member);
      const from = ["GEOSEARCH", "g", "FROMLONLAT", center.longitude, center.latitude];
      const by = circular ? ["BYRADIUS", a, "km"] : ["BYBOX", a, b, "km"];
      assertEquals(client.run([...from, ...by, "ASC"]), members);
      assertEquals(client.run([...from, ...by, "DESC"]), members.toReversed());
      assertEquals(client.run([...from, ...by, "COUNT", 3]), members.slice(0, 3));
      const some = client.run([...from, ...by, "COUNT", 3, "ANY"]) as string[];
      assertEquals(some.length, Math.min(3, members.length));
      assertEquals(some.every((member) => members.includes(member)), true);
      assertEquals((client.run([...from, ...by]) as string[]).sort(), members.toSorted());
    }
  });
});

Deno.test("GEOSEARCH answers distance, hash and coordinates in that order", () => {
  const { client } = sicily();
  const line = "GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 100 km WITHCOORD WITHHASH WITHDIST";
  const longitude = "15.08726745843887329", latitude = "37.50266842333162032";
  assertEquals(client.run(line), [["Catania", "56.4413", 3479447370796909, [longitude, latitude]]]);
  client.protocol = 3;
  assertEquals(
    client.wire(line),
    "*1\r\n*4\r\n$7\r\nCatania\r\n$7\r\n56.4413\r\n:3479447370796909\r\n" +
      `*2\r\n,${longitude}\r\n,${latitude}\r\n`,
  );
  assertEquals(client.wire("GEOSEARCH none FROMLONLAT 1 1 BYRADIUS 1 m"), "*0\r\n");
});

Deno.test("GEOSEARCHSTORE stores geohashes or distances, and nothing found removes the key", () => {
  const harness = sicily();
  const { client } = harness;
  const line = "GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 200 km";
  client.run("SET d x EX 100");
  assertEquals(harness.trace(line), { reply: 2, effects: [line], events: ["geosearchstore d"] });
  assertEquals(client.run("TTL d"), -1);
  assertEquals(client.run("ZSCORE d Palermo"), client.run("ZSCORE g Palermo"));
  client.run(`${line} STOREDIST`);
  assertEquals(Math.round(Number(client.run("ZSCORE d Catania")) * 1e4), 564413);
  const far = "GEOSEARCHSTORE d g FROMLONLAT 0 0 BYRADIUS 1 m";
  assertEquals(harness.trace(far), { reply: 0, effects: [far], events: ["del d"] });
  assertEquals(harness.trace(far), { reply: 0, effects: [], events: [] });
  assertEquals(client.run("GEOSEARCHSTORE g g FROMLONLAT 15 37 BYRADIUS 200 km"), 2);
  assertEquals(client.run("ZCARD g"), 2);
});

Deno.test("GEORADIUS and GEORADIUSBYMEMBER search and store; their read-only forms do not store", () => {
  const harness = sicily();
  const { client } = harness;
  assertEquals(client.run("GEORADIUS g 15 37 200 km ASC"), ["Catania", "Palermo"]);
  assertEquals(client.run("GEORADIUS_RO g 15 37 200 km DESC"), ["Palermo", "Catania"]);
  assertEquals(client.run("GEORADIUSBYMEMBER g Palermo 200 km COUNT 1"), ["Palermo"]);
  assertEquals(client.run("GEORADIUSBYMEMBER_RO g Paris 1 m WITHDIST"), [["Paris", "0.0000"]]);
  const line = "GEORADIUS g 15 37 200 km STORE x STOREDIST y STORE d";
  assertEquals(harness.trace(line), { reply: 2, effects: [line], events: ["georadiusstore d"] });
  assertEquals(client.run("EXISTS x y"), 0);
  assertEquals(client.refusal("GEORADIUS_RO g 15 37 200 km STORE d"), "ERR syntax error");
  assertEquals(
    client.refusal("GEORADIUS g 15 37 200 km STORE d WITHHASH"),
    "ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options",
  );
  assertEquals(client.run("COMMAND GETKEYS GEORADIUS g 1 2 3 m STORE d"), ["g", "d"]);
});

Deno.test("a search of a key that does not exist still checks its options", () => {
  const { client } = sicily();
  const member = "ERR could not decode requested zset member";
  assertEquals(client.run("GEOSEARCH none FROMMEMBER a BYRADIUS 1 m"), []);
  assertEquals(client.refusal("GEOSEARCH g FROMMEMBER a BYRADIUS 1 m"), member);
  assertEquals(client.refusal("GEORADIUSBYMEMBER g a 1 m"), member);
  assertEquals(client.run("GEORADIUSBYMEMBER none a x parsec"), []);
  assertEquals(
    client.refusal("geoSearch none BYRADIUS 1 m COUNT 1 ANY"),
    "ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for geoSearch",
  );
  assertEquals(
    client.refusal("GEOSEARCHSTORE d none FROMLONLAT 1 1 COUNT 1 ANY"),
    "ERR exactly one of BYRADIUS and BYBOX can be specified for GEOSEARCHSTORE",
  );
  assertEquals(
    client.refusal("GEOSEARCH none FROMLONLAT 1 1 BYRADIUS 1 m ANY"),
    "ERR the ANY argument requires COUNT argument",
  );
  assertEquals(
    client.refusal("GEOSEARCH none FROMLONLAT 1 1 BYRADIUS 1 m COUNT 0"),
    "ERR COUNT must be > 0",
  );
});

Deno.test("a search across the edge of the map finds both sides", () => {
  const { client } = new EngineHarness();
  client.run("GEOADD g 179.99 0 east -179.99 0 west 180 0 edge");
  const near = (longitude: number) =>
    client.run(`GEOSEARCH g FROMLONLAT ${longitude} 0 BYRADIUS 5 km ASC`);
  assertEquals(near(179.99), ["east", "west"]);
  assertEquals(near(-179.99), ["west", "east"]);
  // As in Redis, the edge itself is beyond the last cell, and seen from there only.
  assertEquals(near(180), ["edge", "east"]);
});

Deno.test("what searches store is freed with its key", () => {
  const harness = new EngineHarness();
  const { client } = harness;
  const emptyBytes = usedWhenEmpty(harness);
  for (let i = 0; i < 300; i++) client.run(["GEOADD", "g", i / 10, i / 10, `member ${i}`]);
  for (let round = 0; round < 3; round++) {
    client.run("GEOSEARCHSTORE d g FROMLONLAT 15 15 BYRADIUS 5000 km STOREDIST");
    client.run("GEOSEARCHSTORE d g FROMLONLAT 15 15 BYRADIUS 100 km COUNT 5 ANY");
  }
  client.run("DEL g d");
  assertEquals(harness.arena.usedBytes, emptyBytes);
});
