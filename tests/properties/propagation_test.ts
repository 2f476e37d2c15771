/** What is propagated is all that a replica needs: keys, databases, expiry, transactions of clients. */

import { assert, assertEquals } from "@std/assert";
import { SEQUENCES } from "../differential/command_tables.ts";
import { showWords } from "../differential/pair.ts";
import { stepsFrom } from "../differential/random_sequence.ts";
import { EngineHarness } from "../support/engine_harness.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

const EXPIRING = [
  { syntax: "SET <key> <value> PX (1|50|3000)", weight: 20 },
  { syntax: "PEXPIRE <key> (1|50|3000) [GT|LT]", weight: 20 },
  { syntax: "SCAN 0 COUNT 3", weight: 5 },
  { syntax: "RANDOMKEY", weight: 5 },
];
const ROWS = [...SEQUENCES.transactions, ...SEQUENCES.keys, ...EXPIRING]
  .filter(({ syntax }) => !/^(DEBUG|TIME|CLIENT|COMMAND)/.test(syntax));
const CONFIG = { "enable-debug-command": "yes" };

/** A server that gets nothing but the effects of another one, and expires nothing by itself. */
class Replica {
  readonly harness: EngineHarness;
  #database = 0;

  constructor(startMs: number) {
    this.harness = new EngineHarness({ seed: 99, startMs, config: CONFIG });
    this.harness.keyspace.expiresKeys = false;
  }

  apply(effects: readonly string[]): void {
    for (const effect of effects) {
      const [, database, line] = /^(?:\[(\d+)\] )?(.*)$/s.exec(effect)!;
      if (line !== "MULTI" && line !== "EXEC") this.#select(Number(database ?? 0));
      const reply = this.harness.run(line);
      assert(!(reply instanceof Error), `${effect} is refused: ${reply}`);
    }
    assertEquals(this.harness.client.session.queued, undefined, "every MULTI has its EXEC");
  }

  /** Queued with the rest inside a transaction, as a real stream does it. */
  #select(database: number): void {
    if (database === this.#database) return;
    this.#database = database;
    this.harness.run(`SELECT ${database}`);
  }
}

function someTime(random: Seeded): number {
  return random.pick([0, 0, 0, 1, 60, 5000]);
}

Deno.test("a replica fed with effects alone has the same keys, values and instants", async () => {
  const draw = stepsFrom(ROWS);
  await forEachSeed(12, (random) => {
    const startMs = Date.now();
    const master = new EngineHarness({ seed: random.seed, startMs, config: CONFIG });
    const replica = new Replica(startMs);
    const clients = [master.client, master.connect(), master.connect()];
    for (let step = 0; step < 800; step++) {
      const { words } = draw(random);
      const client = random.pick(clients);
      client.send(words);
      client.takeReplies();
      const effects = master.takeEffects();
      replica.apply(effects);
      const ms = someTime(random);
      master.clock.advanceMs(ms);
      replica.harness.clock.advanceMs(ms);
      if (step % 25 !== 0) continue;
      const line = `after ${showWords(words)}, propagated as ${effects.join(", ")}`;
      for (let index = 0; index < 16; index++) {
        assertEquals(replica.harness.keys(index), master.keys(index), line);
      }
      const whole = "DEBUG DIGEST";
      assertEquals(replica.harness.run(whole), master.connect().run(whole), line);
    }
  });
});
