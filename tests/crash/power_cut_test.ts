// The power is cut: what was said to be on the disk is there, in order, and the files open.
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { EMPTY_MANIFEST } from "../../src/persistence/aof_manifest.ts";
import { Replaying } from "../persistence/replaying.ts";
import { Saving } from "../persistence/saving.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";
import { PowerCutDisk } from "./power_cut_disk.ts";

const SEEDS = 50;
const STEPS = 60;
const START_MS = 1_700_000_000_000;

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A server that writes numbers, and knows which of them it called safe. */
class Writer {
  readonly disk = new PowerCutDisk();
  readonly saving: Saving;
  written = 0;
  /** How many of the numbers have to survive a cut. */
  safe = 0;
  /** Effects there were after each number. */
  readonly #effects: number[] = [];

  constructor(config: Record<string, string>) {
    this.saving = new Saving({ files: this.disk, aofFiles: this.disk, config, startMs: START_MS });
  }

  write(): void {
    const { client, engine } = this.saving.harness;
    const number = this.written++;
    if (number % 5 === 0) {
      for (const line of ["MULTI", `RPUSH list ${number}`, "INCR count", "EXEC"]) client.run(line);
    } else {
      client.run(`SELECT ${number % 3}`);
      client.run(`SET key ${number}`);
      client.run("SELECT 0");
      client.run(`RPUSH list ${number}`);
    }
    this.#effects.push(engine.propagation.count);
  }

  /** Takes note of what the append-only file says of itself. */
  look(): void {
    const { appendOnly, harness } = this.saving;
    if (appendOnly.state !== "on") return;
    const { policy, syncedEffects } = appendOnly.writer;
    const told = policy === "always" && !harness.engine.replyGate.closed;
    const synced = this.#effects.findLastIndex((effects) => effects <= syncedEffects) + 1;
    this.safe = Math.max(this.safe, told ? this.written : synced);
  }

  async close(): Promise<void> {
    await this.saving.appendOnly.close();
    await this.saving.saver.finished;
    this.saving[Symbol.dispose]();
  }
}

/** How many numbers are there; they are the first ones. */
function survivors({ harness }: { harness: Saving["harness"] }): number {
  harness.run("SELECT 0");
  const list = harness.run("LRANGE list 0 -1") as string[];
  assertEquals(list, list.map((_, i) => String(i)));
  return list.length;
}

async function step(writer: Writer, random: Seeded): Promise<void> {
  const { appendOnly, dumps, harness } = writer.saving;
  const chosen = random.below(20);
  if (chosen < 10) writer.write();
  else if (chosen < 16) await turn();
  else if (chosen < 17) appendOnly.rewrite(false);
  else if (chosen < 19) {
    harness.clock.advanceMs(random.below(1500));
    harness.engine.keyspace.freezeClock();
    dumps.tick();
    appendOnly.tick();
  } else if (random.chance(0.2)) {
    const isOn = appendOnly.state !== "off";
    harness.run(`CONFIG SET appendonly ${isOn ? "no" : "yes"}`);
  }
  writer.look();
}

for (const policy of ["always", "everysec"]) {
  Deno.test(`appendfsync ${policy}: what was synced survives a cut of the power`, async () => {
    let survived = 0, promised = 0;
    await forEachSeed(SEEDS, async (random) => {
      const preamble = random.pick(["yes", "no"]);
      const config = { appendonly: "yes", appendfsync: policy, "aof-use-rdb-preamble": preamble };
      const writer = new Writer(config);
      writer.saving.appendOnly.start(EMPTY_MANIFEST);
      using after = new Replaying({ startMs: START_MS });
      try {
        for (let steps = random.below(STEPS); steps > 0; steps--) await step(writer, random);
        writer.disk.cut(random, after.loader.folder);
      } finally {
        await writer.close();
      }
      after.load();
      const there = survivors(after);
      assert(there >= writer.safe, `${there} of ${writer.safe} that were safe`);
      survived += there;
      promised += writer.safe;
    });
    assert(promised > SEEDS, "next to nothing was promised");
    assert(survived >= promised);
  });
}

Deno.test("what a completed save holds survives a cut of the power", async () => {
  let promised = 0;
  await forEachSeed(SEEDS, async (random) => {
    const writer = new Writer({ save: "" });
    const { saver, harness } = writer.saving;
    const folder = Deno.makeTempDirSync({ prefix: "miniredis_test_" });
    try {
      for (let steps = random.below(STEPS); steps > 0; steps--) {
        const chosen = random.below(10), before = writer.written;
        if (chosen < 6) writer.write();
        else if (chosen < 8) await turn();
        else if (chosen < 9) {
          if (harness.client.run("SAVE") === "OK") writer.safe = before;
        } else if (!(harness.client.run("BGSAVE") instanceof Error)) {
          void saver.finished.then(() => {
            if (!saver.failed) writer.safe = Math.max(writer.safe, before);
          });
        }
      }
      writer.disk.cut(random, folder);
      promised += writer.safe;
      using after = new Saving({ folder, startMs: START_MS });
      after.loader.loadNow(join(folder, "dump.rdb"));
      assert(survivors(after) >= writer.safe);
    } finally {
      await writer.close();
      Deno.removeSync(folder, { recursive: true });
    }
  });
  assert(promised > SEEDS);
});
