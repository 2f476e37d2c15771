// Whatever random commands made, saving and loading gives the same digest and the same expiries.
import { assert, assertEquals } from "@std/assert";
import { SEQUENCES } from "../differential/command_tables.ts";
import { stepsFrom } from "../differential/random_sequence.ts";
import { Saving } from "../persistence/saving.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

/** Both sides of every limit between small and large values. */
function limits(random: Seeded): Record<string, string> {
  const entries = () => String(random.pick([0, 3, 128]));
  return {
    "hash-max-listpack-entries": entries(),
    "set-max-intset-entries": entries(),
    "set-max-listpack-entries": entries(),
    "zset-max-listpack-entries": entries(),
    "list-max-listpack-size": random.pick(["2", "-2", "5"]),
    "list-compress-depth": random.pick(["0", "1"]),
    "stream-node-max-entries": random.pick(["2", "100"]),
    "rdb-version": random.pick(["auto", "12"]),
  };
}

const MADE_OF: Record<string, string[]> = {
  strings: ["strings", "bitmaps"],
  lists: ["lists"],
  sets: ["sets"],
  hashes: ["hashes"],
  streams: ["streams"],
  "sorted sets": ["sorted sets", "zsets"],
};

for (const [name, sequences] of Object.entries(MADE_OF)) {
  const rows = sequences.flatMap((sequence) => SEQUENCES[sequence] ?? []);
  if (rows.length === 0) continue;
  Deno.test(`saving and loading what random commands on ${name} made changes nothing`, async () => {
    const draw = stepsFrom(rows);
    let keys = 0;
    await forEachSeed(4, (random) => {
      using saving = new Saving({ seed: random.next32(), config: limits(random) });
      const { client } = saving.harness;
      for (let step = 0; step < 1200; step++) {
        client.send(draw(random).words);
        client.takeReplies();
        if (step % 400 === 399) keys += compare(saving, random);
      }
    });
    assert(keys > 10, `${keys} keys were compared`);
  });
}

/** Saves, loads and compares; answers how many keys there were. */
function compare(saving: Saving, random: Seeded): number {
  client(saving, "DISCARD");
  client(saving, "SAVE");
  const other = saving.again({ seed: random.next32(), config: limits(random) });
  assertEquals(other.digest(), saving.digest());
  assertEquals(other.expiries(), saving.expiries());
  return saving.harness.keyspace.size;
}

function client(saving: Saving, line: string): void {
  saving.harness.client.send(line);
  saving.harness.client.takeReplies();
}
