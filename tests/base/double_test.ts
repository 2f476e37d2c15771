import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import {
  DOUBLE_TEXT_MAX,
  formatDouble,
  formatFixedDouble,
  formatSeventeenDigits,
  parseDouble,
  parseDoubleLenient,
  writeDouble,
  writeSeventeenDigits,
} from "../../src/base/double.ts";
import { testWithRedis, withRedis } from "../support/redis_server.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

type Parser = (bytes: Uint8Array, start: number, end: number) => number;

// With digits on both sides, so that a parser that leaves its range is found out.
function parseWith(parser: Parser, text: string): number {
  const bytes = latin1Bytes(`77${text}77`);
  return parser(bytes, 2, 2 + text.length);
}

function randomDouble(random: Seeded): number {
  const words = Uint32Array.of(random.next32(), random.next32());
  const value = new Float64Array(words.buffer)[0];
  return Number.isFinite(value) ? value : 0.5;
}

const READABLE: [string, number][] = [
  ["0", 0],
  ["-0", -0],
  ["3", 3],
  ["3.", 3],
  [".5", 0.5],
  ["-.5", -0.5],
  ["+1.25", 1.25],
  ["007.50", 7.5],
  ["0.1", 0.1],
  ["123456.789012345", 123456.789012345],
  ["0.30000000000000004", 0.30000000000000004],
  ["9007199254740993", 9007199254740992],
  ["1e3", 1000],
  ["1E+3", 1000],
  ["1.5e-7", 1.5e-7],
  ["1e308", 1e308],
  ["4.9e-324", 5e-324],
  ["0e999999999999999999999", 0],
  ["0.000e-99999", 0],
  ["inf", Infinity],
  ["-INF", -Infinity],
  ["+Infinity", Infinity],
  ["0x10", 16],
  ["0XfF.8p1", 511],
  ["-0x.8", -0.5],
  ["0x1p-1074", 5e-324],
  ["0x1.fffffffffffff7p1023", Number.MAX_VALUE],
  ["0x20000000000001", 9007199254740992],
  ["0x20000000000003", 9007199254740996],
  ["0x0p99999999999", 0],
  ["0." + "0".repeat(400) + "1e400", 0.1],
  ["1" + "0".repeat(400) + "e-400", 1],
];

const UNREADABLE = [
  ...["", " ", "-", "+", ".", "-.", "e5", ".e5", "1e", "1e+", "1.2.3", "1,5", "--1", "+-1", "1-"],
  ...[
    " 1",
    "\t1",
    "1 ",
    "1\0",
    "\x001",
    "nan",
    "-nan",
    "NaN(1)",
    "in",
    "infi",
    "infinityx",
    "infx",
  ],
  ...["0x", "0x.", "0xg", "0x1p", "0x1p+", "1f", "1_000", "0b1", "0o7", "Infinit\xfd"],
];

const OUT_OF_RANGE: [string, number][] = [
  ["1e309", Infinity],
  ["-1e309", -Infinity],
  ["1e99999999999999999999", Infinity],
  ["1e-400", 0],
  ["-2e-324", -0],
  ["0x1p1024", Infinity],
  ["0x1p99999999999", Infinity],
  ["0x1.fffffffffffff8p1023", Infinity],
  ["0x1p-1075", 0],
  ["0x1p-99999999999", 0],
];

Deno.test("a double is read as C's strtod reads it, hexadecimal and infinite ones included", () => {
  for (const [text, expected] of READABLE) {
    assertStrictEquals(parseWith(parseDouble, text), expected, text);
    assertStrictEquals(parseWith(parseDoubleLenient, text), expected, text);
  }
});

Deno.test("what is not one whole number is refused", () => {
  for (const text of UNREADABLE) assert(Number.isNaN(parseWith(parseDouble, text)), text);
});

Deno.test("a strict double refuses overflow and underflow, a lenient one takes them", () => {
  for (const [text, expected] of OUT_OF_RANGE) {
    assert(Number.isNaN(parseWith(parseDouble, text)), text);
    assertStrictEquals(parseWith(parseDoubleLenient, text), expected, text);
  }
});

Deno.test("a lenient double skips space, stops at a NUL, and an empty text is 0", () => {
  const cases: [string, number][] = [["", 0], ["\0x", 0], [" \t5", 5], ["7\0x", 7], [
    "\v-1.5",
    -1.5,
  ]];
  for (const [text, expected] of cases) {
    assertStrictEquals(parseWith(parseDoubleLenient, text), expected);
  }
  for (const text of [" ", "5 ", "x", "nan", "1\n", "- 1"]) {
    assert(Number.isNaN(parseWith(parseDoubleLenient, text)), text);
  }
});

