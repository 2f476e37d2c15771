import { assert, assertEquals } from "@std/assert";
import { latin1Bytes } from "../../src/base/bytes.ts";
import { ByteSource } from "../../src/rdb/byte_source.ts";
import { bigEndian, bytesOf, dump, lengthOf, littleEndian, plain } from "./dump_builder.ts";
import { RdbReader } from "../../src/rdb/reader.ts";
import { load, loadFrom, READ_ALL, RecordingSink } from "./recording_sink.ts";

const SET = (key: string, value: string | Uint8Array) =>
  bytesOf(0, plain(key), typeof value === "string" ? plain(value) : value);

Deno.test("an empty dump of every version loads", () => {
  for (let version = 1; version <= 12; version++) {
    const header = `REDIS${String(version).padStart(4, "0")}`;
    const sink = load(dump(header));
    assertEquals(sink.header, `redis ${version}`);
    assertEquals(sink.databases.size, 0);
  }
  assertEquals(load(dump("VALKEY080")).header, "valkey 80");
});

Deno.test("strings with 6, 14, 32 and 64 bit lengths arrive whole", () => {
  for (const length of [0, 1, 63, 64, 255, 16383, 16384, 70_000]) {
    const value = "x".repeat(length);
    assertEquals(load(dump("REDIS0011", SET("k", value))).values(), { k: value });
    const wide = bytesOf(0x81, bigEndian(BigInt(length), 8), value);
    assertEquals(load(dump("REDIS0011", SET("k", wide))).values(), { k: value });
  }
});

Deno.test("integers of 8, 16 and 32 bits arrive as decimal text, in keys too", () => {
  const cases: [number, number, bigint[]][] = [
    [0xc0, 1, [0n, 1n, -1n, 127n, -128n]],
    [0xc1, 2, [0n, 128n, -129n, 32767n, -32768n, 256n, -2n]],
    [0xc2, 4, [0n, 65536n, -65537n, 2147483647n, -2147483648n, -3n]],
  ];
  for (const [encoding, width, numbers] of cases) {
    for (const number of numbers) {
      const encoded = bytesOf(encoding, littleEndian(BigInt.asUintN(64, number), width));
      const sink = load(dump("REDIS0009", 0, encoded, encoded));
      const stored = sink.databases.get(0)!.get(String(number))!;
      assertEquals(stored.value, String(number));
      assertEquals(stored.isInteger, true);
    }
  }
  assertEquals(
    load(dump("REDIS0009", SET("k", "12"))).databases.get(0)!.get("k")!.isInteger,
    false,
  );
});

Deno.test("LZF strings are expanded, in keys and values at once", () => {
  // One literal, then two copies: of 3 bytes, and the long form of 9 + 5 bytes.
  const key = bytesOf(0xc3, 9, 20, 2, "abc", 0x20, 2, 0xe0, 5, 2);
  const value = bytesOf(0xc3, lengthOf(5), lengthOf(265), 0, "z", 0xe0, 255, 0);
  const sink = load(dump("REDIS0006", 0, key, value));
  assertEquals(sink.values(), { ["abc".repeat(7).slice(0, 20)]: "z".repeat(265) });
});

Deno.test("every byte value survives in keys, values and AUX fields", () => {
  const all = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i));
  const sink = load(dump("REDIS0011", 250, plain(all), plain(all), SET(all, all)));
  assertEquals(sink.values(), { [all]: all });
  assertEquals(sink.auxFields, [[all, all]]);
});

Deno.test("expiry in seconds and milliseconds, idle time and frequency belong to the next key", () => {
  const sink = load(dump(
    "REDIS0009",
    bytesOf(253, littleEndian(1_700_000_000n, 4), SET("seconds", "1")),
    bytesOf(252, littleEndian(1_700_000_000_123n, 8), SET("milliseconds", "2")),
    bytesOf(248, lengthOf(70_000), SET("idle", "3")),
    bytesOf(249, 200, SET("frequency", "4")),
    bytesOf(252, littleEndian(5n, 8), 248, 7, 249, 9, SET("all", "5")),
    SET("none", "6"),
  ));
  const metas = [...sink.databases.get(0)!].map(([key, meta]) => [
    key,
    meta.expireAtMs,
    meta.idleSeconds,
    meta.frequency,
  ]);
  assertEquals(metas, [
    ["seconds", 1_700_000_000_000, -1, -1],
    ["milliseconds", 1_700_000_000_123, -1, -1],
    ["idle", -1, 70_000, -1],
    ["frequency", -1, -1, 200],
    ["all", 5, 7, 9],
    ["none", -1, -1, -1],
  ]);
});

Deno.test("a key that expired before now is skipped, and what it said is forgotten", () => {
  const body = dump(
    "REDIS0009",
    bytesOf(252, littleEndian(999n, 8), 248, 7, SET("past", "1")),
    bytesOf(252, littleEndian(1000n, 8), SET("now", "2")),
    bytesOf(252, littleEndian(BigInt.asUintN(64, -5n), 8), SET("negative", "3")),
    SET("forever", "4"),
  );
  const { sink, reader } = loadFrom(ByteSource.overBytes(body), { nowMs: 1000, checksum: true });
  assertEquals(sink.values(), { now: "2", forever: "4" });
  assertEquals(sink.databases.get(0)!.get("forever")!.idleSeconds, -1);
  assertEquals(reader.counts, { keysLoaded: 2, keysExpired: 2, emptyKeysSkipped: 0 });

  const kept = load(body, { nowMs: 1000, checksum: true, keepExpired: true });
  assertEquals(Object.keys(kept.values()), ["past", "now", "negative", "forever"]);
});

