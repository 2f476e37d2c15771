import { assertEquals } from "@std/assert";
import { ExpireCycle } from "../../../src/store/expire_cycle.ts";
import { EngineHarness } from "../../support/engine_harness.ts";

/** Hashes of both kinds: a small one, and one that a long value made a table. */
const KINDS: Record<string, string> = { small: "short", large: "x".repeat(100) };

function cycle(harness: EngineHarness, ms: number): void {
  const expiry = new ExpireCycle(harness.keyspace);
  harness.takeEffects();
  harness.takeEvents();
  harness.later(ms, () => expiry.run(1000, 1));
}

for (const [kind, value] of Object.entries(KINDS)) {
  const fresh = (): EngineHarness => {
    const harness = new EngineHarness({ startMs: 1_000_000 });
    harness.run(["HSET", "h", "a", "1", "b", "2", "c", value]);
    return harness;
  };

  Deno.test(`conditions of HEXPIRE hold as Redis says, in a ${kind} hash`, () => {
    const { client } = fresh();
    const expire = (seconds: number, condition: string) =>
      (client.run(`HEXPIRE h ${seconds} ${condition} FIELDS 1 a`) as number[])[0];
    assertEquals(client.run("HEXPIRE h 10 XX FIELDS 2 a none"), [0, -2]);
    assertEquals(expire(10, "GT"), 0); // what stays for ever is later than anything
    assertEquals(expire(10, "LT"), 1);
    assertEquals(expire(20, "NX"), 0);
    assertEquals(expire(10, "GT"), 0);
    assertEquals(expire(11, "GT"), 1);
    assertEquals(expire(11, "LT"), 0);
    assertEquals(expire(5, "LT"), 1);
    assertEquals(expire(7, "XX"), 1);
    assertEquals(client.run("HTTL h FIELDS 3 a b none"), [7, -1, -2]);
    assertEquals(client.run("HPTTL h FIELDS 1 a"), [7000]);
    assertEquals(client.run("HEXPIRETIME h FIELDS 1 a"), [1007]);
    assertEquals(client.run("HPEXPIRETIME h FIELDS 1 a"), [1_007_000]);
  });

  Deno.test(`instants are propagated for what was set only, in a ${kind} hash`, () => {
    const harness = fresh();
    assertEquals(harness.trace("HEXPIRE h 10 NX FIELDS 3 b none a"), {
      reply: [1, -2, 1],
      effects: ["HPEXPIREAT h 1010000 FIELDS 2 b a"],
      events: ["hexpire h"],
    });
    assertEquals(harness.trace("HEXPIRE h 10 NX FIELDS 1 a"), {
      reply: [0],
      effects: [],
      events: [],
    });
    assertEquals(harness.trace("HPERSIST h FIELDS 2 a c").reply, [1, -1]);
    assertEquals(harness.trace("HPERSIST none FIELDS 1 a").reply, [-2]);
  });

  Deno.test(`a time that is over removes fields at once, from a ${kind} hash`, () => {
    const harness = fresh();
    assertEquals(harness.trace("HPEXPIREAT h 1 FIELDS 2 a none"), {
      reply: [2, -2],
      effects: ["HDEL h a"],
      events: ["hdel h"],
    });
    assertEquals(harness.trace("HEXPIRE h 0 FIELDS 2 b c").events, ["hdel h", "del h"]);
    assertEquals(harness.run("EXISTS h"), 0);
  });

  Deno.test(`whoever comes for a ${kind} hash does not see fields whose time is over`, () => {
    const harness = fresh();
    harness.run("HPEXPIRE h 1000 FIELDS 2 a b");
    harness.clock.advanceMs(999);
    assertEquals(harness.run("HMGET h a b"), ["1", "2"]);
    harness.clock.advanceMs(1);
    assertEquals(harness.trace("HGET h a"), {
      reply: null,
      effects: ["HDEL h a"],
      events: ["hexpired h"],
    });
    assertEquals(harness.trace("HGETALL h"), { reply: ["c", value], effects: [], events: [] });
    assertEquals(harness.run("HKEYS h"), ["c"]);
    assertEquals(harness.run("HSCAN h 0"), ["0", ["c", value]]);
    assertEquals(harness.run("HTTL h FIELDS 3 a b c"), [-2, -2, -1]);
    assertEquals(harness.run("HPERSIST h FIELDS 1 b"), [-2]);
    assertEquals(harness.run("HLEN h"), 2);
    assertEquals(harness.trace("HMGET h b b c"), {
      reply: [null, null, value],
      effects: ["HDEL h b"],
      events: ["hexpired h"],
    });
    assertEquals(harness.run("HLEN h"), 1);
  });

  Deno.test(`fields of a ${kind} hash whose time is over are new to those who write them`, () => {
    const harness = fresh();
    harness.run("HPEXPIRE h 1000 FIELDS 3 a b c");
    harness.clock.advanceMs(1000);
    assertEquals(harness.trace("HINCRBY h a 5"), {
      reply: 5,
      effects: ["MULTI", "HDEL h a", "HINCRBY h a 5", "EXEC"],
      events: ["hexpired h", "hincrby h"],
    });
    assertEquals(harness.run("HSETNX h b 7"), 1);
    assertEquals(harness.run("HSETEX h FXX FIELDS 1 c 1"), 0);
    assertEquals(harness.run("HMGET h a b c"), ["5", "7", null]);
    assertEquals(harness.run("HTTL h FIELDS 2 a b"), [-1, -1]);
  });

  Deno.test(`fields of a ${kind} hash whose time is over are there until they are removed`, () => {
    const harness = fresh();
    harness.run("HPEXPIRE h 1000 FIELDS 3 a b c");
    harness.clock.advanceMs(1000);
    assertEquals(harness.run("HLEN h"), 3);
    assertEquals(harness.run("HGETALL h"), []);
    assertEquals(harness.trace("HSET h a 2"), {
      reply: 0,
      effects: ["HSET h a 2"],
      events: ["hset h"],
    });
    assertEquals(harness.run("HDEL h b"), 1);
    assertEquals(harness.run("HPEXPIRE h 1000 FIELDS 1 c"), [1]);
    assertEquals(harness.run("HMGET h a b c"), ["2", null, value]);
  });

  Deno.test(`HRANDFIELD removes the fields of a ${kind} hash whose time is over first`, () => {
    const harness = fresh();
    harness.run("HPEXPIRE h 1000 FIELDS 2 a b");
    harness.clock.advanceMs(1000);
    assertEquals(harness.trace("HRANDFIELD h 5"), {
      reply: ["c"],
      effects: ["MULTI", "HDEL h a", "HDEL h b", "EXEC"],
      events: ["hexpired h"],
    });
    harness.run("HPEXPIRE h 1000 FIELDS 1 c");
    harness.clock.advanceMs(1000);
    assertEquals(harness.trace("HRANDFIELD h").events, ["hexpired h", "del h"]);
  });

  Deno.test(`whoever comes for the last field of a ${kind} hash finds no hash`, () => {
    const harness = fresh();
    harness.run("HPEXPIRE h 1000 FIELDS 3 a b c");
    harness.clock.advanceMs(1000);
    assertEquals(harness.run("EXISTS h"), 1);
    assertEquals(harness.trace("HMGET h a b c"), {
      reply: [null, null, null],
      effects: ["MULTI", "HDEL h a", "HDEL h b", "HDEL h c", "EXEC"],
      events: ["hexpired h", "del h"],
    });
    assertEquals(harness.run("EXISTS h"), 0);
    harness.run("HSET h a 1");
    harness.run("HPEXPIRE h 1 FIELDS 1 a");
    harness.clock.advanceMs(1);
    assertEquals(harness.run("HINCRBY h a 2"), 2);
    assertEquals(harness.run("HGETALL h"), ["a", "2"]);
  });

  Deno.test(`fields of a ${kind} hash go by themselves, after RENAME, COPY and MOVE too`, () => {
    const harness = fresh();
    harness.run("HPEXPIRE h 1000 FIELDS 2 a b");
    harness.run("COPY h copy");
    harness.run("COPY h moved");
    harness.run("MOVE moved 1");
    harness.run("RENAME h renamed");
    cycle(harness, 999);
    assertEquals(harness.takeEffects(), []);
    cycle(harness, 1);
    assertEquals(harness.takeEvents().sort(), [
      "[1] hexpired moved",
      "hexpired copy",
      "hexpired renamed",
    ]);
    for (const key of ["copy", "renamed"]) assertEquals(harness.run(`HKEYS ${key}`), ["c"]);
    harness.run("HPEXPIRE renamed 1 FIELDS 1 c");
    cycle(harness, 1);
    assertEquals(harness.takeEvents(), ["hexpired renamed", "del renamed"]);
    assertEquals(harness.takeEffects(), ["HDEL renamed c"]);
  });

  Deno.test(`a replica hides the fields of a ${kind} hash and waits for HDEL`, () => {
    const harness = fresh();
    harness.run("HPEXPIRE h 1000 FIELDS 2 a b");
    harness.keyspace.expiresKeys = false;
    harness.clock.advanceMs(1000);
    assertEquals(harness.trace("HGETALL h"), { reply: ["c", value], effects: [], events: [] });
    assertEquals(harness.run("HMGET h a c"), [null, value]);
    assertEquals(harness.run("HTTL h FIELDS 2 a c"), [-2, -1]);
    assertEquals(harness.run("HLEN h"), 3);
  });
}

