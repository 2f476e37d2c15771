/** The words random commands are made of: few keys so that they collide, values at the edges of each encoding. */

import type { Seeded } from "../support/seeded.ts";
import type { Vocabulary } from "./grammar.ts";

const INTEGERS = [
  "0",
  "1",
  "-1",
  "7",
  "100",
  "9999",
  "10000",
  "2147483647",
  "-2147483648",
  "4294967296",
  "9223372036854775807",
  "-9223372036854775808",
  "9223372036854775808",
  "-9223372036854775809",
  "007",
  "+5",
  " 5",
  "5 ",
  "",
  "-0",
  "1e3",
  "18446744073709551616",
];

const FLOATS = [
  "0",
  "1.5",
  "-1.5",
  "3.0e3",
  "1e-7",
  "0.1",
  "0.2",
  "1e17",
  "1e21",
  "123456789.123456789",
  "inf",
  "-inf",
  "nan",
  "abc",
  "",
  " 1",
  "1 ",
  "0x10",
  "5e-324",
  "1.7976931348623157e308",
];

const PATTERNS = ["*", "k*", "?1", "k[1-3]", "k[^1]", "\\k1", "nothing", "*:*", "k[", ""];

function value(random: Seeded): string {
  switch (random.below(9)) {
    case 0:
      return random.pick(INTEGERS);
    case 1:
      return random.pick(FLOATS);
    case 2:
      return String(random.between(-1000, 1000));
    case 3:
      // 44 bytes is the last length of the encoding embstr.
      return "x".repeat(random.between(42, 47));
    case 4:
      return random.bytes(random.below(12));
    case 5:
      return "ab".repeat(random.between(50, 400));
    default:
      return random.pick(["", "foo", "foobar", "hello world", "\x00\xff\x00", "\r\n"]);
  }
}

function mostly(usual: (random: Seeded) => string, odd: readonly string[]) {
  return (random: Seeded) => random.chance(0.12) ? random.pick(odd) : usual(random);
}

const nowSeconds = () => Math.floor(Date.now() / 1000);
const whole = (low: number, high: number) => (random: Seeded) => String(random.between(low, high));

/**
 * Times are far away, or so far in the past that no command stores them: nothing expires between one
 * server's answer and the other's.
 */
