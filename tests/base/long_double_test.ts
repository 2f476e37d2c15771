import { assertEquals } from "@std/assert";
import { latin1Bytes } from "../../src/base/bytes.ts";
import { addLongDouble, formatLongDouble, parseLongDouble } from "../../src/base/long_double.ts";
import { testWithRedis, withRedis } from "../support/redis_server.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

// What INCRBYFLOAT replies, or why it refuses.
function increment(a: string, b: string): string {
  const [x, y] = [a, b].map((text) => {
    const bytes = latin1Bytes(`7${text}7`);
    return parseLongDouble(bytes, 1, 1 + text.length);
  });
  if (x === undefined || y === undefined) return "invalid";
  const sum = addLongDouble(x, y);
  return sum.kind === "finite" ? formatLongDouble(sum) : "not finite";
}

const SUMS: [string, string, string][] = [
  ["3.0", "1.1", "4.1"],
  ["0.1", "0.2", "0.3"],
  ["10.50", "0.1", "10.6"],
  ["10.6", "-5", "5.6"],
  ["5.0e3", "2.0e2", "5200"],
  ["0", "0.00000000000000001", "0.00000000000000001"],
  ["0", "0.000000000000000005", "0"],
  ["-0", "-0", "0"],
  ["-1e-30", "0", "0"],
  ["9223372036854775807", "1", "9223372036854775808"],
  ["18446744073709551615", "1", "18446744073709551616"],
  ["18446744073709551616", "1", "18446744073709551616"],
  ["18446744073709551616", "3", "18446744073709551620"],
  ["0x1.8p1", "0x.8", "3.5"],
  ["1e4932", "1e4932", "not finite"],
  ["inf", "1", "not finite"],
  ["inf", "-inf", "not finite"],
  ["1e4933", "1", "invalid"],
  ["1e-4966", "1", "invalid"],
  ["1e-4950", "1", "1"],
  ["nan", "1", "invalid"],
  ["", "1", "invalid"],
  [" 1", "1", "invalid"],
  ["1 ", "1", "invalid"],
  ["1\0", "1", "invalid"],
  ["0".repeat(5119), "1", "1"],
  ["0".repeat(5120), "1", "invalid"],
  ["0." + "0".repeat(5000) + "1e5001", "1", "2"],
  ["1e9999999999999", "1", "invalid"],
  ["0e9999999999999", "1", "1"],
];

Deno.test("sums have the digits of the 80-bit format", () => {
  for (const [a, b, sum] of SUMS) assertEquals(increment(a, b), sum, `${a} + ${b}`);
});

Deno.test("infinities and nan have names", () => {
  const bytes = latin1Bytes("-infinity");
  const minus = parseLongDouble(bytes, 0, 9)!;
  const plus = parseLongDouble(bytes, 1, 9)!;
  assertEquals(formatLongDouble(minus), "-inf");
  assertEquals(formatLongDouble(addLongDouble(plus, plus)), "inf");
  assertEquals(formatLongDouble(addLongDouble(plus, minus)), "nan");
});

function randomNumber(random: Seeded): string {
  const digits = (count: number) => {
    let text = "";
    for (let left = count; left > 0; left--) text += random.below(10);
    return text;
  };
  const sign = random.pick(["", "-", "+", ""]);
  switch (random.below(8)) {
    case 0:
      return sign + digits(1 + random.below(25));
    case 1:
      return `${sign}${digits(1 + random.below(40))}.${digits(random.below(40))}`;
    case 2:
      return `${sign}${digits(1)}.${digits(random.below(25))}e${random.pick(["", "-"])}${
        random.below(40)
      }`;
    case 3:
      return `${sign}${digits(3)}e${random.pick(["", "-"])}${random.between(4900, 4980)}`;
    case 4:
      return `${sign}0x${random.next32().toString(16)}.${random.next32().toString(16)}p${
        random.between(-90, 60)
      }`;
    case 5:
      return `${sign}0x1.${random.next32().toString(16)}p${
        random.pick([-16445, -16446, -16447, -16400, 16383, 16384])
      }`;
    default:
      return `${sign}${digits(1 + random.below(4))}.${digits(1 + random.below(3))}`;
  }
}

testWithRedis("INCRBYFLOAT of redis-server on x86-64 gives the same sums", async () => {
  // Elsewhere C's long double is another format.
  if (Deno.build.arch !== "x86_64") return;
  await withRedis(async (client) => {
    const pairs: [string, string][] = SUMS.map(([a, b]) => [a, b]);
    await forEachSeed(4000, (random) => {
      pairs.push([randomNumber(random), randomNumber(random)]);
    });
    const replies = await client.pipeline(
      pairs.flatMap(([a, b]) => [["SET", "k", a], ["INCRBYFLOAT", "k", b]]),
    );
    pairs.forEach(([a, b], index) => {
      const reply = replies[index * 2 + 1];
      let expected = "";
      if (reply.type === "bulk") expected = reply.text;
      if (reply.type === "error") {
        expected = reply.text.includes("would produce") ? "not finite" : "invalid";
      }
      assertEquals(increment(a, b), expected, `${a} + ${b}`);
    });
  });
});
