// A little of `make crash`: a few kills for each way of saving, and proof that the judge sees losses.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Seeded } from "../support/seeded.ts";
import { COMPANY_SCENARIOS } from "./company_scenarios.ts";
import { BrokenPromise } from "./judge.ts";
import { killRounds, LANES } from "./kill_rounds.ts";
import { runScenarios } from "./scenario.ts";
import {
  commandsOf,
  isMarker,
  markersAmong,
  type View,
  writesShown,
  WrittenState,
} from "./numbered_writes.ts";

const OPTIONS = {
  rounds: 3,
  seed: 20_260_000,
  executable: Deno.env.get("MINIREDIS_EXECUTABLE"),
  ballastKeys: 1000,
  say: () => {},
};

for (const lane of Object.values(LANES)) {
  Deno.test(`what a server promised is there after kill -9, ${lane.name}`, async () => {
    const { rounds, acknowledged } = await killRounds(lane, OPTIONS);
    assertEquals(rounds, OPTIONS.rounds);
    assert(acknowledged > 0);
  });
}

Deno.test({
  name: "a second server on append-only files in use does not start, or does not write",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const scenarios = COMPANY_SCENARIOS.filter(({ name }) => name.startsWith("a second server"));
    for (const { outcome, detail } of await runScenarios(scenarios, OPTIONS.executable)) {
      assertEquals(outcome, "ok", detail);
    }
  },
});

Deno.test("a server that promises more than it keeps is found out", async () => {
  const lane = { ...LANES.rdb, promises: "all", saves: ["SAVE"] } as const;
  const error = await assertRejects(
    () => killRounds({ ...lane, flags: { save: "" } }, { ...OPTIONS, rounds: 20 }),
    BrokenPromise,
  );
  assertStringIncludes(error.message, "promised writes are missing");
  Deno.removeSync(/the folder: (\S+)/.exec(error.message)![1], { recursive: true });
});

Deno.test("the model tells from any state after how many writes it is", () => {
  const state = new WrittenState(3);
  let markers = 0;
  for (let writes = 1; writes <= 2000; writes++) {
    state.advance(writes);
    if (isMarker(writes - 1)) markers++;
    assertEquals(markersAmong(writes), markers);
    if (writes % 97 === 0 || writes < 40) assertEquals(writesShown(state.view()), writes);
  }
  assertEquals(writesShown(new Map() as View), 0);
});

Deno.test("the writes of a client are the same every time, and no two of neighbours", () => {
  const random = new Seeded(1);
  for (let i = 0; i < 200; i++) {
    const write = random.below(10_000);
    assertEquals(commandsOf(2, write), commandsOf(2, write));
    assert(JSON.stringify(commandsOf(2, write)) !== JSON.stringify(commandsOf(2, write + 12)));
  }
});
