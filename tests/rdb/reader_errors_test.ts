import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ByteSource } from "../../src/rdb/byte_source.ts";
import { RdbError } from "../../src/rdb/rdb_error.ts";
import { bigEndian, bytesOf, dump, lengthOf, plain } from "./dump_builder.ts";
import { load, loadFrom } from "./recording_sink.ts";

function errorOf(bytes: Uint8Array): RdbError {
  return assertThrows(() => load(bytes), RdbError);
}

function expectError(bytes: Uint8Array, offset: number, ...texts: string[]): void {
  const error = errorOf(bytes);
  for (const text of texts) assertStringIncludes(error.message, text);
  assertEquals(error.offset, offset);
  assertStringIncludes(error.message, `at byte offset ${offset}`);
}

Deno.test("what is not a dump is told apart from a dump of another version", () => {
  expectError(bytesOf(""), 0, "not an RDB file", "0 bytes");
  expectError(bytesOf("REDIS"), 0, "not an RDB file", "5 bytes");
  expectError(bytesOf("NOT-A-DUMP-AT-ALL"), 0, "not an RDB file");
  expectError(bytesOf("REDIS00x1\xff"), 0, "not an RDB file");
  expectError(bytesOf("VALKEYx80\xff"), 0, "not an RDB file");
  for (const version of ["0000", "0013", "0080", "9999"]) {
    expectError(
      dump(`REDIS${version}`),
      0,
      `Can't handle RDB format version ${Number(version)} of`,
    );
  }
  for (const version of ["011", "079", "081"]) {
    expectError(dump(`VALKEY${version}`), 0, `RDB format version ${Number(version)} of Valkey`);
  }
});

Deno.test("a wrong checksum names what was computed and what the file says", () => {
  const bytes = dump("REDIS0011", 0, plain("k"), plain("v"));
  bytes[bytes.length - 1] ^= 1;
  expectError(bytes, bytes.length - 8, "wrong checksum");
  assertEquals(load(bytes, { nowMs: 0, checksum: false }).values(), { k: "v" });
});

Deno.test("a changed byte of a value is found by the checksum", () => {
  const bytes = dump("REDIS0011", 0, plain("k"), plain("value"));
  bytes[14] ^= 1;
  assertStringIncludes(errorOf(bytes).message, "wrong checksum");
});

Deno.test("a file cut in a value names the key", () => {
  const whole = dump("REDIS0011", 0, plain('a "key"\n\xff'), plain("value"));
  expectError(
    whole.subarray(0, 24),
    21,
    "unexpected end of file",
    'key "a \\"key\\"\\n\\xff", type string',
  );
});

Deno.test("a length beyond the end of the file is refused before anything is allocated", () => {
  for (const length of [2n ** 31n, 2n ** 40n, 2n ** 53n + 1n, 2n ** 64n - 1n]) {
    const huge = bytesOf(0x81, bigEndian(length, 8));
    expectError(dump("REDIS0011", 0, huge, "key"), 19, "unexpected end of file");
    expectError(dump("REDIS0011", 0, plain("k"), huge, "value"), 21, "unexpected end of file");
    // LZF: first the compressed length, then the length after expansion.
    expectError(dump("REDIS0011", 0, plain("k"), 0xc3, huge, 5, "xx"), 23, "unexpected end");
    expectError(dump("REDIS0011", 0, plain("k"), 0xc3, 2, huge, "xx"), 23, "cannot expand to");
  }
});

Deno.test("a string longer than memory has numbers for is refused though the file holds it", () => {
  const cases: [string, Uint8Array, number][] = [
    ["as it is", bytesOf(0x81, bigEndian(3n * 2n ** 30n, 8)), 3 * 2 ** 30],
    ["a little too long", bytesOf(0x80, bigEndian(2n ** 31n - 4095n, 4)), 2 ** 31 - 4095],
  ];
  for (const [name, length, bytes] of cases) {
    const start = bytesOf("REDIS0011", 0, plain("k"), length);
    let read = 0;
    const source = new ByteSource(
      (target) => {
        const part = start.subarray(read, read + target.length);
        target.set(part);
        read += target.length;
        return target.length;
      },
      2 ** 32,
      new Uint8Array(1024),
      0,
    );
    const error = assertThrows(() => loadFrom(source), RdbError, `string of ${bytes} bytes`, name);
    assertStringIncludes(error.message, 'key "k", type string');
    assert(read < 4096, name);
  }
});

