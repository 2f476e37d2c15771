import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import { forEachSeed, type Seeded } from "../../support/seeded.ts";
import { putForeignValue, WRONG_TYPE } from "../foreign_value.ts";

const BAD_OFFSET = "ERR bit offset is not an integer or out of range";

/** A text's bits as zeros and ones. */
function bitsOf(text: string): string {
  return [...text].map((byte) => byte.charCodeAt(0).toString(2).padStart(8, "0")).join("");
}

/** Bytes with runs of equal ones, so that whole words are skipped. */
function bytesWithRuns(random: Seeded): string {
  let text = "";
  for (let runs = random.below(5); runs > 0; runs--) {
    const kind = random.below(3);
    if (kind === 2) text += random.bytes(random.below(30));
    else text += (kind === 0 ? "\0" : "\xff").repeat(random.below(120));
  }
  return text;
}

/** What the positions leave of a text of bits, undefined for nothing. */
function cut(bits: string, start: number, end: number): [first: number, last: number] | undefined {
  const first = Math.max(0, start < 0 ? bits.length + start : start);
  const last = Math.min(bits.length - 1, Math.max(0, end < 0 ? bits.length + end : end));
  return first > last ? undefined : [first, last];
}

Deno.test("BITCOUNT and BITPOS find what looking at each bit finds", async () => {
  await forEachSeed(5, (random) => {
    const { client } = new EngineHarness({ seed: random.seed });
    for (let round = 0; round < 150; round++) {
      const text = bytesWithRuns(random);
      const bits = bitsOf(text);
      client.run(["SET", "k", text]);
      assertEquals(client.run("BITCOUNT k"), bits.replaceAll("0", "").length);
      const unit = random.pick(["BYTE", "BIT"]);
      const reach = unit === "BIT" ? bits.length + 9 : text.length + 2;
      const start = random.between(-reach, reach), end = random.between(-reach, reach);
      const scale = unit === "BIT" ? 1 : 8;
      const range = cut(unit === "BIT" ? bits : text, start, end);
      const first = range === undefined ? 0 : range[0] * scale;
      const last = range === undefined ? -1 : (range[1] + 1) * scale - 1;
      const part = bits.slice(first, last + 1);
      const inOrder = !(start < 0 && end < 0 && start > end);
      const expected = inOrder ? part.replaceAll("0", "").length : 0;
      assertEquals(client.run(["BITCOUNT", "k", start, end, unit]), expected);
      for (const bit of ["0", "1"]) {
        const found = part.indexOf(bit);
        const position = found < 0 ? -1 : first + found;
        assertEquals(client.run(["BITPOS", "k", bit, start, end, unit]), position);
      }
    }
  });
});

Deno.test("BITPOS without an end takes what follows the string for zeros", () => {
  const { client } = new EngineHarness();
  client.run(["SET", "k", "\xff".repeat(100)]);
  assertEquals(client.run("BITPOS k 0"), 800);
  assertEquals(client.run("BITPOS k 0 50"), 800);
  assertEquals(client.run("BITPOS k 0 50 -1"), -1);
  assertEquals(client.run("BITPOS k 0 100"), -1);
  assertEquals(client.run("BITPOS k 1 100"), -1);
  assertEquals(client.run("BITPOS none 0"), 0);
  assertEquals(client.run("BITPOS none 1"), -1);
});

Deno.test("BITPOS finds the one bit that differs anywhere in a long string", async () => {
  await forEachSeed(3, (random) => {
    const { client } = new EngineHarness({ seed: random.seed });
    const length = 100_000;
    for (const bit of [0, 1]) {
      client.run(["SET", "k", new Uint8Array(length).fill(bit === 1 ? 0 : 0xff)]);
      for (let round = 0; round < 40; round++) {
        const position = random.below(length * 8);
        client.run(["SETBIT", "k", position, bit]);
        assertEquals(client.run(["BITPOS", "k", bit]), position);
        const from = random.below(length * 8), to = random.below(length * 8);
        const inside = from <= position && position <= to;
        assertEquals(client.run(["BITPOS", "k", bit, from, to, "BIT"]), inside ? position : -1);
        assertEquals(client.run("BITCOUNT k"), bit === 1 ? 1 : length * 8 - 1);
        client.run(["SETBIT", "k", position, 1 - bit]);
      }
    }
  });
});

Deno.test("SETBIT and GETBIT do what a list of bits does", async () => {
  await forEachSeed(4, (random) => {
    const harness = new EngineHarness({ seed: random.seed });
    const { client } = harness;
    const bits = new Map<number, number>();
    let length = 0;
    for (let step = 0; step < 600; step++) {
      const offset = random.below(random.pick([10, 400, 30_000]));
      const bit = random.below(2);
      const { reply, events } = harness.trace(["SETBIT", "k", offset, bit]);
      assertEquals(reply, bits.get(offset) ?? 0);
      const grows = offset >>> 3 >= length;
      assertEquals(events.length, grows || bit !== reply ? 1 : 0);
      bits.set(offset, bit);
      length = Math.max(length, (offset >>> 3) + 1);
      assertEquals(client.run("STRLEN k"), length);
      const asked = random.below(30_000);
      assertEquals(client.run(["GETBIT", "k", asked]), bits.get(asked) ?? 0);
    }
    assertEquals(client.run("BITCOUNT k"), [...bits.values()].filter((bit) => bit === 1).length);
  });
});

Deno.test("SETBIT says nothing of a bit that was so already, yet makes the encoding raw", () => {
  const harness = new EngineHarness();
  harness.run("SET n 12");
  assertEquals(harness.trace("SETBIT n 0 0"), { reply: 0, effects: [], events: [] });
  assertEquals(harness.run("OBJECT ENCODING n"), "raw");
  assertEquals(harness.trace("SETBIT n 6 1"), {
    reply: 0,
    effects: ["SETBIT n 6 1"],
    events: ["setbit n"],
  });
  assertEquals(harness.run("GET n"), "32");
  assertEquals(harness.trace("SETBIT none 9 0").events, ["setbit none"]);
});

Deno.test("a bit's offset is refused before its value, and both before the type of the key", () => {
  const harness = new EngineHarness();
  const { client } = harness;
  putForeignValue(harness, "l");
  for (const offset of ["-1", "4294967296", "x", "#1", "9223372036854775808", "01"]) {
    assertEquals(client.refusal(["SETBIT", "l", offset, "2"]), BAD_OFFSET);
    assertEquals(client.refusal(["GETBIT", "l", offset]), BAD_OFFSET);
  }
  assertEquals(client.refusal("SETBIT l 0 2"), "ERR bit is not an integer or out of range");
  for (const line of ["SETBIT l 0 1", "GETBIT l 0", "BITCOUNT l 0 x", "BITPOS l 1 x"]) {
    assertEquals(client.refusal(line), WRONG_TYPE);
  }
  assertEquals(client.refusal("BITPOS l 2"), "ERR The bit argument must be 1 or 0.");
  assertEquals(client.run("BITCOUNT none x y"), 0);
  assertEquals(client.run("BITPOS none 1 x"), -1);
});
