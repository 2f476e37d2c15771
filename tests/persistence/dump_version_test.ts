// Which version a dump gets, and what an old one makes of the data (`rdb-version`).
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { latin1 } from "../../src/base/bytes.ts";
import { versionForKeyspace } from "../../src/rdb/writer.ts";
import { EngineHarness } from "../support/engine_harness.ts";
import { forEachSeed } from "../support/seeded.ts";
import { fillByChance, SMALL_LIMITS } from "./filling.ts";
import { Saving } from "./saving.ts";

/** How many entries of its table a database looks at. */
function countLooks(harness: EngineHarness): () => number {
  const { table } = harness.keyspace.databases[0];
  let looks = 0;
  const scan = table.scan.bind(table);
  table.scan = (cursor, visit) => {
    looks++;
    return scan(cursor, visit);
  };
  const find = table.find.bind(table);
  table.find = (...words) => {
    looks++;
    return find(...words);
  };
  return () => looks;
}

Deno.test("the version of a dump is found without walking over the keys", () => {
  const harness = new EngineHarness();
  for (let i = 0; i < 2000; i++) harness.run(`SET key:${i} v`);
  for (let i = 0; i < 50; i++) {
    harness.run(`HSET hash:${i} f v`);
    harness.run(`HPEXPIRE hash:${i} ${i + 1}000 FIELDS 1 f`);
  }
  const looks = countLooks(harness);
  assertEquals(versionForKeyspace(harness.keyspace), 12);
  assertEquals(looks() <= 1, true, `${looks()} looks`);
});

Deno.test("hashes whose fields do not expire any more are looked at once, not with each save", () => {
  const harness = new EngineHarness();
  for (let i = 0; i < 50; i++) {
    harness.run(`HSET hash:${i} f v`);
    harness.run(`HPEXPIRE hash:${i} ${i + 1}000 FIELDS 1 f`);
    harness.run(`HPERSIST hash:${i} FIELDS 1 f`);
  }
  versionForKeyspace(harness.keyspace);
  const looks = countLooks(harness);
  assertEquals(versionForKeyspace(harness.keyspace), 10);
  assertEquals(looks(), 0);
  // One that expires again is found again.
  harness.run("HPEXPIRE hash:7 1000 FIELDS 1 f");
  assertEquals(versionForKeyspace(harness.keyspace), 12);
  harness.clock.advanceMs(2000);
  assertEquals(harness.run("HGET hash:7 f"), null);
  assertEquals(versionForKeyspace(harness.keyspace), 10);
});

Deno.test("version 9 brings random data of all types back", async () => {
  await forEachSeed(3, (random) => {
    const config = { ...SMALL_LIMITS, "rdb-version": "9" };
    using saving = new Saving({ seed: random.next32(), config });
    fillByChance(saving, random, 1500);
    assertEquals(saving.harness.run("SAVE"), "OK");
    assertEquals(latin1(saving.file()!, 0, 9), "REDIS0009");
    const again = saving.again({ config });
    assertEquals(again.digest(), saving.digest());
    assertEquals(again.expiries(), saving.expiries());
    return Promise.resolve();
  });
});

Deno.test("a dump of version 9 that is damaged is refused, with the byte", () => {
  using saving = new Saving({ config: { "rdb-version": "9" } });
  for (
    const line of [
      "SET text hello",
      "RPUSH list a 1 -70000",
      "SADD set a b",
      "ZADD zset 1 a 2.5 b",
      "HSET hash a 1 b 2",
      "XADD stream 1-1 a b",
      "XGROUP CREATE stream group 0",
      "XREADGROUP GROUP group alice STREAMS stream >",
    ]
  ) saving.harness.run(line);
  assertEquals(saving.harness.run("SAVE"), "OK");
  const whole = saving.file()!;
  const refusal = (): string => {
    try {
      saving.again();
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  for (let cut = 0; cut < whole.length; cut++) {
    Deno.writeFileSync(saving.path, whole.subarray(0, cut));
    assertMatch(refusal(), /byte offset \d+/, `cut at ${cut}`);
  }
  for (let at = 9; at < whole.length - 8; at++) {
    const bytes = whole.slice();
    bytes[at] ^= 0x10;
    Deno.writeFileSync(saving.path, bytes);
    assertMatch(refusal(), /byte offset \d+/, `flipped at ${at}`);
  }
});

for (const encoding of ["listpack", "hashtable"]) {
  Deno.test(`version 9 holds no fields that expire: the hash is named, ${encoding}`, () => {
    const limit = encoding === "listpack" ? "128" : "0";
    const config = { "rdb-version": "9", "hash-max-listpack-entries": limit };
    using saving = new Saving({ config });
    saving.harness.run("SET k v");
    saving.harness.run("HSET 'the hash' f v");
    assertEquals(saving.harness.run("SAVE"), "OK");
    const before = saving.file();
    saving.harness.run("HPEXPIRE 'the hash' 7000 FIELDS 1 f");
    assertEquals(saving.harness.client.refusal("SAVE"), "ERR");
    assertStringIncludes(saving.log.at(-1)!, '"the hash"');
    assertStringIncludes(saving.log.at(-1)!, "needs RDB version 12, not 9");
    assertEquals(saving.file(), before);
    assertMatch(saving.harness.client.refusal("DUMP 'the hash'"), /needs RDB version 12, not 9/);
  });
}

Deno.test("version 9 keeps entries and groups of streams; what XINFO counts is found anew, as Redis 7 does", () => {
  using saving = new Saving({ config: { "rdb-version": "9" } });
  for (
    const line of [
      "XADD stream 1-1 a b",
      "XADD stream 2-1 a b",
      "XADD stream 3-1 a b",
      "XDEL stream 2-1",
      "XGROUP CREATE stream group 0",
      "XREADGROUP GROUP group alice COUNT 1 STREAMS stream >",
    ]
  ) saving.harness.run(line);
  assertEquals(saving.harness.run("SAVE"), "OK");
  const { harness } = saving.again();
  const entries = [["1-1", ["a", "b"]], ["3-1", ["a", "b"]]];
  assertEquals(harness.run("XRANGE stream - +"), entries);
  const info = harness.run("XINFO STREAM stream") as unknown[];
  const fact = (name: string) => info[info.indexOf(name) + 1];
  assertEquals([fact("last-generated-id"), fact("entries-added")], ["3-1", 2]);
  assertEquals(fact("max-deleted-entry-id"), "0-0");
  assertEquals((harness.run("XPENDING stream group") as unknown[])[0], 1);
});