Deno.test("the scratch for an LZF string is at most what its bytes could expand to", () => {
  const claim = (length: number) =>
    dump("REDIS0011", 0, plain("k"), 0xc3, 5, lengthOf(length), 0, "z", 0xe0, 255, 0);
  assertEquals(load(claim(265)).values(), { k: "z".repeat(265) });
  for (const length of [0, 1, 264, 266, 440]) {
    assertStringIncludes(errorOf(claim(length)).message, "bad LZF string");
  }
  assertStringIncludes(errorOf(claim(441)).message, "cannot expand to 441");
});

Deno.test("LZF that points before its beginning is refused", () => {
  const bytes = dump("REDIS0011", 0, plain("k"), 0xc3, 4, 4, 0, "z", 0x20, 9);
  assertStringIncludes(errorOf(bytes).message, "bad LZF string");
});

Deno.test("unknown opcodes, types and encodings name their number and place", () => {
  for (const type of [8, 26, 100, 200, 243]) {
    expectError(dump("REDIS0012", type, plain("k")), 9, `unknown opcode or value type ${type}`);
  }
  for (const type of [23, 24, 25, 107]) {
    expectError(dump("VALKEY080", type, plain("k")), 9, `unknown opcode or value type ${type}`);
  }
  expectError(dump("REDIS0011", 0, 0xc4), 11, "unknown string encoding 4");
  expectError(dump("REDIS0011", 0, 0x82), 10, "unknown length encoding 0x82");
  expectError(dump("REDIS0011", 254, 0xc0), 11, "a length is due");
});

Deno.test("values that cannot be loaded name the key, the type and the place of the record", () => {
  const names: [number, string][] = [
    [1, "list-linked (1)"],
    [4, "hash-hashtable (4)"],
    [14, "quicklist (14)"],
    [21, "stream-v3 (21)"],
    [25, "hash-listpack-md (25)"],
  ];
  for (const [type, name] of names) {
    const bytes = dump("REDIS0012", 0, plain("a"), plain("b"), type, plain("\x01key"), "rest");
    expectError(bytes, 14, `type ${name}`, 'key "\\x01key"');
  }
  expectError(dump("VALKEY080", 22, plain("h"), 0), 9, 'key "h", type hash-v2 (22)');
  const long = dump("REDIS0012", 1, plain("k".repeat(1000)), 0);
  expectError(long, 9, `${"k".repeat(128)}"... (1000 bytes)`);
});

Deno.test("module values and AUX data name the module", () => {
  const id = bytesOf(0x81, bigEndian(0xb5eb2dfffadd6c01n, 8));
  expectError(dump("REDIS0012", 7, plain("mykey"), id, 0), 9, 'module type "', 'key "mykey"');
  expectError(dump("REDIS0012", 6, plain("mykey"), id, 0), 9, "4.0 release candidates");
  expectError(dump("REDIS0012", 247, id, 1, 1), 20, "opcode 1 where 2 is due");
  expectError(dump("REDIS0012", 247, id, 2, 1, 9), 22, "unknown opcode 9 in data of the module");
});

Deno.test("functions of a release candidate are refused", () => {
  expectError(dump("REDIS0010", 246, plain("LUA")), 9, "7.0 release candidates");
});

Deno.test("what the sink refuses becomes an error at the record", () => {
  expectError(dump("REDIS0011", 254, 16), 9, "database 16 is out of range");
  expectError(dump("REDIS0011", 254, 0x81, bigEndian(2n ** 63n, 8)), 9, "is out of range");
  const twice = dump("REDIS0011", 0, plain("k"), plain("v"), 0, plain("k"), plain("w"));
  expectError(twice, 14, "duplicate key k");
});

Deno.test("a dump cut anywhere is an error, whatever the chunk size", () => {
  const whole = dump(
    "REDIS0011",
    bytesOf(250, plain("redis-ver"), plain("7.2.0"), 254, 3, 251, 2, 1),
    bytesOf(252, "\x01\x02\x03\x04\x05\x06\x07\x08", 249, 3, 0, plain("key"), plain("value")),
    bytesOf(245, plain("#!lua"), 0, 0xc0, 5, 0xc3, 5, lengthOf(265), 0, "z", 0xe0, 255, 0),
  );
  for (let length = 0; length < whole.length; length++) {
    const cut = whole.slice(0, length);
    const error = errorOf(cut);
    assert(error.offset <= length, `${error.offset} is in the first ${length} bytes`);
    let at = 0;
    const readSync = (target: Uint8Array) => {
      if (at === length) return null;
      target[0] = cut[at++];
      return 1;
    };
    const source = ByteSource.overFile({ readSync }, length, 4);
    assertEquals(assertThrows(() => loadFrom(source), RdbError).message, error.message);
  }
});
