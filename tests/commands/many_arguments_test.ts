import { assertEquals } from "@std/assert";
import { EngineHarness, type Line } from "../support/engine_harness.ts";

/** More than a function of JavaScript can be given: the limit lies at about 125,000. */
const MANY = 140_000;

/** A request: what it begins with, and then `each` again and again, with another number for `#`. */
function manyWords(name: string, head: readonly string[], each: readonly string[]): string[] {
  const words = [name, ...head];
  for (let i = 0; i < MANY; i++) for (const word of each) words.push(word === "#" ? `f${i}` : word);
  return words;
}

function firstEffectWords(harness: EngineHarness, line: Line): number[] {
  return harness.trace(line).effects.map((effect) => effect.split(" ").length);
}

Deno.test("effects may have as many words as a request", () => {
  const harness = new EngineHarness({ startMs: 1_000_000 });
  const count = String(MANY);
  const cases: [Line, number][] = [
    [manyWords("HSETEX", ["h", "FIELDS", count], ["#", "1"]), 4 + 2 * MANY],
    [manyWords("HGETEX", ["h", "PX", "9", "FIELDS", count], ["#"]), 5 + MANY],
    [manyWords("HPEXPIRE", ["h", "9", "FIELDS", count], ["#"]), 5 + MANY],
    [manyWords("HGETEX", ["h", "PERSIST", "FIELDS", count], ["#"]), 4 + MANY],
    [manyWords("HGETDEL", ["h", "FIELDS", count], ["#"]), 2 + MANY],
    [manyWords("GEOADD", ["g"], ["1", "1", "#"]), 2 + 2 * MANY],
    [manyWords("XADD", ["x", "*"], ["#", "1"]), 3 + 2 * MANY],
    [manyWords("SET", ["s", "1"], ["GET"]), 3],
    [manyWords("EXPIRE", ["s", "9"], ["NX"]), 3 + MANY],
  ];
  for (const [line, words] of cases) {
    assertEquals(firstEffectWords(harness, line), [words], String(line[0]));
  }
});
