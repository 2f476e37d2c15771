// Forms that no server at hand writes: field expiries of Redis 7.4 and Valkey 9, single large list
// nodes, values of keys that expired, and what must be refused.
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ByteSource } from "../../src/rdb/byte_source.ts";
import { RdbError } from "../../src/rdb/rdb_error.ts";
import { bytesOf, dump, lengthOf, littleEndian, plain } from "./dump_builder.ts";
import { intset, listpack, ziplist, zipmap } from "./encodings/packed_builder.ts";
import { loadFrom, loadInto, READ_ALL, RecordingSink } from "./recording_sink.ts";
import { RecordingValueSink } from "./recording_value_sink.ts";

const packed = (block: Uint8Array) => bytesOf(lengthOf(block.length), block);
const time = (milliseconds: bigint) => littleEndian(BigInt.asUintN(64, milliseconds), 8);
const binaryDouble = (value: number) => new Uint8Array(new Float64Array([value]).buffer);

function load(bytes: Uint8Array) {
  const whole = loadFromSource(ByteSource.overBytes(bytes));
  // Every size of window, so that it moves at every place.
  for (let chunkBytes = 1; chunkBytes <= bytes.length; chunkBytes++) {
    let at = 0;
    const readSync = (target: Uint8Array) => {
      const part = bytes.subarray(at, at + target.length);
      target.set(part);
      at += part.length;
      return part.length === 0 ? null : part.length;
    };
    const source = ByteSource.overFile({ readSync }, bytes.length, chunkBytes);
    assertEquals(loadFromSource(source), whole);
  }
  return whole;
}

function loadFromSource(source: ByteSource) {
  const valueSink = new RecordingValueSink();
  const options = { ...READ_ALL, sanitize: true };
  const { reader } = loadInto(new RecordingSink(valueSink), source, options);
  const { values, fieldExpiries } = valueSink;
  return { values, fieldExpiries, counts: reader.counts };
}

function loadValue(header: string, type: number, ...value: (number | string | Uint8Array)[]) {
  return load(dump(header, type, plain("k"), ...value));
}

Deno.test("fields with expiries of Redis 7.4 count from the earliest one", () => {
  const fields = bytesOf(
    1,
    plain("a"),
    plain("1"),
    0,
    plain("b"),
    plain("2"),
    11,
    plain("c"),
    0xc0,
    3,
  );
  const sink = loadValue("REDIS0012", 24, time(1_800_000_000_000n), 3, fields);
  assertEquals(sink.values.k, { a: "1", b: "2", c: "3" });
  assertEquals(sink.fieldExpiries.k, { a: 1_800_000_000_000, c: 1_800_000_000_010 });

  const triples = listpack(["f", "v", { integer: 1_800_000_000_000n, encoding: 0xf4 }, "g", "w", {
    integer: 0n,
    encoding: 0,
  }]);
  const small = loadValue("REDIS0012", 25, time(1_800_000_000_000n), packed(triples));
  assertEquals(small.values.k, { f: "v", g: "w" });
  assertEquals(small.fieldExpiries.k, { f: 1_800_000_000_000 });
});

Deno.test("fields with expiries of Valkey 9 have the time behind the value", () => {
  const fields = bytesOf(
    plain("a"),
    plain("1"),
    time(1_800_000_000_000n),
    plain("b"),
    plain("2"),
    time(-1n),
  );
  const sink = loadValue("VALKEY080", 22, 2, fields);
  assertEquals(sink.values.k, { a: "1", b: "2" });
  assertEquals(sink.fieldExpiries.k, { a: 1_800_000_000_000 });
});

Deno.test("a list mixes packed nodes, empty ones and single elements", () => {
  const nodes = bytesOf(
    2,
    packed(listpack(["a", "b"])),
    1,
    plain("large"),
    2,
    packed(listpack([])),
  );
  assertEquals(loadValue("REDIS0010", 18, 3, nodes).values.k, ["a", "b", "large"]);
  const old = bytesOf(packed(ziplist(["a"])), packed(ziplist([])), packed(ziplist(["b"])));
  assertEquals(loadValue("REDIS0007", 14, 3, old).values.k, ["a", "b"]);
});

