// Payloads and dumps with faults: refused or taken, but nothing breaks, also when they are worked with
// after. `make crash` runs ten times as many.
import { assert } from "@std/assert";
import { join } from "node:path";
import { EngineHarness } from "../support/engine_harness.ts";
import { GuardedArena } from "../memory/guarded_arena.ts";
import { foreignValues, type FormedValue, ownValues, payloadOf } from "./fuzz_values.ts";
import { ValueFuzz } from "./value_fuzz.ts";

const CASES = 1000;
const seed = Deno.env.get("TEST_SEED");
const SEED = seed === undefined ? 20_260_000 : seed === "random" ? Date.now() >>> 0 : Number(seed);

let values: FormedValue[] | undefined;

for (const what of ["payload", "dump"] as const) {
  for (const sanitize of ["no", "yes"] as const) {
    Deno.test(`a damaged ${what} breaks nothing, sanitize-dump-payload ${sanitize}`, () => {
      values ??= [...ownValues(), ...foreignValues()];
      const folder = Deno.makeTempDirSync({ prefix: "miniredis_test_" });
      try {
        const fuzz = new ValueFuzz({ what, sanitize }, values, SEED, join(folder, "dump.rdb"));
        for (let number = 0; number < CASES; number++) fuzz.run(number);
        const { taken, refused } = fuzz.figures;
        assert(taken > CASES / 10 && refused > CASES / 10, `${taken} taken, ${refused} refused`);
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    });
  }
}

Deno.test("every value is taken before it is damaged, and its DUMP is the same value", () => {
  for (const value of [...ownValues(), ...foreignValues()]) {
    const harness = new EngineHarness({
      arena: new GuardedArena(0xa5, 1 << 24),
      startMs: 1_700_000_000_000,
      config: { "enable-debug-command": "yes" },
    });
    const reply = harness.run(["RESTORE", "one", 0, payloadOf(value)]);
    assert(reply === "OK", `${value.name}: ${reply}`);
    harness.run(["RESTORE", "other", 0, harness.run(["DUMP", "one"]) as string]);
    const digests = harness.run(["DEBUG", "DIGEST-VALUE", "one", "other"]) as string[];
    assert(digests[0] === digests[1], value.name);
  }
});

Deno.test("an arena with guards notices who writes behind a block", () => {
  const arena = new GuardedArena(0xa5, 1 << 20);
  const ref = arena.allocate(24);
  arena.u8[ref * 8 + arena.usableBytes(ref)] = 1;
  let message = "";
  try {
    arena.check();
  } catch (error) {
    message = (error as Error).message;
  }
  assert(message === "byte 0 behind a block of 24 was written", message);
});