Deno.test("SELECTDB directs keys, and RESIZEDB announces no more than the file could hold", () => {
  const sink = load(dump(
    "REDIS0011",
    bytesOf(254, 0, 251, 1, 0, SET("a", "1")),
    bytesOf(254, 9, 251, 0x81, bigEndian(2n ** 62n, 8), 0x80, bigEndian(2n ** 31n, 4)),
    SET("b", "2"),
  ));
  assertEquals(sink.values(0), { a: "1" });
  assertEquals(sink.values(9), { b: "2" });
  // What is left there: 5 bytes of a key, the end and its checksum.
  assertEquals(sink.resizes, [[0, 1, 0], [9, 4, 1]]);
});

Deno.test("functions are delivered; slot, flash and module records are passed over", () => {
  const moduleId = bytesOf(0x81, bigEndian(0xb5eb2dfffadd6c01n, 8));
  const moduleAux = bytesOf(247, moduleId, 2, 1, 1, 9, 2, 0x40, 0x99, 3, "ffff", 4, "dddddddd");
  const moduleStrings = bytesOf(5, plain("text"), 5, 0xc0, 7, 5, 0xc1, 7, 7, 5, 0xc2, 7, 7, 7, 7);
  const moduleLzf = bytesOf(5, 0xc3, 5, 10, 0, "z", 0xe0, 0, 0, 0);
  const sink = load(dump(
    "REDIS0012",
    bytesOf(245, plain("#!lua name=one\n")),
    bytesOf(moduleAux, moduleStrings, moduleLzf),
    bytesOf(244, 0x5d, 0xd6, 1, 0),
    bytesOf(107, 0x40, 0x43, SET("k", "v")),
  ));
  assertEquals(sink.functions, ["#!lua name=one\n"]);
  assertEquals(sink.values(), { k: "v" });

  const slotImport = bytesOf(243, plain("job"), 2, 0, 5, 7, 0x50, 0x00);
  assertEquals(load(dump("VALKEY080", slotImport, SET("k", "v"))).values(), { k: "v" });
});

Deno.test("a dump reads the same through every chunk size and in every slicing of the work", () => {
  const body = dump(
    "REDIS0011",
    bytesOf(250, plain("redis-ver"), plain("7.2.0"), 254, 3, 251, 2, 1),
    SET("k".repeat(100), "v".repeat(3000)),
    bytesOf(252, littleEndian(12345n, 8), 0, 0xc0, 5, 0xc1, 1, 1),
    bytesOf(0, plain("before the window moves"), 0xc3, 5, lengthOf(265), 0, "z", 0xe0, 255, 0),
    SET("last", ""),
  );
  const expected = load(body).everything();
  for (const chunkBytes of [1, 2, 3, 5, 17, 100, 4096]) {
    for (const sliceBytes of [1, 64, Infinity]) {
      let at = 0;
      const file = {
        readSync(target: Uint8Array) {
          const part = body.subarray(at, at + Math.min(target.length, chunkBytes));
          target.set(part);
          at += part.length;
          return part.length === 0 ? null : part.length;
        },
      };
      const source = ByteSource.overFile(file, body.length, chunkBytes);
      const { sink, reader } = loadFrom(source, READ_ALL, sliceBytes);
      assertEquals(sink.everything(), expected);
      assertEquals(reader.checksumVerified, true);
      assertEquals(reader.progress, { loadedBytes: body.length, totalBytes: body.length });
    }
  }
});

Deno.test("run stops between records and reports progress", () => {
  const body = dump("REDIS0011", ...Array.from({ length: 10 }, (_, i) => SET(`key${i}`, "value")));
  const sink = new RecordingSink();
  const reader = new RdbReader(ByteSource.overBytes(body), sink, READ_ALL);
  assertEquals(reader.progress, { loadedBytes: 0, totalBytes: body.length });
  // The header and two records of 12 bytes reach past 22 bytes.
  assertEquals(reader.run(22), false);
  assertEquals(reader.counts.keysLoaded, 2);
  assertEquals(reader.progress.loadedBytes, 9 + 2 * 12);
  for (let loaded = 3; loaded <= 10; loaded++) {
    assertEquals(reader.run(1), false);
    assertEquals(reader.counts.keysLoaded, loaded);
  }
  assertEquals(reader.run(1), true);
  assertEquals(reader.run(1), true);
  assertEquals(Object.keys(sink.values()).length, 10);
});

Deno.test("a dump may be followed by other bytes, such as the tail of an append-only file", () => {
  const body = dump("REDIS0010", SET("k", "v"));
  const { sink, reader } = loadFrom(ByteSource.overBytes(bytesOf(body, "*1\r\n$4\r\nPING\r\n")));
  assertEquals(sink.values(), { k: "v" });
  assertEquals(reader.progress.loadedBytes, body.length);
  assert(sink.ended);
});

Deno.test("versions before 5 end without a checksum, and a checksum of zero is not compared", () => {
  assertEquals(load(latin1Bytes("REDIS0004\x00\x01k\x01v\xff")).values(), { k: "v" });
  const body = dump("REDIS0005", SET("k", "v"));
  body.fill(0, body.length - 8);
  const { sink, reader } = loadFrom(ByteSource.overBytes(body));
  assertEquals(sink.values(), { k: "v" });
  assertEquals(reader.checksumVerified, false);
});
