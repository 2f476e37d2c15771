// A snapshot that is written while commands run shows the state at its start, and nothing else.
import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { Snapshot, type SnapshotGrain } from "../../src/persistence/snapshot.ts";
import { endRehash } from "../../src/persistence/snapshot_walk.ts";
import { RdbWriter } from "../../src/rdb/writer.ts";
import { SEQUENCES } from "../differential/command_tables.ts";
import { stepsFrom } from "../differential/random_sequence.ts";
import { Saving } from "../persistence/saving.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";
import { framesTo } from "./frames_to.ts";

/** Sequences that leave something behind, and ways for it to go that no key is named for. */
const ROWS = Object.entries(SEQUENCES).flatMap(([name, rows]) =>
  name === "transactions" ? [] : rows
);
const ALSO = [
  { syntax: "SET <key> <value> PX (1|50|3000)", weight: 20 },
  { syntax: "PEXPIRE <key> (1|50|3000)", weight: 20 },
  { syntax: "GETSET <key> <value>", weight: 10 },
  { syntax: "SET <key> <value> GET", weight: 10 },
  { syntax: "GETEX <key> PX 3000", weight: 10 },
  { syntax: "HPEXPIRE <key> (1|50) FIELDS 1 <member>", weight: 20 },
];
/** Rare, for they leave nothing to be seen. */
const SWEEPING = ["FLUSHDB", "FLUSHALL ASYNC", "SWAPDB 0 1", "SWAPDB 0 0"];

function begin(
  { harness }: Saving,
  grain?: SnapshotGrain,
  framed = false,
): { snapshot: Snapshot; writer: RdbWriter; parts: Uint8Array[] } {
  const { keyspace } = harness;
  const parts: Uint8Array[] = [];
  const sink = { write: (bytes: Uint8Array) => void parts.push(bytes.slice()) };
  const writer = new RdbWriter(keyspace, framed ? framesTo(sink) : sink, {
    version: 12,
    compress: true,
    checksum: true,
    access: "none",
  });
  writer.begin({});
  while (!endRehash(keyspace));
  const snapshot = new Snapshot(keyspace, writer, grain);
  snapshot.begin();
  return { snapshot, writer, parts };
}

/** Keys that share buckets with others, and keys enough that tables grow meanwhile. */
function addMany(saving: Saving, prefix: string, count: number): void {
  for (let i = 0; i < count; i++) saving.harness.client.send(["SET", `${prefix}:${i}`, i]);
  saving.harness.client.takeReplies();
}

function disturb(saving: Saving, draw: (random: Seeded) => { words: string[] }, random: Seeded) {
  const { client, clock } = saving.harness;
  client.send(random.chance(0.005) ? random.pick(SWEEPING) : draw(random).words);
  client.takeReplies();
  if (random.chance(0.1)) clock.advanceMs(random.pick([1, 10, 500]));
  if (random.chance(0.02)) addMany(saving, random.pick(["a", "many"]), random.below(200));
  if (random.chance(0.02)) {
    for (let i = 0; i < 100; i++) client.send(["DEL", `many:${random.below(400)}`]);
    client.takeReplies();
  }
}

Deno.test("a snapshot written while random commands run is the state at its start", async () => {
  const draw = stepsFrom(
    [...ROWS, ...ALSO].filter(({ syntax }) =>
      !/^(MULTI|EXEC|WATCH|DEBUG|CLIENT|SHUTDOWN|SAVE)/.test(syntax)
    ),
  );
  let early = 0, keys = 0;
  await forEachSeed(25, (random) => {
    // With save points FLUSHALL saves.
    using saving = new Saving({ seed: random.next32(), config: { save: "" } });
    const { client, keyspace, clock } = saving.harness;
    addMany(saving, "many", random.pick([10, 300]));
    for (let step = 0; step < 400; step++) {
      client.send(draw(random).words);
      client.takeReplies();
    }
    client.run("SELECT 0");
    const expected = { digest: saving.digest(), expiries: saving.expiries() };
    const startMs = clock.nowMs();
    const { snapshot, writer, parts } = begin(
      saving,
      random.chance(0.5) ? { elements: 1, piecesFrom: 2 } : undefined,
      random.chance(0.5),
    );
    while (!snapshot.run(() => random.chance(0.7))) {
      const before = snapshot.keysWritten;
      for (let i = random.below(8); i > 0; i--) disturb(saving, draw, random);
      early += snapshot.keysWritten - before;
    }
    snapshot.end();
    writer.end();
    keys += snapshot.keysWritten;
    assertEquals(keyspace.barrier, undefined);
    Deno.writeFileSync(saving.path, concat(parts));
    using other = new Saving({ folder: saving.folder, startMs });
    other.loader.loadNow(saving.path); // refuses a key that comes twice
    assertEquals(other.digest(), expected.digest);
    assertEquals(other.expiries(), expected.expiries);
  });
  assert(keys > 1000, `${keys} keys`);
  assert(early > 100, `${early} keys were written before their turn`);
});

Deno.test("a writer that fails does so in the snapshot, not in the command that changes a key", () => {
  using saving = new Saving();
  addMany(saving, "k", 50);
  const { keyspace, client } = saving.harness;
  const writer = new RdbWriter(keyspace, { write: () => {} }, {
    version: 10,
    compress: false,
    checksum: false,
    access: "none",
  });
  writer.entry = () => {
    throw new Error("the disk is full");
  };
  while (!endRehash(keyspace));
  const snapshot = new Snapshot(keyspace, writer);
  snapshot.begin();
  assertEquals(client.run("SET k:1 changed"), "OK");
  let failed = "";
  try {
    snapshot.run(() => false);
  } catch (error) {
    failed = (error as Error).message;
  }
  assertEquals(failed, "the disk is full");
  snapshot.end();
  assertEquals(keyspace.barrier, undefined);
});
