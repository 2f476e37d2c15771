import { assert, assertEquals } from "@std/assert";
import { latin1Bytes } from "../../../src/base/bytes.ts";
import { EngineHarness, usedWhenEmpty } from "../../support/engine_harness.ts";
import { forEachSeed } from "../../support/seeded.ts";
import { putForeignValue, WRONG_TYPE } from "../foreign_value.ts";

const CORRUPTED = "INVALIDOBJ Corrupted HLL object detected";
const NOT_A_SKETCH = "WRONGTYPE Key is not a valid HyperLogLog string value.";
const EMPTY = "HYLL\x01\0\0\0\0\0\0\0\0\0\0\0\x7f\xff";

function elements(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, i) => `element:${from + i}`);
}

Deno.test("PFADD without elements makes an empty HyperLogLog, and only the first time", () => {
  const { client, trace } = traced();
  assertEquals(trace("PFADD k"), { reply: 1, effects: ["PFADD k"], events: ["pfadd k"] });
  assertEquals(client.run("PFCOUNT k"), 0);
  assertEquals(client.run("GET k"), EMPTY);
  assertEquals(client.run("OBJECT ENCODING k"), "raw");
  assertEquals(trace("PFADD k"), { reply: 0, effects: [], events: [] });
});

Deno.test("the bytes of a HyperLogLog are those that Redis writes", () => {
  const { client } = traced();
  client.run("PFADD k a b c d e f g");
  // What redis-server 7.0.15 wrote.
  const written =
    "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80Fm\x80V\x0c\x80D<\x848\x80P\xb1\x84I\x8c\x80Bm\x80BZ";
  assertEquals(client.run("GET k"), written);
});

Deno.test("PFADD says whether the estimate may have changed, and counts registers as changes", () => {
  const { client, trace } = traced();
  assertEquals(client.run("PFADD k a b c"), 1);
  assertEquals(trace("PFADD k a b"), { reply: 0, effects: [], events: [] });
  assertEquals(trace("PFADD k a z"), {
    reply: 1,
    effects: ["PFADD k a z"],
    events: ["pfadd k"],
  });
});

Deno.test("PFCOUNT keeps its estimate in the value, which is propagated without an event", () => {
  const { client, trace } = traced();
  client.run("PFADD k a b c");
  assertEquals(trace("PFCOUNT k"), { reply: 3, effects: ["PFCOUNT k"], events: [] });
  assertEquals(trace("PFCOUNT k"), { reply: 3, effects: [], events: [] });
  assertEquals(trace("PFCOUNT k k none"), { reply: 3, effects: [], events: [] });
  client.run(["SETRANGE", "k", 8, "\x07\0\0\0\0\0\0\0"]);
  assertEquals(client.run("PFCOUNT k"), 7);
  client.run(["SETRANGE", "k", 8, "\xff\xff\xff\xff\xff\xff\xff\x7f"]);
  assertEquals(String(client.run("PFCOUNT k")), "9223372036854775807");
});

Deno.test("estimates are good at every size, the same in both forms and in a union", async () => {
  await forEachSeed(3, (random) => {
    const harness = new EngineHarness({ seed: random.seed });
    const { client } = harness;
    let added = 0;
    for (const size of [10, 100, 1000, 5000, 20_000]) {
      while (added < size) {
        const some = elements(Math.min(500, size - added), added + random.seed * 1_000_000);
        client.run(["PFADD", "k", ...some]);
        client.run(["PFADD", `part${random.below(3)}`, ...some]);
        added += some.length;
      }
      const estimate = Number(client.run("PFCOUNT k"));
      assert(Math.abs(estimate - size) <= Math.max(1, 0.05 * size), `${estimate} of ${size}`);
      assertEquals(client.run("PFCOUNT part0 part1 part2"), estimate);
      client.run("COPY k dense REPLACE");
      client.run("PFDEBUG TODENSE dense");
      client.run(["SETRANGE", "dense", 15, "\x80"]);
      assertEquals(client.run("PFCOUNT dense"), estimate);
      client.run("DEL merged");
      client.run("PFMERGE merged part0 part1 part2");
      assertEquals(client.run("PFCOUNT merged"), estimate);
      assertEquals(client.run("PFDEBUG GETREG merged"), client.run("PFDEBUG GETREG dense"));
    }
  });
});

Deno.test("a sparse HyperLogLog becomes dense beyond hll-sparse-max-bytes, and its memory is given back", () => {
  const harness = new EngineHarness();
  const { client } = harness;
  const emptyBytes = usedWhenEmpty(harness);
  for (const limit of [0, 100, 3000]) {
    client.run(["CONFIG", "SET", "hll-sparse-max-bytes", limit]);
    client.run("PFADD k");
    client.run("EXPIRE k 100");
    let last = 18;
    for (const element of elements(3000)) {
      client.run(["PFADD", "k", element]);
      const length = Number(client.run("STRLEN k"));
      if (client.run("PFDEBUG ENCODING k") === "dense") {
        assertEquals(length, 12304);
        assert(last <= limit || limit === 0);
        break;
      }
      assert(length <= Math.max(limit, 18), `${length} bytes with a limit of ${limit}`);
      last = length;
    }
    assertEquals(client.run("PFDEBUG ENCODING k"), "dense");
    assertEquals(client.run("TTL k"), 100);
    client.run("GETDEL k");
  }
  assertEquals(harness.arena.usedBytes, emptyBytes);
});

