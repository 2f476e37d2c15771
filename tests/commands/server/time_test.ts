import { assert, assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";

Deno.test("TIME answers seconds and microseconds of the clock", () => {
  const harness = new EngineHarness({ startMs: 1_700_000_000_123 });
  harness.clock.advanceMs(0.456);
  assertEquals(harness.run("TIME"), ["1700000000", "123456"]);
});

Deno.test("LOLWUT ends with the version and draws within the size asked for", () => {
  const harness = new EngineHarness();
  for (const line of ["LOLWUT", "LOLWUT VERSION 5", "LOLWUT VERSION 6 40 10", "LOLWUT 999 999"]) {
    const text = harness.run(line) as string;
    assert(/\nRedis ver\. \d+\.\d+\.\d+\n$/.test(text), line);
  }
  const small = (harness.run("LOLWUT VERSION 5 10 3") as string).split("\n");
  assertEquals(small.length, 3 + 3); // an empty line, the version, and the end of its line
  assertEquals(harness.run("LOLWUT") === harness.run("LOLWUT"), false);
  assert(harness.client.refusal("LOLWUT VERSION x").startsWith("ERR "));
});
