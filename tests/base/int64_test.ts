import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { asciiBytes, latin1, latin1Bytes } from "../../src/base/bytes.ts";
import {
  addInt64,
  decimalLength,
  INT64_MAX,
  INT64_MIN,
  type Integer64,
  normalizeInteger,
  parseBigInt64,
  parseCursor,
  parseInt64,
  parseSafeInteger,
  parseUint64,
  parseUint64Lenient,
  UINT64_MAX,
  writeInteger,
  writeInteger64,
} from "../../src/base/int64.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

type Parser = (bytes: Uint8Array, start: number, end: number) => Integer64 | undefined;

// With digits on both sides, so that a parser that leaves its range is found out.
function parseWith(parser: Parser, text: string): Integer64 | undefined {
  const bytes = latin1Bytes(`77${text}77`);
  return parser(bytes, 2, 2 + text.length);
}

function write(value: Integer64): string {
  const bytes = new Uint8Array(32).fill(0x2a);
  const end = writeInteger64(value, bytes, 3);
  assertEquals(latin1(bytes, 0, 3), "***");
  assert(bytes.subarray(end).every((byte) => byte === 0x2a), "wrote past its end");
  return latin1(bytes, 3, end);
}

const MALFORMED = [
  ...["", "-", "+", "+1", "-0", "00", "01", "-01", " 1", "1 ", "1\0", "\x001", "1.0", "1e3", "0x1"],
  ...["--1", "1-", "a", "9a", "1:", "1/", "\xb1", "10000000000a", "10000000000000000000000a"],
  ...["99999999999999999999", "100000000000000000000", "-99999999999999999999", "1".repeat(400)],
];

const CANONICAL = [
  ...["0", "1", "-1", "9", "10", "99", "100", "2147483647", "2147483648", "-2147483648"],
  ...[
    "999999999",
    "1000000000",
    "4294967295",
    "4294967296",
    "999999999999999",
    "-1000000000000000",
  ],
  ...["9007199254740991", "-9007199254740991"],
];

const BEYOND_SAFE = [
  ...["9007199254740992", "-9007199254740992", "9007199254740993", "9999999999999999"],
  ...["10000000000000000", "1000000000000000001", "9223372036854775807", "-9223372036854775808"],
];

Deno.test("a canonical safe integer is read as a number and written back the same", () => {
  for (const text of CANONICAL) {
    assertStrictEquals(parseWith(parseSafeInteger, text), Number(text));
    assertStrictEquals(parseWith(parseInt64, text), Number(text));
    assertStrictEquals(parseWith(parseBigInt64, text), BigInt(text));
    assertEquals(write(Number(text)), text);
    assertEquals(decimalLength(Number(text)), text.length, text);
  }
});

Deno.test("integers between 2^53 and 2^63 are read as bigints", () => {
  for (const text of BEYOND_SAFE) {
    assert(Number.isNaN(parseWith(parseSafeInteger, text)));
    assertStrictEquals(parseWith(parseInt64, text), BigInt(text));
    assertEquals(write(BigInt(text)), text);
  }
});

Deno.test("malformed integers are refused by every strict parser", () => {
  for (const text of MALFORMED) {
    assert(Number.isNaN(parseWith(parseSafeInteger, text)), text);
    assertEquals(parseWith(parseInt64, text), undefined, text);
    assertEquals(parseWith(parseBigInt64, text), undefined, text);
    assertEquals(parseWith(parseUint64, text), undefined, text);
  }
});

Deno.test("the signed and unsigned ranges end where 64 bits end", () => {
  assertEquals(parseWith(parseInt64, String(INT64_MAX + 1n)), undefined);
  assertEquals(parseWith(parseInt64, String(INT64_MIN - 1n)), undefined);
  assertEquals(parseWith(parseUint64, String(UINT64_MAX)), UINT64_MAX);
  assertEquals(parseWith(parseUint64, String(UINT64_MAX + 1n)), undefined);
  assertEquals(parseWith(parseUint64, "-1"), undefined);
  assertEquals(parseWith(parseUint64, "0"), 0);
});