Deno.test("fields that expire together are removed one by one, in portions", () => {
  const portions: number[] = [];
  const harness = new EngineHarness();
  const fields = Array.from({ length: 200 }, (_, i) => String(i));
  harness.run(["HSET", "h", ...fields.flatMap((field) => [field, "v"]), "stays", "v"]);
  harness.run(["HPEXPIRE", "h", "1000", "FIELDS", "200", ...fields]);
  const { listener } = harness.keyspace, told = listener.fieldsExpired;
  listener.fieldsExpired = (database, key, fields) => {
    portions.push(fields.length);
    told.call(listener, database, key, fields);
  };
  cycle(harness, 1000);
  assertEquals(portions, [64, 64, 64, 8]);
  const effects = harness.takeEffects().filter((effect) => effect.startsWith("HDEL"));
  assertEquals(effects, fields.map((field) => `HDEL h ${field}`));
  assertEquals(harness.run("HGETALL h"), ["stays", "v"]);
});

Deno.test("INFO counts the hashes with fields that expire", () => {
  const harness = new EngineHarness();
  const count = () => /subexpiry=(\d+)/.exec(harness.run("INFO keyspace") as string)![1];
  for (const key of ["a", "b", "c"]) {
    harness.run(`HSET ${key} f 1`);
    harness.run(`HEXPIRE ${key} 100 FIELDS 1 f`);
  }
  assertEquals(count(), "3");
  harness.run("SET a string");
  harness.run("RENAME b d");
  assertEquals(count(), "2");
  harness.run("DEL d");
  assertEquals(count(), "1");
  harness.run("HSET c stays 1");
  harness.run("HDEL c f");
  assertEquals(count(), "0");
});