Deno.test("PFMERGE merges into the destination what it and the sources have seen", () => {
  const { client, trace } = traced();
  client.run("PFADD a 1 2 3");
  client.run("PFADD b 3 4 5");
  client.run("PFADD d 6 7");
  client.run("EXPIRE d 100");
  assertEquals(trace("PFMERGE d a b none"), {
    reply: "OK",
    effects: ["PFMERGE d a b none"],
    events: ["pfadd d"],
  });
  assertEquals(client.run("PFCOUNT d"), 7);
  assertEquals(client.run("TTL d"), 100);
  assertEquals(client.run("PFMERGE e none"), "OK");
  assertEquals(client.run("PFCOUNT e"), 0);
  client.run("PFDEBUG TODENSE a");
  client.run("PFMERGE d a");
  assertEquals(client.run("PFDEBUG ENCODING d"), "dense");
  assertEquals(client.run("PFCOUNT d"), 7);
});

Deno.test("what is no HyperLogLog is refused", () => {
  const harness = new EngineHarness();
  const { client } = harness;
  putForeignValue(harness, "list");
  client.run(["SET", "short", "HYLL"]);
  client.run("SET number 12");
  client.run(["SET", "magic", EMPTY.replace("H", "h")]);
  client.run(["SET", "form", EMPTY.replace("\x01", "\x02")]);
  client.run(["SET", "dense", EMPTY.replace("\x01", "\0")]);
  for (const key of ["list", "short", "number", "magic", "form", "dense"]) {
    const error = key === "list" ? WRONG_TYPE : NOT_A_SKETCH;
    for (const line of ["PFADD K a", "PFCOUNT K", "PFCOUNT none K", "PFMERGE K", "PFMERGE d K"]) {
      assertEquals(client.refusal(line.replace("K", key)), error, line);
    }
    assertEquals(client.refusal(`PFDEBUG ENCODING ${key}`), error);
  }
  assertEquals(client.run("EXISTS d"), 0);
});

Deno.test("a corrupted sparse HyperLogLog is noticed, and what it still says is changed safely", () => {
  const { client } = traced();
  const header = EMPTY.slice(0, 15) + "\x80";
  const broken = ["", "\x7f\xfe", "\x7f\xff\x00", "\x7f\xff\x80", "\x7f", "\x00".repeat(300_000)];
  for (const runs of broken) {
    client.run(["SET", "k", header + runs]);
    for (
      const line of ["PFCOUNT k", "PFCOUNT k k", "PFMERGE k", "PFMERGE d k", "PFDEBUG GETREG k"]
    ) {
      assertEquals(client.refusal(line), CORRUPTED, line);
    }
    assertEquals(client.run("GET k"), header + runs);
  }
  client.run(["SET", "k", header + "\x7f\xf0"]);
  // Some elements find their register, others find none.
  const replies = elements(20_000).map((element) => client.reply(["PFADD", "k", element]).type);
  assert(replies.includes("integer") && replies.includes("error"));
  assertEquals(client.refusal("PFCOUNT k"), CORRUPTED);
});

Deno.test("PFDEBUG shows runs and registers", () => {
  const { client, trace } = traced();
  assertEquals(client.refusal("PFDEBUG ENCODING none"), "ERR The specified key does not exist");
  client.run("PFADD k");
  assertEquals(client.run("PFDEBUG DECODE k"), "Z:16384");
  client.run(["SET", "k", EMPTY.slice(0, 16) + "\x7f\xbc\x3f\x84\x9b\xfc"]);
  assertEquals(client.run("PFDEBUG decode k"), "Z:16317 z:64 v:2,1 v:7,4 v:32,1");
  assertEquals(client.refusal("PFDEBUG BOGUS k"), "ERR Unknown PFDEBUG subcommand 'BOGUS'");
  client.run(["SET", "k", EMPTY.slice(0, 16) + "\x7f\xb9\x3f\x84\x9b\xfc"]);
  const registers = client.run("PFDEBUG GETREG k") as number[];
  assertEquals(registers.length, 16384);
  assertEquals(registers.slice(-7), [0, 2, 7, 7, 7, 7, 32]);
  assertEquals(client.run("PFDEBUG ENCODING k"), "dense");
  assertEquals(client.refusal("PFDEBUG DECODE k"), "ERR HLL encoding is not sparse");
  assertEquals(trace("PFDEBUG TODENSE k"), { reply: 0, effects: [], events: [] });
  assertEquals(latin1Bytes(String(client.run("GET k"))).length, 12304);
});

function traced() {
  const harness = new EngineHarness();
  return { client: harness.client, trace: (line: string) => harness.trace(line) };
}
