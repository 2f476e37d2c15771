import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import type { Plain } from "../../support/reply.ts";
import { forEachSeed } from "../../support/seeded.ts";
import { putForeignValue } from "../foreign_value.ts";

/** The whole table, as the textbook has it. */
function lengthOf(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      table[i][j] = a[i - 1] === b[j - 1]
        ? table[i - 1][j - 1] + 1
        : Math.max(table[i - 1][j], table[i][j - 1]);
    }
  }
  return table[a.length][b.length];
}

function isSubsequence(part: string, whole: string): boolean {
  let at = 0;
  for (const letter of whole) if (letter === part[at]) at++;
  return at === part.length;
}

Deno.test("LCS is a subsequence of both strings, as long as can be, and IDX spells it", async () => {
  await forEachSeed(5, (random) => {
    const { client } = new EngineHarness({ seed: random.seed });
    for (let round = 0; round < 60; round++) {
      const letters = random.pick(["ab", "abc", "abcdefgh"]);
      const word = () => {
        let text = "";
        for (let left = random.below(40); left > 0; left--) text += random.pick([...letters]);
        return text;
      };
      const a = word(), b = word();
      client.run(["MSET", "a", a, "b", b]);
      const common = client.run("LCS a b") as string;
      assertEquals(isSubsequence(common, a) && isSubsequence(common, b), true);
      assertEquals(common.length, lengthOf(a, b));
      assertEquals(client.run("LCS a b LEN"), common.length);
      const [, matches, , length] = client.run("LCS a b IDX") as Plain[];
      assertEquals(length, common.length);
      assertEquals(spell(a, matches as number[][][], 0), common);
      assertEquals(spell(b, matches as number[][][], 1), common);
    }
  });
});

/** The text of all matches of one side, which are listed from the last to the first. */
function spell(text: string, matches: number[][][], side: 0 | 1): string {
  return matches.map((match) => text.slice(match[side][0], match[side][1] + 1)).reverse().join("");
}

Deno.test("LCS with MINMATCHLEN leaves short runs out of IDX but not out of the length", () => {
  const { client } = new EngineHarness();
  client.run("MSET a ohmytext b mynewtext");
  assertEquals(client.run("LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN"), [
    "matches",
    [[[4, 7], [5, 8], 4]],
    "len",
    6,
  ]);
  client.protocol = 3;
  assertEquals(client.run("LCS a b IDX MINMATCHLEN 9"), [["matches", []], ["len", 6]]);
});

Deno.test("LCS refuses other types before anything else, and tables beyond proto-max-bulk-len", () => {
  const harness = new EngineHarness({ config: { "proto-max-bulk-len": "1mb" } });
  const { client } = harness;
  putForeignValue(harness, "l");
  const strings = "ERR The specified keys must contain string values";
  assertEquals(client.refusal("LCS l none BOGUS"), strings);
  assertEquals(client.refusal("LCS none l"), strings);
  client.run(["MSET", "a", "x".repeat(511), "b", "y".repeat(511), "c", "y".repeat(512)]);
  assertEquals(client.run("LCS a b LEN"), 0);
  assertEquals(
    client.refusal("LCS a c LEN"),
    "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len",
  );
});