Deno.test("a small hash is a listpackex once a field expires", () => {
  const { client } = new EngineHarness();
  client.run("HSET h a 1");
  client.run("HEXPIRE h 10 FIELDS 1 a");
  assertEquals(client.run("OBJECT ENCODING h"), "listpackex");
});

Deno.test("a deleted hash is forgotten by those who expire fields, a new one of its name is not", () => {
  const harness = new EngineHarness();
  harness.run("HSET h a 1");
  harness.run("HPEXPIRE h 1000 FIELDS 1 a");
  harness.run("DEL h");
  harness.run("HSET h b 2");
  cycle(harness, 1000);
  assertEquals(harness.keyspace.databases[0].fieldExpiries.size, 0);
  assertEquals(harness.run("HGETALL h"), ["b", "2"]);
});

Deno.test("the fields of a hash that took the place of another one expire by themselves", () => {
  for (const verb of ["RENAME", "COPY", "RESTORE"]) {
    const harness = new EngineHarness();
    for (const [key, ms] of [["a", 1000], ["b", 500]]) {
      harness.run(`HSET ${key} over 1 stays 1`);
      harness.run(`HPEXPIRE ${key} ${ms} FIELDS 1 over`);
    }
    if (verb === "RENAME") harness.run("RENAME a b");
    else if (verb === "COPY") harness.run("COPY a b REPLACE");
    else harness.run(["RESTORE", "b", "0", harness.run("DUMP a") as string, "REPLACE"]);
    cycle(harness, 999);
    assertEquals(harness.run("HLEN b"), 2, verb);
    cycle(harness, 1);
    assertEquals(harness.run("HLEN b"), 1, verb);
  }
});

