/** Keys of a dump are stored many at a time: what must not be seen of it. */

import { assertEquals } from "@std/assert";
import { bytesOf, dump, littleEndian, plain } from "../rdb/dump_builder.ts";
import { Loading, NOW_MS } from "./loading.ts";

const HOUR_MS = 3_600_000;

/** A record of a string; every third one expires, every fifth one is long. */
function record(number: number): Uint8Array {
  const value = number % 5 === 0 ? "v".repeat(2000) : `value ${number}`;
  const text = bytesOf(0, plain(`key ${number}`), lengthAndText(value));
  if (number % 3 !== 0) return text;
  return bytesOf(0xfc, littleEndian(BigInt(NOW_MS + HOUR_MS + number), 8), text);
}

function lengthAndText(text: string): Uint8Array {
  return text.length < 64 ? plain(text) : bytesOf(0x40 | text.length >> 8, text.length & 255, text);
}

function records(from: number, to: number): Uint8Array {
  return bytesOf(...Array.from({ length: to - from }, (_, i) => record(from + i)));
}

Deno.test("every key is there after a load, whatever their number and however they are mixed", async () => {
  for (const count of [0, 1, 63, 64, 65, 128, 1000]) {
    using loading = new Loading();
    const { harness } = loading;
    const list = bytesOf(1, plain("list"), 1, plain("element"));
    const second = bytesOf(0xfe, 1, 0xfb, 5, 2, records(0, 5));
    await loading.loadWhole(dump("REDIS0011", 0xfe, 0, records(0, count), list, second));
    assertEquals(harness.run(["DBSIZE"]), count + 1);
    for (let number = 0; number < count; number++) {
      const key = `key ${number}`;
      assertEquals(harness.run(["STRLEN", key]), number % 5 === 0 ? 2000 : 6 + `${number}`.length);
      const expiry = number % 3 === 0 ? NOW_MS + HOUR_MS + number : -1;
      assertEquals(harness.run(["PEXPIRETIME", key]), expiry);
    }
    assertEquals(harness.run(["LRANGE", "list", 0, -1]), ["element"]);
    const { expires } = harness.engine.keyspace.databases[0];
    assertEquals(expires.length, Math.ceil(count / 3));
    harness.clock.advanceMs(2 * HOUR_MS);
    for (let number = 0; number < count; number += 3) harness.run(["GET", `key ${number}`]);
    assertEquals(harness.run(["DBSIZE"]), count + 1 - Math.ceil(count / 3));
    assertEquals(expires.length, 0);
    assertEquals(harness.engine.keyspace.databases[1].size, 5);
  }
});

Deno.test("a key that is in the file twice is named with the offset of its second record", async () => {
  const first = bytesOf(0, plain("key"), plain("one"));
  const again = bytesOf(0xfc, littleEndian(BigInt(NOW_MS + HOUR_MS), 8), first);
  for (const between of [0, 1, 62, 63, 64, 500]) {
    for (const behind of [0, 1, 500]) {
      using loading = new Loading();
      const before = loading.harness.arena.usedBytes;
      const start = dump("REDIS0011", first, records(0, between)).length - 9; // EOF and checksum
      const bytes = dump(
        "REDIS0011",
        first,
        records(0, between),
        again,
        records(1000, 1000 + behind),
      );
      const message = await loading.load(bytes);
      const offset = start + 9; // of the record behind its expiry
      assertEquals(message, `the key is in the file twice; key "key" (at byte offset ${offset})`);
      loading.harness.run("FLUSHALL SYNC");
      assertEquals(loading.harness.arena.usedBytes, before);
    }
  }
});

Deno.test("what was not stored yet is freed when the file turns out to be cut", async () => {
  for (const count of [1, 63, 64, 100]) {
    using loading = new Loading();
    const before = loading.harness.arena.usedBytes;
    const list = bytesOf(1, plain("list"), 1, plain("element"));
    const whole = dump("REDIS0011", list, records(0, count));
    assertEquals(typeof await loading.load(whole.subarray(0, whole.length - 9)), "string");
    loading.harness.run("FLUSHALL SYNC");
    assertEquals(loading.harness.arena.usedBytes, before);
  }
});

Deno.test("idle times and frequencies of a dump are those of its keys", async () => {
  const idle = bytesOf(0xf8, 50, 0, plain("idle"), plain("v"));
  const frequent = bytesOf(0xf9, 200, 0, plain("frequent"), plain("v"));
  for (const policy of ["allkeys-lru", "allkeys-lfu"]) {
    using loading = new Loading({ config: { "maxmemory-policy": policy } });
    const { harness } = loading;
    await loading.loadWhole(dump("REDIS0011", idle, frequent, record(1)));
    const lfu = policy === "allkeys-lfu";
    const ask = (key: string) => harness.run(["OBJECT", lfu ? "FREQ" : "IDLETIME", key]);
    assertEquals(
      ["idle", "frequent", "key 1"].map(ask),
      lfu ? [5, 200, 5] : [50, 0, 0],
    );
  }
});
