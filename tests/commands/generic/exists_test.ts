/** EXISTS, TYPE and TOUCH. */

import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import { bigList } from "../../support/fake_list.ts";

Deno.test("EXISTS counts a key as often as it is named", () => {
  const harness = new EngineHarness();
  harness.run("MSET a 1 b 2");
  assertEquals(harness.run("EXISTS a b none a"), 3);
  assertEquals(harness.run("EXISTS none"), 0);
});

Deno.test("TYPE names the type, or none", () => {
  const harness = new EngineHarness();
  harness.run("SET a 1");
  bigList(harness, "l");
  assertEquals(harness.client.wire("TYPE a"), "+string\r\n");
  assertEquals(harness.client.wire("TYPE l"), "+list\r\n");
  assertEquals(harness.client.wire("TYPE none"), "+none\r\n");
});

Deno.test("TOUCH marks keys as used; EXISTS, TYPE, TTL and OBJECT do not", () => {
  const harness = new EngineHarness();
  harness.run("SET a 1");
  harness.clock.advanceMs(10_000);
  for (const line of ["EXISTS a", "TYPE a", "TTL a", "PEXPIRETIME a", "OBJECT ENCODING a"]) {
    harness.run(line);
    assertEquals(harness.run("OBJECT IDLETIME a"), 10, line);
  }
  assertEquals(harness.run("TOUCH a none a"), 2);
  assertEquals(harness.run("OBJECT IDLETIME a"), 0);
});

Deno.test("TOUCH touches for a client with NO-TOUCH on, too", () => {
  const harness = new EngineHarness();
  harness.run("SET a 1");
  harness.clock.advanceMs(10_000);
  harness.client.session.noTouch = true;
  harness.run("GET a");
  assertEquals(harness.run("OBJECT IDLETIME a"), 10);
  harness.run("TOUCH a");
  harness.clock.advanceMs(3000);
  harness.run("GET a");
  assertEquals(harness.run("OBJECT IDLETIME a"), 3);
});

Deno.test("looking a key up counts as a hit or a miss", () => {
  const harness = new EngineHarness();
  harness.run("SET a 1");
  for (const line of ["EXISTS a none", "TYPE a", "TTL none", "TOUCH a", "OBJECT REFCOUNT none"]) {
    harness.run(line);
  }
  const { keyspaceHits, keyspaceMisses } = harness.keyspace.stats;
  assertEquals([keyspaceHits, keyspaceMisses], [3, 3]);
  for (const line of ["DEL a", "EXPIRE a 1", "PERSIST a", "UNLINK none"]) harness.run(line);
  assertEquals(harness.keyspace.stats.keyspaceHits, 3);
  assertEquals(harness.keyspace.stats.keyspaceMisses, 3);
});