export const VOCABULARY: Vocabulary = {
  key: (random) => random.chance(0.03) ? "\x00k\xff" : `k${random.below(8)}`,
  value,
  /** Few different ones, some of them large: list nodes are full at 8 KiB. */
  element: (random) =>
    random.chance(0.4)
      ? random.pick(["a", "b", "c", "7", "-1", ""])
      : random.chance(0.1)
      ? random.pick(["p", "q"]).repeat(random.between(1000, 9000))
      : value(random),
  byPattern: (random) => random.pick(["k*", "*", "k*->f", "*->g", "k1*", "k*->", "x*y", "k-*"]),
  sortPattern: (random) =>
    random.pick([
      "k*",
      "*",
      "#",
      "k*->f",
      "*->g",
      "k1*",
      "k*->",
      "*->a->b",
      "x*y",
      "k\x00*",
      "k-*",
    ]),
  // Not the lowest integer, which 7.0 takes for a rank.
  rank: mostly(whole(-3, 3), ["x", "9223372036854775807", "-9223372036854775809", ""]),
  timeout: mostly(() => "0.001", ["-1", "x", "-inf", "nan", ""]),
  numkeys: mostly(whole(1, 2), ["0", "-1", "x", "100"]),
  integer: mostly(whole(-1000, 1000), INTEGERS),
  float: mostly((random) => String(random.between(-1000, 1000) / 8), FLOATS),
  // redis-server's SORT takes any number for out of range once one was, as 5e-324 is.
  weightFloat: mostly(
    (random) => String(random.between(-1000, 1000) / 8),
    FLOATS.filter((text) => text !== "5e-324"),
  ),
  index: mostly(whole(-12, 12), INTEGERS),
  // None between 32 and 64 bits: the LSET of 7.2 takes what is left of it in 32.
  listIndex: mostly(whole(-12, 12), ["9223372036854775808", "x", "", "007"]),
  offset: mostly(whole(0, 40), ["-1", "4095", "100000", "536870912", "4294967296", "x", ""]),
  bit: mostly(whole(0, 1), ["2", "-1", "x"]),
  bitOffset: mostly(whole(0, 300), ["-1", "65537", "4294967296", "4294967295x", "x", "#1"]),
  bitField: mostly(
    (random) => `${random.pick(["u", "i"])}${random.between(1, 63)}`,
    ["i64", "u64", "i65", "u0", "i0", "x8", "u", "8", "I8"],
  ),
  fieldOffset: mostly(
    (random) => `${random.pick(["", "#"])}${random.between(0, 40)}`,
    ["-1", "#-1", "x", "#x", "", "4294967296", "#9223372036854775807"],
  ),
  seconds: mostly(whole(1000, 9000), ["0", "-1", "x", "9223372036854775807", "9223372036854775"]),
  milliseconds: mostly(whole(1_000_000, 9_000_000), ["0", "-1", "x", "9223372036854775807"]),
  atSeconds: mostly((random) => String(nowSeconds() + random.between(1000, 9000)), [
    "0",
    "-5",
  ]),
  atMilliseconds: mostly(
    (random) => String(nowSeconds() * 1000 + random.between(1_000_000, 9_000_000)),
    // The latest instant that is kept exactly; Redis would go on for another 292 million years.
    ["0", "-5", "9007199254740991"],
  ),
  pattern: (random) => random.pick(PATTERNS),
  db: mostly(whole(0, 2), ["15", "16", "-1", "x", "2147483648"]),
  // Few members, so that sets have some in common; long ones and many end the small encodings.
  member: (random) => {
    if (random.chance(0.5)) return String(random.between(-20, 40));
    if (random.chance(0.9)) return random.pick(["a", "b", "c", "foo", "", "\x00\xff", "007", "-0"]);
    return random.pick([
      "x".repeat(64),
      "x".repeat(65),
      "9223372036854775808",
      "70000",
      "-5000000000",
    ]);
  },
  // Scores that both 7.0 and 7.2 print in the same digits; 7.2 forgets fewer signs of zeros.
  score: mostly(
    (random) =>
      random.chance(0.7) ? String(random.between(-9, 9)) : String(random.between(-99, 99) / 8),
    ["inf", "-inf", "+inf", "nan", "x", "", " 1", "1e3", "0x10", "9007199254740993"],
  ),
  weight: mostly((random) => String(random.between(1, 8) / 4), ["inf", "-1", "x", "nan", ""]),
  scoreBound: mostly(
    (random) => random.pick(["", "", "("]) + random.between(-12, 12),
    ["-inf", "+inf", "(inf", "", "(", "(x", "[1", "nan", " 1", "-inf", "+inf"],
  ),
  memberBound: mostly(
    (random) => random.pick(["[", "("]) + random.pick(["-5", "1", "20", "a", "b", "foo", ""]),
    ["-", "+", "-", "+", "-", "+", "a", "", "+x", "\x00"],
  ),
  field: (random) => {
    if (random.chance(0.95)) return `f${random.below(12)}`;
    return random.pick(["", "7", "\x00\xff", "y".repeat(65)]);
  },
  fieldValue: (random) => {
    if (random.chance(0.6)) return String(random.between(-300, 300));
    return random.chance(0.05) ? "v".repeat(random.between(60, 70)) : value(random);
  },
  count: mostly(whole(1, 20), ["0", "-1", "x"]),
  length: mostly(whole(0, 20), ["-1", "x"]),
  type: (random) => random.pick(["string", "list", "hash", "zset", "set", "stream", "x", "STRING"]),
  // No NUL: it ends the name for 7.2, which takes it then, but not for 7.0.
  name: (random) => random.pick(["", "worker", "two words", "\xff", "line\n"]),
  streamId: mostly(
    (random) => `${random.between(1, 30)}${random.chance(0.8) ? `-${random.below(5)}` : ""}`,
    ["0", "0-0", "x", "", "-", "+", "1-x", "1-2-3", "18446744073709551615-18446744073709551615"],
  ),
  milliseconds2: mostly(whole(1, 60), ["0", "9007199254740993", "18446744073709551615"]),
  rangeId: mostly(
    (random) => `${random.pick(["", "", "("])}${random.between(0, 30)}${random.pick(["", "-1"])}`,
    ["-", "+", "-", "+", "(", "(-", "(0", "x", "(18446744073709551615-18446744073709551615"],
  ),
  // No `+`, which 7.4 takes.
  afterId: mostly((random) => `${random.between(0, 30)}-${random.below(3)}`, ["$", "x", "-", "7"]),
  readId: (random) => random.chance(0.75) ? ">" : `${random.between(0, 20)}-1`,
  entryField: (random) => random.pick(["f", "f", "f", "g", "7", "007", "", "\x00\xff"]),
  group: (random) => random.pick(["g1", "g1", "g1", "g2", ""]),
  consumer: (random) => random.pick(["alice", "bob", "\xff"]),
  /** Finely drawn: where two members are equally far, which comes first is nobody's promise. */
  longitude: mostly((random) => String(random.next32() / 2 ** 32 * 360 - 180), ["180.1", "x"]),
  latitude: mostly((random) => String(random.next32() / 2 ** 32 * 170 - 85), ["85.1", "-90", "x"]),
  radius: mostly(
    (random) => String(random.pick([1, 100, 5000]) * random.between(1, 5000)),
    ["0", "-1", "inf", "x"],
  ),
  unit: mostly((random) => random.pick(["m", "km", "mi", "ft", "KM"]), ["x", "meters"]),
  place: (random) => random.pick(["", "a", "b", "c", "d", "12", "\x00\xff", "x".repeat(70)]),
  text: (random) => random.pick(["", "hello", "a b", "\x00\xff"]),
};