Deno.test("a hundred thousand digits are read in no time and rightly", () => {
  const zeros = "0".repeat(100_000);
  assertStrictEquals(parseWith(parseDouble, `1${zeros}e-100000`), 1);
  assertStrictEquals(parseWith(parseDouble, `0x1${zeros}p-400000`), 1);
  assertStrictEquals(parseWith(parseDouble, `0x.${zeros}8p400001`), 1);
  // The middle of two doubles, where the last of many digits decides.
  const middle = `9007199254740993.${zeros}`;
  assertStrictEquals(parseWith(parseDouble, middle), 9007199254740992);
  assertStrictEquals(parseWith(parseDouble, `${middle}1`), 9007199254740994);
  assertStrictEquals(parseWith(parseDouble, `0x20000000000001.${zeros}`), 9007199254740992);
  assertStrictEquals(parseWith(parseDouble, `0x20000000000001.${zeros}1`), 9007199254740994);
  assertStrictEquals(parseWith(parseDouble, `0x20000000000001${zeros}1p-400004`), 9007199254740994);
  assert(Number.isNaN(parseWith(parseDouble, `1${zeros}`)));
});

Deno.test("a double is printed where Redis 7.2 prints it in full and where with an exponent", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [-0, "-0"],
    [3, "3"],
    [-3.1, "-3.1"],
    [0.1 + 0.2, "0.30000000000000004"],
    [NaN, "nan"],
    [Infinity, "inf"],
    [-Infinity, "-inf"],
    [1e15, "1000000000000000"],
    [2 ** 53, "9007199254740992"],
    [2 ** 62, "4611686018427387904"],
    [-(2 ** 62), "-4611686018427387904"],
    [2 ** 63, "9223372036854776000"],
    [1e19, "1e+19"],
    [1e21, "1e+21"],
    [1.5e300, "1.5e+300"],
    [12345.678901234, "1.2345678901234e+4"],
    [12345.678, "12345.678"],
    [1234.5678901234, "1234.5678901234"],
    [0.001234567890123, "0.001234567890123"],
    [0.0001234567890123, "1.234567890123e-4"],
    [0.0001, "0.0001"],
    [0.000001, "0.000001"],
    [0.0000001, "1e-7"],
    [1.25e-7, "1.25e-7"],
    [5e-324, "5e-324"],
    [-Number.MAX_VALUE, "-1.7976931348623157e+308"],
  ];
  for (const [value, text] of cases) assertEquals(formatDouble(value), text);
});

Deno.test("every printed double reads back the same and fits in its room", async () => {
  await forEachSeed(2000, (random) => {
    const shift = 10 ** random.below(12);
    for (const value of [randomDouble(random), Math.round(randomDouble(random) % 1e9) / shift]) {
      const bytes = new Uint8Array(40);
      const end = writeDouble(value, bytes, 5);
      assertEquals(latin1(bytes, 5, end), formatDouble(value));
      assert(end - 5 <= DOUBLE_TEXT_MAX);
      assertStrictEquals(parseDouble(bytes, 5, end), value, formatDouble(value));
    }
  });
});

Deno.test("a fixed double always has its digits, ties to even", () => {
  const cases: [number, number, string][] = [
    [0, 4, "0.0000"],
    [190.4424, 4, "190.4424"],
    [0.775, 2, "0.78"],
    [0.125, 2, "0.12"],
    [0.375, 2, "0.38"],
    [-1.5, 1, "-1.5"],
    [-0.00001, 4, "0.0000"],
    [9.99999, 4, "10.0000"],
    [20037508.3428, 4, "20037508.3428"],
  ];
  for (const [value, decimals, text] of cases) {
    assertEquals(formatFixedDouble(value, decimals), text);
  }
});

// 8.0 reads scores in another way: no hexadecimal digits, no spaces.
testWithRedis("redis-server accepts the same texts as scores and as score bounds", async () => {
  await withRedis(async (client) => {
    const fuzz: string[] = [];
    await forEachSeed(400, (random) => {
      let text = "";
      for (let left = 1 + random.below(6); left > 0; left--) {
        text += random.pick([
          ..."0123456789",
          "0x",
          ".",
          "e",
          "p",
          "-",
          "+",
          "inf",
          "a",
          " ",
          "\0",
        ]);
      }
      fuzz.push(text);
    });
    const texts = [...READABLE, ...OUT_OF_RANGE].map(([text]) => text).concat(UNREADABLE, fuzz);
    const scores = await client.pipeline(texts.map((text) => ["ZADD", "z", text, "m"]));
    const bounds = await client.pipeline(texts.map((text) => ["ZCOUNT", "none", text, "inf"]));
    texts.forEach((text, index) => {
      const named = JSON.stringify(text);
      const accepted = scores[index].type !== "error";
      assertEquals(!Number.isNaN(parseWith(parseDouble, text)), accepted, named);
      // An open bound is another grammar.
      if (text.startsWith("(")) return;
      const bound = bounds[index].type !== "error";
      assertEquals(!Number.isNaN(parseWith(parseDoubleLenient, text)), bound, named);
    });
  });
}, { before: "8.0" });

Deno.test("numbers of 256ths are written in seventeen digits as all others are", () => {
  const bytes = new Uint8Array(2 * DOUBLE_TEXT_MAX);
  const check = (value: number) => {
    const end = writeSeventeenDigits(value, bytes, 1);
    assertEquals(latin1(bytes, 1, end), formatSeventeenDigits(value), String(value));
  };
  for (const value of [0, -0, 0.1, 1 / 256, -1 / 256, 1e7, 9999999.5, 1e17, Infinity]) check(value);
  forEachSeed(20, (random) => {
    for (let i = 0; i < 200; i++) check((random.next32() - 2 ** 31) / 2 ** (random.next32() % 20));
  });
});
