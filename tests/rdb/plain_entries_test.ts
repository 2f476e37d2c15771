// Keys that are passed on as they are in memory become the records that they become where they are.
import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { Snapshot } from "../../src/persistence/snapshot.ts";
import { endRehash } from "../../src/persistence/snapshot_walk.ts";
import type { ByteSink, FrameSink } from "../../src/rdb/rdb_output.ts";
import { RdbWriter, type RdbWriterOptions } from "../../src/rdb/writer.ts";
import type { Keyspace } from "../../src/store/keyspace.ts";
import { EngineHarness } from "../support/engine_harness.ts";
import { framesTo } from "../properties/frames_to.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

const OPTIONS: RdbWriterOptions = { version: 11, compress: true, checksum: true, access: "none" };

interface Written {
  bytes: Uint8Array;
  keys: number;
  passed: number;
}

function write(keyspace: Keyspace, options: RdbWriterOptions, framed: boolean): Written {
  const parts: Uint8Array[] = [];
  const sink: ByteSink = { write: (bytes) => void parts.push(bytes.slice()) };
  const writer = new RdbWriter(keyspace, framed ? framesTo(sink, options) : sink, options);
  writer.begin({});
  while (!endRehash(keyspace));
  const snapshot = new Snapshot(keyspace, writer);
  snapshot.begin();
  while (!snapshot.run(() => false));
  snapshot.end();
  writer.end();
  const passed = writer.passer?.passed ?? 0;
  return { bytes: concat(parts), keys: snapshot.keysWritten, passed };
}

function text(random: Seeded, lengths: readonly number[]): string {
  const length = random.below(random.pick(lengths)), letters = random.pick([1, 3, 60]);
  return Array.from({ length }, () => String.fromCharCode(48 + random.below(letters))).join("");
}

function fill({ client }: EngineHarness, random: Seeded, keys: number): void {
  for (let i = 0; i < keys; i++) {
    const key = `${i}${text(random, [1, 20, 300, 9000])}`;
    const value = random.chance(0.3)
      ? String(random.below(1 << 30) - (1 << 29))
      : text(random, [1, 10, 64, 1100, 5000]);
    client.send(["SET", key, value]);
    if (random.chance(0.3)) client.send(["PEXPIRE", key, String(1 + random.below(2 ** 31))]);
    if (random.chance(0.1)) client.send(["RPUSH", `list${i}`, key, value]);
    if (random.chance(0.1)) client.send(["SELECT", String(random.below(3))]);
  }
  client.takeReplies();
}

Deno.test("keys that are passed on as they are become the same dump", async () => {
  let passed = 0, keys = 0;
  await forEachSeed(10, (random) => {
    const harness = new EngineHarness({ startMs: 1_700_000_000_000 });
    fill(harness, random, random.pick([5, 2000]));
    const options = { ...OPTIONS, compress: random.chance(0.7), checksum: random.chance(0.7) };
    const expected = write(harness.keyspace, options, false);
    const written = write(harness.keyspace, options, true);
    assertEquals(written.keys, expected.keys);
    assertEquals(written.bytes, expected.bytes);
    assertEquals(expected.passed, 0);
    passed += written.passed;
    keys += written.keys;
  });
  assert(passed > keys / 2 && passed < keys, `${passed} of ${keys} were passed on`);
});

Deno.test("where a dump says how keys were used none is passed on", () => {
  const harness = new EngineHarness({ startMs: 1_700_000_000_000 });
  for (let i = 0; i < 300; i++) harness.client.send(["SET", `key:${i}`, "x".repeat(i)]);
  harness.client.takeReplies();
  for (const access of ["lru", "lfu"] as const) {
    const expected = write(harness.keyspace, { ...OPTIONS, access }, false);
    assertEquals(write(harness.keyspace, { ...OPTIONS, access }, true), expected);
  }
});

Deno.test("a worker does the larger part of a save where most keys are passed on", () => {
  for (const [strings, hashes, expected] of [[300, 20, true], [20, 300, false], [0, 0, true]]) {
    const { keyspace, client } = new EngineHarness({ startMs: 1_700_000_000_000 });
    for (let i = 0; i < Number(strings); i++) client.send(["SET", `string${i}`, "value"]);
    for (let i = 0; i < Number(hashes); i++) client.send(["HSET", `hash${i}`, "field", "value"]);
    client.takeReplies();
    const frames: FrameSink = { frame() {} };
    for (const [sink, isFramed] of [[frames, true], [{ write() {} }, false]] as const) {
      const writer = new RdbWriter(keyspace, sink, OPTIONS);
      while (!endRehash(keyspace));
      const snapshot = new Snapshot(keyspace, writer);
      snapshot.begin();
      while (!snapshot.run(() => false));
      assertEquals(snapshot.isShared, isFramed && expected, `${strings} strings, ${hashes} hashes`);
      snapshot.end();
    }
  }
});
