import { assertEquals } from "@std/assert";
import { EngineHarness, usedWhenEmpty } from "../../support/engine_harness.ts";
import { forEachSeed, type Seeded } from "../../support/seeded.ts";
import { putForeignValue, WRONG_TYPE } from "../foreign_value.ts";

const TOO_LONG = "ERR string exceeds maximum allowed size (proto-max-bulk-len)";

Deno.test("APPEND, SETRANGE and GETRANGE do what slicing a text does", async () => {
  const keys = ["a", "b", "c"];
  await forEachSeed(5, (random) => {
    const harness = new EngineHarness({ seed: random.seed });
    const model = new Map<string, string>();
    const emptyBytes = usedWhenEmpty(harness);
    for (let step = 0; step < 1500; step++) {
      const key = random.pick(keys);
      const old = model.get(key);
      const expected = takeStep(harness, random, { key, old });
      if (expected === undefined) model.delete(key);
      else model.set(key, expected);
      assertEquals(harness.run(["GET", key]), expected ?? null);
    }
    for (const key of keys) harness.run(["GETDEL", key]);
    assertEquals(harness.arena.usedBytes, emptyBytes);
  });
});

function takeStep(
  harness: EngineHarness,
  random: Seeded,
  { key, old }: { key: string; old: string | undefined },
): string | undefined {
  const text = random.bytes(random.pick([0, 1, 5, 40, 300, 1100]));
  switch (random.below(5)) {
    case 0: {
      const next = (old ?? "") + text;
      assertEquals(harness.run(["APPEND", key, text]), next.length);
      return next;
    }
    case 1: {
      const offset = random.pick([0, 1, 7, 1000, 3000]);
      if (text === "") {
        assertEquals(harness.run(["SETRANGE", key, offset, text]), (old ?? "").length);
        return old;
      }
      const padded = (old ?? "").padEnd(offset, "\0");
      const next = padded.slice(0, offset) + text + padded.slice(offset + text.length);
      assertEquals(harness.run(["SETRANGE", key, offset, text]), next.length);
      return next;
    }
    case 2: {
      const start = random.between(-20, 20), end = random.between(-20, 20);
      assertEquals(harness.run(["GETRANGE", key, start, end]), part(old ?? "", start, end));
      return old;
    }
    case 3:
      harness.run(["SET", key, text, ...(random.chance(0.5) ? ["EX", "100"] : [])]);
      return text;
    default:
      if (random.chance(0.7)) return old;
      assertEquals(harness.run(["GETDEL", key]), old ?? null);
      return undefined;
  }
}

/** The positions counted one by one. */
function part(text: string, start: number, end: number): string {
  if (start < 0 && end < 0 && start > end) return "";
  const first = Math.max(0, start < 0 ? text.length + start : start);
  const last = Math.max(0, end < 0 ? text.length + end : end);
  let found = "";
  for (let i = first; i <= last && i < text.length; i++) found += text[i];
  return found;
}

Deno.test("APPEND announces append even when it adds nothing", () => {
  const harness = new EngineHarness();
  assertEquals(harness.trace(["APPEND", "k", ""]), {
    reply: 0,
    effects: ['APPEND k ""'],
    events: ["append k"],
  });
  assertEquals(harness.trace(["APPEND", "k", ""]).events, ["append k"]);
  assertEquals(harness.keys(), ["k"]);
});

Deno.test("SETRANGE with nothing to write announces nothing and makes no key", () => {
  const harness = new EngineHarness();
  assertEquals(harness.trace(["SETRANGE", "k", "5", ""]), { reply: 0, effects: [], events: [] });
  assertEquals(harness.keys(), []);
  assertEquals(harness.trace("SETRANGE k 2 x"), {
    reply: 3,
    effects: ["SETRANGE k 2 x"],
    events: ["setrange k"],
  });
});

Deno.test("no string grows beyond proto-max-bulk-len", () => {
  const { client } = new EngineHarness({ config: { "proto-max-bulk-len": "2mb" } });
  const limit = 2 * 1024 * 1024;
  assertEquals(client.run(["SETRANGE", "k", limit - 1, "x"]), limit);
  assertEquals(client.refusal(["SETRANGE", "k", limit, "x"]), TOO_LONG);
  assertEquals(client.refusal(["SETRANGE", "k", limit - 1, "xy"]), TOO_LONG);
  assertEquals(client.refusal(["APPEND", "k", "x"]), TOO_LONG);
  assertEquals(client.run(["SETRANGE", "k", limit, ""]), limit);
  assertEquals(client.refusal(["SETRANGE", "k", "9223372036854775807", "x"]), TOO_LONG);
  assertEquals(
    client.refusal(["SETBIT", "k", limit * 8, "1"]),
    "ERR bit offset is not an integer or out of range",
  );
  assertEquals(client.run(["SETBIT", "k", limit * 8 - 1, "1"]), 0);
  assertEquals(client.run("STRLEN k"), limit);
});

Deno.test("a long string grows in place: what is added is zero, what was there stays", () => {
  const harness = new EngineHarness();
  const { client } = harness;
  const length = 3_000_000;
  client.run(["SET", "k", new Uint8Array(length).fill(0x61)]);
  client.run(["SETRANGE", "k", 3 * length, "z"]);
  assertEquals(client.run(["GETRANGE", "k", length - 2, length + 1]), "aa\0\0");
  assertEquals(client.run(["GETRANGE", "k", 3 * length - 2, 3 * length + 5]), "\0\0z");
  assertEquals(client.run("BITCOUNT k"), length * 3 + 5);
  const room = harness.arena.usedBytes;
  assertEquals(room < 3 * length + 2_500_000, true);
});

Deno.test("range commands refuse other types, after their numbers", () => {
  const harness = new EngineHarness();
  const { client } = harness;
  putForeignValue(harness, "l");
  assertEquals(client.refusal("APPEND l x"), WRONG_TYPE);
  assertEquals(client.refusal("GETRANGE l 0 -1"), WRONG_TYPE);
  assertEquals(client.refusal("SUBSTR l x 1"), "ERR value is not an integer or out of range");
  assertEquals(client.refusal("SETRANGE l -1 x"), "ERR offset is out of range");
  assertEquals(client.refusal(["SETRANGE", "l", "0", ""]), WRONG_TYPE);
});
