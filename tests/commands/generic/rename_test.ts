/** RENAME, RENAMENX, MOVE and COPY. */

import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import { bigList, copied, freed } from "../../support/fake_list.ts";

Deno.test("RENAME moves value, expiry and access time over whatever had the name", () => {
  const harness = new EngineHarness();
  harness.run("SET a hello PX 5000");
  harness.run("SET b other EX 77");
  harness.clock.advanceMs(2000);
  assertEquals(harness.trace("RENAME a b"), {
    reply: "OK",
    effects: ["RENAME a b"],
    events: ["rename_from a", "rename_to b"],
  });
  assertEquals(harness.run("OBJECT IDLETIME b"), 0); // renaming is using
  assertEquals(harness.run("PTTL b"), 3000);
  assertEquals(harness.run("GET b"), "hello");
  assertEquals(harness.keys(), ["b"]);
  harness.run("SET c 1");
  harness.run("RENAME c b");
  assertEquals(harness.run("TTL b"), -1);
});

Deno.test("renaming a key to itself needs the key and does nothing", () => {
  const harness = new EngineHarness();
  assertEquals(harness.client.refusal("RENAME a a"), "ERR no such key");
  assertEquals(harness.client.refusal("RENAMENX a a"), "ERR no such key");
  harness.run("SET a 1");
  assertEquals(harness.trace("RENAME a a"), { reply: "OK", effects: [], events: [] });
  assertEquals(harness.trace("RENAMENX a a"), { reply: 0, effects: [], events: [] });
});

Deno.test("RENAMENX refuses a name that is taken, but not by a key whose time is over", () => {
  const harness = new EngineHarness();
  harness.run("MSET a 1 b 2");
  assertEquals(harness.trace("RENAMENX a b"), { reply: 0, effects: [], events: [] });
  harness.run("PEXPIRE b 5");
  harness.clock.advanceMs(5);
  assertEquals(harness.trace("RENAMENX a b"), {
    reply: 1,
    effects: ["MULTI", "DEL b", "RENAMENX a b", "EXEC"],
    events: ["expired b", "rename_from a", "rename_to b"],
  });
  assertEquals(harness.run("GET b"), "1");
});

Deno.test("a value of another type is renamed, moved and copied whole", () => {
  const harness = new EngineHarness();
  bigList(harness, "l");
  harness.run("PEXPIRE l 9000");
  harness.run("SET s 1");
  assertEquals(harness.run("RENAME l s"), "OK");
  assertEquals(harness.run("TYPE s"), "list");
  assertEquals(harness.run("PTTL s"), 9000);
  assertEquals(harness.run("COPY s t"), 1);
  assertEquals(copied(harness), 1);
  assertEquals(harness.run("PTTL t"), 9000);
  assertEquals(harness.run("MOVE s 1"), 1);
  assertEquals(harness.run("OBJECT ENCODING t"), "quicklist");
  assertEquals(freed(harness), 0);
  harness.run("SET u 1");
  harness.run("RENAME u t");
  assertEquals(freed(harness), 1);
  assertEquals(harness.keys(1), ["s"]);
});

Deno.test("a big value that RENAME or COPY overwrites is freed later with lazyfree-lazy-server-del", () => {
  for (const line of ["RENAME s l", "COPY s l REPLACE"]) {
    const harness = new EngineHarness({ config: { "lazyfree-lazy-server-del": "yes" } });
    bigList(harness, "l");
    harness.run("SET s 1");
    harness.run(line);
    assertEquals(freed(harness), 0);
    while (harness.keyspace.graveyard.dig(1));
    assertEquals(freed(harness), 1);
    assertEquals(harness.run("GET l"), "1");
  }
});

Deno.test("MOVE takes a key to another database, unless it is there already", () => {
  const harness = new EngineHarness();
  harness.run("SET a 1 PX 5000");
  assertEquals(harness.trace("MOVE a 3"), {
    reply: 1,
    effects: ["MOVE a 3"],
    events: ["move_from a", "[3] move_to a"],
  });
  harness.run("SET a 2");
  assertEquals(harness.run("MOVE a 3"), 0);
  assertEquals(harness.run("MOVE none 3"), 0);
  harness.run("SELECT 3");
  assertEquals(harness.run("GET a"), "1");
  assertEquals(harness.run("PTTL a"), 5000);
});

Deno.test("MOVE refuses its own database and those that do not exist", () => {
  const { client } = new EngineHarness();
  client.run("SET a 1");
  assertEquals(client.refusal("MOVE a 0"), "ERR source and destination objects are the same");
  assertEquals(client.refusal("MOVE none 16"), "ERR DB index is out of range");
  assertEquals(client.refusal("MOVE a -1"), "ERR DB index is out of range");
  assertEquals(client.refusal("MOVE a x"), "ERR value is not an integer or out of range");
  assertEquals(
    client.refusal("MOVE a 2147483648"),
    "ERR value is out of range, value must between -2147483648 and 2147483647",
  );
});

Deno.test("COPY keeps the source, copies the expiry, and replaces only when told to", () => {
  const harness = new EngineHarness();
  harness.run("SET a 1 PX 5000");
  assertEquals(harness.trace("COPY a b"), {
    reply: 1,
    effects: ["COPY a b"],
    events: ["copy_to b"],
  });
  harness.run("APPEND a 2");
  assertEquals(harness.run("GET b"), "1");
  assertEquals(harness.run("PTTL b"), 5000);
  assertEquals(harness.trace("COPY a b"), { reply: 0, effects: [], events: [] });
  assertEquals(harness.run("COPY a b REPLACE"), 1);
  assertEquals(harness.run("GET b"), "12");
  assertEquals(harness.run("COPY none b REPLACE"), 0);
  assertEquals(harness.run("GET b"), "12");
  assertEquals(harness.trace("copy a a db 2 replace"), {
    reply: 1,
    effects: ["copy a a db 2 replace"],
    events: ["[2] copy_to a"],
  });
});

Deno.test("COPY refuses in Redis's order: options from left to right, then the same key", () => {
  const { client } = new EngineHarness();
  assertEquals(
    client.refusal("COPY a a DB x BOGUS"),
    "ERR value is not an integer or out of range",
  );
  assertEquals(client.refusal("COPY a a DB 99 BOGUS"), "ERR DB index is out of range");
  assertEquals(client.refusal("COPY a a REPLACE DB"), "ERR syntax error");
  assertEquals(client.refusal("COPY a a DB 0"), "ERR source and destination objects are the same");
});
