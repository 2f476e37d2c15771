import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";

function fresh(): EngineHarness {
  const harness = new EngineHarness({ startMs: 1_000_000 });
  harness.run("HSET h a 1 b 2 c 3");
  return harness;
}

Deno.test("HGETDEL answers values and removes fields, with the last one the key", () => {
  const harness = fresh();
  assertEquals(harness.trace("HGETDEL h FIELDS 2 a none"), {
    reply: ["1", null],
    effects: ["HDEL h a none"],
    events: ["hdel h"],
  });
  assertEquals(harness.trace("HGETDEL h FIELDS 1 none"), {
    reply: [null],
    effects: [],
    events: [],
  });
  assertEquals(harness.trace("HGETDEL h FIELDS 2 b c").events, ["hdel h", "del h"]);
  assertEquals(harness.run("HGETDEL h FIELDS 1 a"), [null]);
});

Deno.test("HGETDEL answers a field that is named twice once", () => {
  const harness = fresh();
  assertEquals(harness.trace("HGETDEL h FIELDS 3 a a b"), {
    reply: ["1", null, "2"],
    effects: ["HDEL h a a b"],
    events: ["hdel h"],
  });
  assertEquals(harness.run("HGETDEL h FIELDS 3 c c c"), ["3", null, null]);
  assertEquals(harness.run("EXISTS h"), 0);
});

Deno.test("HSETEX removes fields that are over as far as its condition looks", () => {
  const harness = fresh();
  harness.run("HPEXPIRE h 5 FIELDS 2 b c");
  harness.clock.advanceMs(10);
  assertEquals(harness.trace("HSETEX h FNX FIELDS 3 b 1 a 1 c 1"), {
    reply: 0,
    effects: ["HDEL h b"],
    events: ["hexpired h"],
  });
  assertEquals(harness.run("HLEN h"), 2);
  assertEquals(harness.trace("HSETEX h FIELDS 1 c 9"), {
    reply: 1,
    effects: ["HSETEX h FIELDS 1 c 9"],
    events: ["hset h"],
  });
  assertEquals(harness.run("HTTL h FIELDS 1 c"), [-1]);
});

Deno.test("HGETEX without a time only reads, with one it sets what is there", () => {
  const harness = fresh();
  assertEquals(harness.trace("HGETEX h FIELDS 2 a none"), {
    reply: ["1", null],
    effects: [],
    events: [],
  });
  assertEquals(harness.trace("HGETEX h EX 10 FIELDS 2 a none"), {
    reply: ["1", null],
    effects: ["HPEXPIREAT h 1010000 FIELDS 1 a"],
    events: ["hexpire h"],
  });
  assertEquals(harness.trace("HGETEX h PERSIST FIELDS 2 a b"), {
    reply: ["1", "2"],
    effects: ["HPERSIST h FIELDS 1 a"],
    events: ["hpersist h"],
  });
  assertEquals(harness.trace("HGETEX h PXAT 1 FIELDS 2 a b"), {
    reply: ["1", "2"],
    effects: ["MULTI", "HDEL h a", "HDEL h b", "EXEC"],
    events: ["hdel h"],
  });
  assertEquals(harness.run("HGETEX none EX 10 FIELDS 1 a"), [null]);
});

Deno.test("HSETEX sets fields with their expiry, under a condition on all of them", () => {
  const harness = fresh();
  assertEquals(harness.run("HSETEX h FNX EX 10 FIELDS 2 a 9 x 9"), 0);
  assertEquals(harness.run("HSETEX h FXX EX 10 FIELDS 2 a 9 x 9"), 0);
  assertEquals(harness.trace("HSETEX h FXX EX 10 FIELDS 2 a 9 b 8"), {
    reply: 1,
    effects: ["HSETEX h PXAT 1010000 FIELDS 2 a 9 b 8"],
    events: ["hset h", "hexpire h"],
  });
  assertEquals(harness.run("HSETEX h KEEPTTL FIELDS 2 a 7 c 7"), 1);
  assertEquals(harness.run("HTTL h FIELDS 3 a b c"), [10, 10, -1]);
  assertEquals(harness.run("HSETEX h FIELDS 1 a 6"), 1);
  assertEquals(harness.run("HTTL h FIELDS 1 a"), [-1]);
  assertEquals(harness.run("HSETEX new FNX PX 500 FIELDS 1 a 1"), 1);
  assertEquals(harness.run("HPTTL new FIELDS 1 a"), [500]);
  assertEquals(harness.run("HSETEX other FXX FIELDS 1 a 1"), 0);
  assertEquals(harness.run("EXISTS other"), 0);
});

