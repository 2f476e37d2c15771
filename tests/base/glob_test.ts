import { assert, assertEquals } from "@std/assert";
import { latin1Bytes } from "../../src/base/bytes.ts";
import { globMatch, isMatchAll } from "../../src/base/glob.ts";
import { Slice } from "../../src/base/slice.ts";
import { testWithRedis, withRedis } from "../support/redis_server.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

// With stars and brackets on both sides, so that a matcher that leaves its ranges is found out.
function matches(pattern: string, text: string, ignoreCase = false): boolean {
  const range = (content: string) =>
    new Slice(latin1Bytes(`*[${content}]*`), 2, 2 + content.length);
  return globMatch(range(pattern), range(text), ignoreCase);
}

const CASES: [string, string, boolean][] = [
  ["", "", true],
  ["*", "", false],
  ["", "a", false],
  ["*", "a", true],
  ["**", "abc", true],
  ["abc", "abc", true],
  ["abc", "abcd", false],
  ["a?c", "abc", true],
  ["a?", "a", false],
  ["a*", "a", true],
  ["a***", "a", true],
  ["a*?", "a", false],
  ["*c", "abc", true],
  ["*b*", "abc", true],
  ["a*c*e", "abcde", true],
  ["*aab", "aaaaab", true],
  ["*ab*ab", "abab", true],
  ["*ab*ab", "ab", false],
  ["[abc]x", "bx", true],
  ["[^abc]x", "bx", false],
  ["[^abc]x", "dx", true],
  ["[a-c]", "b", true],
  ["[c-a]", "b", true],
  ["[a-c]", "-", false],
  ["[a-", "a", true],
  ["[a-", "-", true],
  ["[a-]", "]", true],
  ["[a-]", "a", true],
  ["[", "a", false],
  ["[^", "a", true],
  ["[]", "a", false],
  ["[^]", "a", true],
  ["[]a]", "]a]", false],
  ["[\\]]", "]", true],
  ["[\\", "\\", true],
  ["[a\\-c]", "b", false],
  ["[a\\-c]", "-", true],
  ["a\\*", "a*", true],
  ["a\\*", "ab", false],
  ["a\\", "a\\", true],
  ["\\a", "a", true],
  ["[\x7f-\x80]", "a", true],
  ["[\xf0-\xff]", "\xf8", true],
  ["*\xff\0*", "a\xff\0b", true],
];

Deno.test("patterns match as in Redis", () => {
  for (const [pattern, text, expected] of CASES) {
    assertEquals(matches(pattern, text), expected, JSON.stringify([pattern, text]));
  }
});

Deno.test("ignoring case folds letters, members and ends of ranges, but not escaped members", () => {
  assert(matches("GET*", "getrange", true));
  assert(!matches("GET*", "getrange"));
  assert(matches("[A-C]", "b", true));
  assert(matches("[XYZ]", "y", true));
  assert(!matches("[\\X]", "x", true));
  assert(matches("\\X", "x", true));
  assert(!matches("[Z-a]", "m", true));
  assert(!matches("[{]", "[", true));
  assert(!matches("\xe0", "\xc0", true));
});

Deno.test("a lone star is the pattern of everything", () => {
  assert(isMatchAll(new Slice(latin1Bytes("a*b"), 1, 2)));
  for (const pattern of ["", "**", "a", "\\*"]) {
    assert(!isMatchAll(new Slice(latin1Bytes(pattern))));
  }
});

Deno.test("patterns made to take exponential time do not", () => {
  const started = performance.now();
  assert(!matches("a*".repeat(200) + "b", "a".repeat(5000)));
  assert(!matches("*?".repeat(500) + "b", "a".repeat(5000)));
  assert(!matches("*" + "a".repeat(500) + "b", "a".repeat(5000)));
  assert(matches("*a".repeat(1000) + "*", "a".repeat(1000)));
  assert(performance.now() - started < 2000);
});

Deno.test("more than a thousand stars match nothing", () => {
  const text = "a".repeat(1100);
  assert(matches("*a".repeat(1000), text));
  assert(!matches("*a".repeat(1001), text));
  assert(matches("*".repeat(3000) + "a", text));
});

// An alphabet small enough that matches are common and every special byte is met.
const PATTERN_BYTES = [..."aabbcABC***???[[]]^--\\\\", "\x80", "\xff", "\0"];
const TEXT_BYTES = [..."aabbbcABC*[]^-\\", "\x80", "\xff", "\0"];

function randomText(random: Seeded, alphabet: string[], most: number): string {
  let text = "";
  for (let left = 1 + random.below(most); left > 0; left--) text += random.pick(alphabet);
  return text;
}

testWithRedis("KEYS of redis-server on x86-64 matches the same keys", async () => {
  // Elsewhere C's char may be unsigned.
  if (Deno.build.arch !== "x86_64") return;
  await withRedis(async (client) => {
    const keys = new Set<string>();
    const patterns = CASES.map(([pattern]) => pattern).filter((pattern) => pattern !== "*");
    await forEachSeed(400, (random) => {
      keys.add(randomText(random, TEXT_BYTES, 6));
      for (let i = 0; i < 5; i++) patterns.push(randomText(random, PATTERN_BYTES, 8));
    });
    const sets = await client.pipeline([...keys].map((key) => ["SET", key, ""]));
    assert(sets.every((reply) => reply.type === "simple"));
    const replies = await client.pipeline(patterns.map((pattern) => ["KEYS", pattern]));
    let matched = 0;
    patterns.forEach((pattern, index) => {
      const reply = replies[index];
      assert(reply.type === "array");
      const found = reply.items.map((item) => item.type === "bulk" ? item.text : "").sort();
      const ours = [...keys].filter((key) => pattern === "*" || matches(pattern, key)).sort();
      assertEquals(ours, found, JSON.stringify(pattern));
      matched += found.length;
    });
    assert(matched > 1000, "the patterns should match something");
  });
});

testWithRedis("CONFIG GET of redis-server ignores case alike", async () => {
  await withRedis(async (client) => {
    const all = await client.send("CONFIG", "GET", "*");
    assert(all.type === "array");
    const names = all.items.filter((_, index) => index % 2 === 0)
      .map((item) => item.type === "bulk" ? item.text : "");
    const alphabet = [..."EeAaMmxSs--***??[[]]^\\"];
    const patterns: string[] = [];
    await forEachSeed(300, (random) => {
      patterns.push("*" + randomText(random, alphabet, 6) + random.pick(["*", "", "e"]));
    });
    const replies = await client.pipeline(patterns.map((pattern) => ["CONFIG", "GET", pattern]));
    patterns.forEach((pattern, index) => {
      const reply = replies[index];
      assert(reply.type === "array");
      const found = reply.items.filter((_, item) => item % 2 === 0)
        .map((item) => item.type === "bulk" ? item.text : "").sort();
      const ours = names.filter((name) => matches(pattern, name, true)).sort();
      // A pattern without special characters is looked up instead of matched.
      if (/[*?\[]/.test(pattern)) assertEquals(ours, found, JSON.stringify(pattern));
    });
  });
});