Deno.test("arguments of HEXPIRE and its kin are refused in Redis's words", () => {
  const { client } = new EngineHarness();
  client.run("HSET h a 1");
  const refusals: Record<string, string> = {
    "HEXPIRE h 10 BOGUS 1 a x":
      "ERR Mandatory argument FIELDS is missing or not at the right position",
    "HEXPIRE h -1 FIELDS 1 a": "ERR invalid expire time, must be >= 0",
    "HEXPIRE h x FIELDS 1 a": "ERR value is not an integer or out of range",
    "HEXPIRE h 70368744177664 FIELDS 1 a": "ERR invalid expire time in 'hexpire' command",
    "HPEXPIREAT h 70368744177664 FIELDS 1 a": "ERR invalid expire time in 'hpexpireat' command",
    "HEXPIRE h 10 FIELDS 0 a": "ERR Parameter `numFields` should be greater than 0",
    "HEXPIRE h 10 FIELDS 2 a": "ERR The `numfields` parameter must match the number of arguments",
    "HTTL h FIELDS x a": "ERR Number of fields must be a positive integer",
    "HTTL h FIELDS 2 a": "ERR The `numfields` parameter must match the number of arguments",
    "HPERSIST h a 1 a": "ERR Mandatory argument FIELDS is missing or not at the right position",
  };
  for (const [line, text] of Object.entries(refusals)) assertEquals(client.refusal(line), text);
});

Deno.test("the condition of HEXPIRE may stand behind the fields, and errors are those of one order", () => {
  const { client } = new EngineHarness({ startMs: 1_000_000 });
  const notInPlace = "ERR Mandatory argument FIELDS is missing or not at the right position";
  const differs = "ERR The `numfields` parameter must match the number of arguments";
  client.run("HSET h a 1 b 2 nx 3");
  assertEquals(client.run("HEXPIRE h 10 FIELDS 2 a none XX"), [0, -2]);
  assertEquals(client.run("HEXPIRE h 10 FIELDS 1 a NX"), [1]);
  assertEquals(client.run("HPEXPIRE h 9000 FIELDS 1 a gt"), [0]);
  assertEquals(client.run("HEXPIREAT h 1005 FIELDS 1 a LT"), [1]);
  assertEquals(client.run("HEXPIRE h 10 NX FIELDS 2 nx b nx"), [1, 1]);
  assertEquals(client.run("HTTL h FIELDS 3 a b nx"), [5, 10, 10]);
  assertEquals(client.run("HEXPIRE none 10 FIELDS 1 a XX"), [-2]);
  for (
    const [line, error] of [
      ["HEXPIRE h 10 FIELDS 1 a YX", differs],
      ["HEXPIRE h 10 FIELDS 1 a NX XX", differs],
      ["HEXPIRE h 10 FIELDS 1 a FIELDS 1 b", differs],
      ["HEXPIRE h 10 FIELDS 3 a NX", differs],
      ["HEXPIRE h 10 NX XX FIELDS 1 a", notInPlace],
      ["HEXPIRE h 10 NX GT XX LT", notInPlace],
      ["HEXPIRE h 10 FIELDS 0 a NX", "ERR Parameter `numFields` should be greater than 0"],
    ]
  ) assertEquals(client.refusal(line), error, line);
});