Deno.test("HSETEX with a time that is over leaves the fields removed", () => {
  const harness = fresh();
  assertEquals(harness.trace("HSETEX h PXAT 5 FIELDS 2 a 1 new 1"), {
    reply: 1,
    effects: ["MULTI", "HDEL h a", "HDEL h new", "EXEC"],
    events: ["hset h", "hdel h"],
  });
  assertEquals(harness.run("HGETALL h"), ["b", "2", "c", "3"]);
  assertEquals(harness.trace("HSETEX gone EXAT 1 FIELDS 1 a 1").events, [
    "hset gone",
    "hdel gone",
    "del gone",
  ]);
});

Deno.test("fields set by HSETEX go by themselves", () => {
  const harness = fresh();
  harness.run("HSETEX h PX 1000 FIELDS 1 a 1");
  assertEquals(harness.keyspace.databases[0].fieldExpiries.firstAtMs, 1_001_000);
});

Deno.test("HGETEX and HSETEX refuse what makes no sense", () => {
  const { client } = fresh();
  const notInPlace = "ERR Mandatory argument FIELDS is missing or not at the right position";
  const differs = "ERR The `numfields` parameter must match the number of arguments";
  const arity = "ERR wrong number of arguments for 'hsetex' command";
  const refusals: Record<string, string> = {
    "HGETEX h EX 10 PX 10 FIELDS 1 a": notInPlace,
    "HGETEX h EX 10 PERSIST FIELDS 1 a": notInPlace,
    "HGETEX h PERSIST PERSIST FIELDS 1 a": notInPlace,
    "HGETEX h EX 10 a b": notInPlace,
    "HGETEX h FIELDS 1 a EX 10 PERSIST": differs,
    "HGETEX h FIELDS 1 a FIELDS 1 b": differs,
    "HGETEX h FIELDS 1 a EX": differs,
    "HGETEX h FIELDS 2 a": differs,
    "HGETEX h FIELDS 0 a": "ERR Number of fields must be a positive integer",
    "HGETEX h FIELDS 1 a EX x": "ERR value is not an integer or out of range",
    "HSETEX h EX 10 KEEPTTL FIELDS 1 a 1":
      "ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified",
    "HSETEX h FNX FXX FIELDS 1 a 1": "ERR Only one of FXX or FNX arguments can be specified",
    "HSETEX h FNX EX 10 PERSIST 1": "ERR unknown argument: PERSIST",
    "HSETEX h FIELDS 0 a 1": "ERR invalid number of fields",
    "HSETEX h FIELDS 2 a 1 b": arity,
    "HSETEX h FIELDS 1 a 1 FNX FXX": arity,
    "HGETDEL h FIELDS 2 a": differs,
  };
  for (const [line, text] of Object.entries(refusals)) {
    assertEquals(client.refusal(line), text, line);
  }
});

Deno.test("the options of HGETEX and HSETEX may stand behind the fields", () => {
  const { client } = new EngineHarness({ startMs: 1_000_000 });
  assertEquals(client.run("HSETEX k FIELDS 2 a 1 b 2 EX 10 FNX"), 1);
  assertEquals(client.run("HSETEX k FNX FIELDS 1 c 3 EX 20"), 1);
  assertEquals(client.run("HSETEX k FIELDS 1 none 1 FXX"), 0);
  assertEquals(client.run("HSETEX k FIELDS 1 a 5 KEEPTTL"), 1);
  assertEquals(client.run("HTTL k FIELDS 3 a b c"), [10, 10, 20]);
  assertEquals(client.run("HGETEX k FIELDS 2 a none EX 30"), ["5", null]);
  assertEquals(client.run("HGETEX k FIELDS 1 b PERSIST"), ["2"]);
  assertEquals(client.run("HTTL k FIELDS 3 a b c"), [30, -1, 20]);
});