Deno.test("scores are read as text and as doubles, infinities and zeros too", () => {
  const text = bytesOf(
    plain("a"),
    255,
    plain("b"),
    254,
    plain("c"),
    3,
    "-.5",
    plain("d"),
    4,
    "1e20",
  );
  const scores = { a: "-Infinity", b: "Infinity", c: "-0.5", d: "100000000000000000000" };
  assertEquals(loadValue("REDIS0006", 3, 4, text).values.k, scores);
  const binary = bytesOf(plain("a"), binaryDouble(-Infinity), plain("b"), binaryDouble(0.1));
  assertEquals(loadValue("REDIS0008", 5, 2, binary).values.k, { a: "-Infinity", b: "0.1" });
});

Deno.test("values of expired keys are read past without being delivered, whoever asks", () => {
  const expired = bytesOf(252, time(5n));
  const bytes = dump(
    "REDIS0012",
    bytesOf(expired, 1, plain("list"), 2, plain("a"), plain("b")),
    bytesOf(expired, 16, plain("hash"), packed(listpack(["f", "v"]))),
    bytesOf(expired, 15, plain("stream"), 0, 0, 0, 0, 0),
    bytesOf(0, plain("string"), plain("value")),
  );
  const { sink, reader } = loadFrom(ByteSource.overBytes(bytes), { ...READ_ALL, nowMs: 6 });
  assertEquals(sink.values(), { string: "value" });
  assertEquals(reader.counts, { keysLoaded: 1, keysExpired: 3, emptyKeysSkipped: 0 });
});

Deno.test("a size that a value claims is passed on only as far as the file could hold it", () => {
  const bytes = dump("REDIS0011", 2, plain("k"), 0x80, 0xff, 0xff, 0xff, 0xff, plain("a"));
  const valueSink = new RecordingValueSink();
  const source = ByteSource.overBytes(bytes);
  assertThrows(() => loadInto(new RecordingSink(valueSink), source), RdbError);
  // Two bytes of a member, the end and its checksum.
  assertEquals(valueSink.sizes.k, 11);
});

Deno.test("values that contradict themselves are refused by name", () => {
  const cases: [number, Uint8Array, string][] = [
    [3, bytesOf(1, plain("m"), 253), "score that is no number"],
    [3, bytesOf(1, plain("m"), 1, "x"), "score that is no number"],
    [5, bytesOf(1, plain("m"), binaryDouble(NaN)), "score that is no number"],
    [12, packed(ziplist(["m", "x"])), "score that is no number"],
    [17, packed(listpack(["m", "x"])), "score that is no number"],
    [17, packed(listpack(["m", "1", "n"])), "groups of 2"],
    [17, packed(listpack(["m", "1", "m", "2"])), "repeats"],
    [16, packed(listpack(["f"])), "groups of 2"],
    [16, packed(listpack(["f", "v"]).subarray(1)), "listpack of"],
    [20, packed(listpack(["a", "a"])), "repeats"],
    [13, packed(ziplist(["f", "v", "f", "w"])), "repeats"],
    [9, packed(zipmap([["f", "v"], ["f", "w"]])), "repeats"],
    [10, packed(ziplist(["a"], 2)), "says it has 2"],
    [11, packed(intset([2n, 1n], 2)), "ascending"],
    [14, bytesOf(1, plain("")), "without bytes"],
    [18, bytesOf(1, 3, plain("x")), "unknown kind 3"],
    [24, bytesOf(time(-1n), 1, 1, plain("f"), plain("v")), "earliest field expiry"],
    [24, bytesOf(time(2n ** 48n), 1, 2, plain("f"), plain("v")), "field expiry of"],
    [25, bytesOf(time(0n), packed(listpack(["f", "v"]))), "groups of 3"],
    [25, bytesOf(time(0n), packed(listpack(["f", "v", "soon"]))), "no time"],
    [15, bytesOf(1, plain("short"), plain("x")), "ID of 5 bytes"],
    [15, bytesOf(1, plain("x".repeat(16)), packed(listpack(["a"]))), "is text"],
  ];
  for (const [type, value, reason] of cases) {
    const error = assertThrows(() => loadValue("REDIS0012", type, value), RdbError);
    assertStringIncludes(error.message, reason);
    assertStringIncludes(error.message, `key "k", type `);
  }
});
