// XDEL, XTRIM and the trim of XADD when memory runs out in the middle: what they say, what is there and
// what others are told stay the same.
import { assert, assertEquals } from "@std/assert";
import { Arena } from "../../../src/memory/arena.ts";
import { digestOfKeyspace } from "../../../src/store/digest.ts";
import { EngineHarness } from "../../support/engine_harness.ts";
import { FillingArena } from "../../support/filling_arena.ts";

const config = { "stream-node-max-entries": "150", "enable-debug-command": "yes" };

/** A stream of two blocks that fit exactly; of the first as many are deleted as one byte counts. */
function filled(arena: Arena, field: string): EngineHarness {
  const harness = new EngineHarness({ arena, config });
  for (let i = 1; i <= 300; i++) harness.run(`XADD long ${i}-1 ${field} ${i % 7}`);
  for (let i = 2; i <= 128; i++) harness.run(`XDEL long ${i}-1`);
  harness.run(["RESTORE", "stream", 0, harness.run("DUMP long") as string]);
  harness.run("DEL long");
  return harness;
}

/** A field name with which the first block has not one byte to spare. */
function exactField(): string {
  for (let length = 1; length < 200; length++) {
    const arena = new FillingArena(1 << 24), field = "f".repeat(length);
    const harness = filled(arena, field);
    arena.left = 0;
    harness.run("XDEL stream 140-1");
    if (arena.refused > 0) return field;
  }
  throw new Error("blocks always have room");
}

let field: string | undefined;
const some = Array.from({ length: 100 }, (_, i) => `${i * 3 + 1}-1`).join(" ");

for (
  const line of [
    `XDEL stream ${some}`,
    "XDEL stream 140-1",
    "XTRIM stream MAXLEN 165",
    "XTRIM stream MINID 135-1",
    "XADD stream MAXLEN 165 9999-1 field x",
    "XADD stream MAXLEN = 20 9999-1 field x",
  ]
) {
  Deno.test(`out of memory in ${line.slice(0, 40)}: the stream, the reply and the effects agree`, () => {
    let refused = 0;
    field ??= exactField();
    for (let left = 0; left < 3; left++) {
      const arena = new FillingArena(1 << 24);
      const harness = filled(arena, field), other = filled(new Arena(1 << 24), field);
      const before = Number(harness.run("XLEN stream"));
      harness.takeEffects();
      arena.left = left;
      const reply = harness.run(line);
      arena.left = Infinity;
      refused += arena.refused;
      const after = Number(harness.run("XLEN stream"));
      assertEquals((harness.run("XRANGE stream - +") as unknown[]).length, after);
      if (reply instanceof Error) assertEquals(after, before, String(reply));
      else if (typeof reply === "number") assertEquals(after, before - reply);
      for (const effect of harness.takeEffects()) other.run(effect);
      assertEquals(
        digestOfKeyspace(other.keyspace).toString(),
        digestOfKeyspace(harness.keyspace).toString(),
        `${left} left`,
      );
    }
    assert(refused > 0, "it never needed memory");
  });
}