Deno.test("lenient unsigned integers follow strtoull unless they are canonical", () => {
  const cases: [string, Integer64 | undefined][] = [
    ["007", 7],
    ["+7", 7],
    [" \t\n7", 7],
    ["-7", undefined],
    ["-07", UINT64_MAX - 6n],
    ["-018446744073709551615", 1],
    ["018446744073709551616", undefined],
    ["18446744073709551615", UINT64_MAX],
    ["000", 0],
    ["-00", 0],
    ["7 ", undefined],
    ["", undefined],
    [" ", undefined],
    ["+", undefined],
    ["+-7", undefined],
    ["- 7", undefined],
  ];
  for (const [text, expected] of cases) {
    assertStrictEquals(parseWith(parseUint64Lenient, text), expected);
  }
});

Deno.test("a cursor is read as strtoul reads a C string", () => {
  const cases: [string, Integer64 | undefined][] = [
    ["0", 0],
    ["", 0],
    ["\x005", 0],
    ["12\0x", 12],
    ["-1", UINT64_MAX],
    ["-5\0", UINT64_MAX - 4n],
    ["18446744073709551615", UINT64_MAX],
    ["18446744073709551616", undefined],
    [" 1", undefined],
    ["1 ", undefined],
    ["x", undefined],
    ["-", undefined],
  ];
  for (const [text, expected] of cases) {
    assertStrictEquals(parseWith(parseCursor, text), expected);
  }
});

function randomInteger(random: Seeded): bigint {
  const wide = (BigInt(random.next32()) << 32n) | BigInt(random.next32());
  return BigInt.asIntN(64, wide) >> BigInt(random.below(64));
}

Deno.test("random 64-bit integers survive writing and reading, and their sums are exact", async () => {
  await forEachSeed(3000, (random) => {
    const [a, b] = [randomInteger(random), randomInteger(random)];
    const text = write(normalizeInteger(a));
    assertEquals(text, a.toString());
    const read = parseWith(parseInt64, text);
    assertStrictEquals(read, normalizeInteger(a));
    const sum = a + b;
    const fits = sum <= INT64_MAX && sum >= INT64_MIN;
    const expected = fits ? normalizeInteger(sum) : undefined;
    assertStrictEquals(addInt64(normalizeInteger(a), normalizeInteger(b)), expected);
  });
});

Deno.test("random texts are integers exactly when BigInt prints them the same", async () => {
  await forEachSeed(3000, (random) => {
    const alphabet = "0123456789999-+ ";
    let text = "";
    for (let left = random.below(22); left > 0; left--) text += alphabet[random.below(16)];
    const canonical = /^-?[0-9]+$/.test(text) && BigInt(text).toString() === text;
    const fits = canonical && BigInt(text) <= INT64_MAX && BigInt(text) >= INT64_MIN;
    assertStrictEquals(parseWith(parseBigInt64, text), fits ? BigInt(text) : undefined);
  });
});

Deno.test("writeInteger is exact around every power of ten and every multiple of 10^8", () => {
  const bytes = new Uint8Array(20);
  const check = (value: number) => {
    const text = String(value);
    assertEquals(latin1(bytes, 0, writeInteger(value, bytes, 0)), text);
    assertEquals(decimalLength(value), text.length);
  };
  for (let power = 1; power < 9e15; power *= 10) {
    for (const near of [power - 1, power, power + 1]) {
      check(near);
      if (near !== 0) check(-near);
    }
  }
  for (const multiple of [1, 10.73741824, 67108864, 67108865, 90071992]) {
    for (const offset of [-1, 0, 1]) check(Math.floor(multiple * 1e8) + offset);
  }
  assertEquals(latin1(bytes, 0, writeInteger(-0, bytes, 0)), "0");
  assertEquals(latin1(asciiBytes("0")), "0");
});
