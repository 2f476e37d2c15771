import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";

function sicily() {
  const harness = new EngineHarness();
  harness.client.run("GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania");
  return harness;
}

Deno.test("GEODIST answers four digits in each unit, and nil where a member is missing", () => {
  const { client } = sicily();
  assertEquals(client.run("GEODIST g Palermo Catania"), "166274.1516");
  assertEquals(client.run("GEODIST g Palermo Catania km"), "166.2742");
  assertEquals(client.run("GEODIST g Palermo Catania Mi"), "103.3182");
  assertEquals(client.run("GEODIST g Palermo Catania FT"), "545518.8700");
  assertEquals(client.run("GEODIST g Palermo nobody"), null);
  assertEquals(client.run("GEODIST g nobody Palermo"), null);
  assertEquals(client.run("GEODIST none a b"), null);
  const unit = "ERR unsupported unit provided. please use M, KM, FT, MI";
  assertEquals(client.refusal("GEODIST none a b inch"), unit);
  assertEquals(client.refusal("GEODIST g a b m m"), "ERR syntax error");
});

Deno.test("GEOPOS answers coordinates in 17 digits, as doubles in RESP3", () => {
  const { client } = sicily();
  const longitude = "13.36138933897018433", latitude = "38.11555639549629859";
  assertEquals(client.run("GEOPOS g Palermo nobody"), [[longitude, latitude], null]);
  assertEquals(client.run("GEOPOS none a b"), [null, null]);
  assertEquals(client.wire("GEOPOS g nobody"), "*1\r\n*-1\r\n");
  client.protocol = 3;
  assertEquals(client.wire("GEOPOS g Palermo"), `*1\r\n*2\r\n,${longitude}\r\n,${latitude}\r\n`);
  assertEquals(client.wire("GEOPOS g nobody"), "*1\r\n_\r\n");
  assertEquals(client.wire("GEODIST g Palermo Palermo"), "$6\r\n0.0000\r\n");
});

Deno.test("GEOHASH answers the texts that maps know", () => {
  const { client } = sicily();
  assertEquals(client.run("GEOHASH g Palermo nobody Catania"), [
    "sqc8b49rny0",
    null,
    "sqdtr74hyu0",
  ]);
  assertEquals(client.run("GEOHASH g"), []);
  assertEquals(client.run("GEOHASH none a"), [null]);
});
