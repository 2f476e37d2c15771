import { assert, assertEquals } from "@std/assert";
import { ExpireCycle } from "../../../src/store/expire_cycle.ts";
import { EngineHarness } from "../../support/engine_harness.ts";

const MEMBERS = Array.from({ length: 3000 }, (_, i) => `m${i}`);

/** What the first key that expires takes, and some room. */
const EXPIRY_INDEX_BYTES = 17 << 10;

/** What happens to a big set, and the directive that leaves it to the cron. */
const WAYS: Record<string, [directive: string, run: (harness: EngineHarness) => void]> = {
  "UNLINK": ["", (harness) => harness.run("UNLINK big")],
  "DEL": ["lazyfree-lazy-user-del", (harness) => harness.run("DEL big")],
  "SET over it": ["lazyfree-lazy-server-del", (harness) => harness.run("SET big v")],
  "MSET over it": ["lazyfree-lazy-server-del", (harness) => harness.run("MSET a 1 big v")],
  "SETEX over it": ["lazyfree-lazy-server-del", (harness) => harness.run("SETEX big 10 v")],
  "BITOP over it": ["lazyfree-lazy-server-del", (harness) => harness.run("BITOP NOT big none")],
  "RENAME over it": ["lazyfree-lazy-server-del", (harness) => harness.run("RENAME small big")],
  "expiring when asked for": ["lazyfree-lazy-expire", (harness) => {
    harness.run("PEXPIRE big 10");
    harness.clock.advanceMs(10);
    harness.run("GET big");
  }],
  "expiring by itself": ["lazyfree-lazy-expire", (harness) => {
    harness.run("PEXPIRE big 10");
    harness.later(10, () => new ExpireCycle(harness.keyspace).run(1000, 1));
  }],
};

for (const [way, [directive, run]] of Object.entries(WAYS)) {
  Deno.test(`${way} leaves a big value to the cron, if so it is set`, () => {
    for (const lazily of directive === "" ? [true] : [false, true]) {
      const harness = new EngineHarness(), { graveyard } = harness.keyspace;
      if (directive !== "") harness.run(`CONFIG SET ${directive} ${lazily ? "yes" : "no"}`);
      harness.run("SET small v");
      const before = harness.arena.usedBytes;
      harness.run(["SADD", "big", ...MEMBERS]);
      run(harness);
      assertEquals(graveyard.pending, lazily ? 1 : 0);
      while (graveyard.dig(100)) { /* until it is empty */ }
      const left = harness.arena.usedBytes - before;
      assert(left <= EXPIRY_INDEX_BYTES, `${left} bytes are left`);
    }
  });
}
