// Saves in the background that a worker writes: the same dumps, and the same when something fails.
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { fillDump, type FillerNews, type FillOrder } from "../../src/persistence/dump_filler.ts";
import { ReplaceError } from "../../src/persistence/dump_files.ts";
import { FrameRing } from "../../src/persistence/frame_ring.ts";
import { NoWorkerError, WorkerFile } from "../../src/persistence/worker_file.ts";
import { forEachSeed } from "../support/seeded.ts";
import { fillByChance } from "./filling.ts";
import { Saving } from "./saving.ts";
import {
  begun,
  byWorker,
  OUTPUT,
  RING_BYTES,
  setMany,
  shortSlices,
  turn,
} from "./saving_by_worker.ts";

Deno.test("a worker writes the dump that SAVE writes, byte for byte", async () => {
  await forEachSeed(2, async (random) => {
    using saving = byWorker({ seed: random.next32(), config: { save: "" } });
    const { harness, saver } = saving;
    fillByChance(saving, random, 800);
    harness.run(["SET", "long", "a long text ".repeat(50_000)]);
    assertEquals(harness.run("SAVE"), "OK");
    const expected = saving.file();
    const usedBefore = harness.keyspace.arena.usedBytes;
    harness.run("BGSAVE");
    await saver.finished;
    assertEquals(saver.failed, false, saving.log.join("\n"));
    assert(saver.lastPeakBytes >= RING_BYTES, "no worker wrote it");
    assertEquals(harness.keyspace.arena.usedBytes, usedBefore);
    assertEquals(saving.file(), expected);
    assertEquals(saving.names(), ["dump.rdb"]);
  });
});

Deno.test("a worker writes the state at the start of BGSAVE while clients change it", async () => {
  using saving = byWorker();
  const { harness, saver } = saving;
  setMany(saving, 15_000, "a value that is long enough to be compressed: xxxxxxxxxxxxxxxxxxxxx");
  for (let i = 0; i < 3000; i++) harness.client.send(`HSET large field:${i} ${i}`);
  harness.client.takeReplies();
  const expected = saving.digest();
  shortSlices(saving);
  harness.run("BGSAVE");
  await begun(saving);
  assert(saver.background !== undefined, "it takes more than one slice");
  assertMatch(harness.run("INFO persistence") as string, /current_cow_size:[1-9]\d{6}/);
  setMany(saving, 15_000, "changed");
  harness.run("DEL large");
  await saver.finished;
  assertEquals(saver.failed, false, saving.log.join("\n"));
  assertEquals(saving.again().digest(), expected);
  assertEquals(harness.keyspace.barrier, undefined);
});

Deno.test("changes that are more than the ring holds wait for the worker", async () => {
  using saving = byWorker({ config: { rdbcompression: "no" } });
  const { harness, saver } = saving;
  setMany(saving, 300, "x".repeat(50_000));
  const expected = saving.digest();
  shortSlices(saving);
  harness.run("BGSAVE");
  await begun(saving);
  assert(saver.background !== undefined);
  setMany(saving, 300, "y"); // in one turn: 15 MB have to be written
  await saver.finished;
  assertEquals(saver.failed, false, saving.log.join("\n"));
  assertEquals(saving.again().digest(), expected);
});

Deno.test("FLUSHALL stops the worker, and its file goes", async () => {
  using saving = byWorker({ config: { save: "" } });
  const { harness, saver } = saving;
  setMany(saving, 10_000, "value");
  shortSlices(saving);
  harness.run("BGSAVE");
  await begun(saving);
  assert(saver.background !== undefined);
  assertEquals(saving.names().length, 1);
  harness.run("FLUSHALL");
  await saver.finished;
  assertEquals(saver.failed, false);
  assertEquals(saving.names(), []);
  // Before the worker is there, too.
  harness.run("BGSAVE");
  harness.run("FLUSHALL");
  await saver.finished;
  assertEquals(saving.names(), []);
});

/**
 * Puts a pipe where a file would be, from which somebody reads for a moment only: it can be opened, and
 * takes no byte. A file that is full needs rights that tests do not have.
 */
async function breakFile(path: string): Promise<AsyncDisposable> {
  await new Deno.Command("mkfifo", { args: [path] }).output();
  const { status } = new Deno.Command("sh", { args: ["-c", ': < "$0"', path] }).spawn();
  const real = globalThis.Worker;
  // What is written before the reader is gone fails not.
  globalThis.Worker = class extends real {
    override set onmessage(hear: (event: MessageEvent) => void) {
      super.onmessage = (event: MessageEvent) => void status.then(() => hear(event));
    }
  };
  return {
    async [Symbol.asyncDispose]() {
      await status;
      globalThis.Worker = real;
    },
  };
}

Deno.test({
  name: "a disk that takes nothing of the worker leaves the old dump, and MISCONF until it is well",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    for (const keys of [10, 20_000]) {
      using saving = byWorker();
      const { harness, saver } = saving;
      assertEquals(harness.run("SAVE"), "OK");
      const before = saving.file();
      setMany(saving, keys, "value ".repeat(20));
      shortSlices(saving);
      {
        await using _ = await breakFile(`${saving.folder}/temp-bgsave-${Deno.pid}-1.rdb`);
        harness.run("BGSAVE");
        await saver.finished;
      }
      assertEquals(saver.failed, true);
      assertEquals(saving.file(), before);
      assertEquals(saving.names(), ["dump.rdb"]);
      assertStringIncludes(
        saving.log.at(-1)!,
        "was not saved: cannot write: Broken pipe (os error 32)",
      );
      assertStringIncludes(harness.run("INFO persistence") as string, "bgsave_status:err");
      assert(harness.client.refusal("SET k v").startsWith("MISCONF "));
      assertEquals(harness.keyspace.barrier, undefined);
      harness.run("BGSAVE");
      await saver.finished;
      assertEquals(saver.failed, false);
      assertEquals(harness.run("SET k v"), "OK");
    }
  },
});

Deno.test("a file that the worker cannot create is told as one that the thread cannot", async () => {
  using saving = byWorker();
  const { harness, saver } = saving;
  harness.run("SET k v");
  const name = `temp-bgsave-${Deno.pid}-1.rdb`;
  Deno.mkdirSync(`${saving.folder}/${name}`);
  harness.run("BGSAVE");
  await saver.finished;
  assertEquals(saver.failed, true);
  const cause = Deno.build.os === "windows" ? "" : ": Is a directory (os error 21)";
  assertStringIncludes(saving.log.at(-1)!, "was not saved: cannot create ");
  assertStringIncludes(saving.log.at(-1)!, name + cause);
});

for (
  const [how, start] of [
    ["throws", () => {
      throw new Error("no workers here");
    }],
    ["fails later", (worker: Worker) => {
      queueMicrotask(() =>
        worker.onerror!(new ErrorEvent("error", { message: "no workers here", cancelable: true }))
      );
    }],
  ] as const
) {
  Deno.test(`where a worker's start ${how} the thread saves, and the log says so`, async () => {
    const real = globalThis.Worker;
    globalThis.Worker = class {
      constructor() {
        start(this as unknown as Worker);
      }
      postMessage() {}
      terminate() {}
    } as unknown as typeof Worker;
    try {
      using saving = byWorker();
      const { harness, saver } = saving;
      harness.engine.ports.process.log = (message) => void saving.log.push(message);
      setMany(saving, 1000, "value");
      harness.run("BGSAVE");
      await saver.finished;
      assertEquals(saver.failed, false);
      assertEquals(saving.again().digest(), saving.digest());
      const line = "Saving without a worker, which is slower: no workers here";
      assertEquals(saving.log.includes(line), true, saving.log.join("\n"));
    } finally {
      globalThis.Worker = real;
    }
  });
}

Deno.test("a worker that never begins is not waited for, and opens no file afterwards", async () => {
  const real = globalThis.Worker;
  let order: FillOrder | undefined, terminated = false;
  globalThis.Worker = class {
    postMessage(message: FillOrder) {
      order = message;
    }
    terminate() {
      terminated = true;
    }
  } as unknown as typeof Worker;
  try {
    const created = WorkerFile.create("never", OUTPUT, { startMs: 10 });
    const error = await assertRejects(() => created, NoWorkerError);
    assertEquals(error.message, "it did not begin in 0.01 seconds");
    assert(terminated);
  } finally {
    globalThis.Worker = real;
  }
  const said: FillerNews[] = [];
  await fillDump({
    ring: new FrameRing(order!.shared),
    output: OUTPUT,
    create: () => {
      throw new Error("another has the file by now");
    },
    say: (news) => void said.push(news),
  });
  assertEquals(said, ["closed"]);
});

Deno.test("a worker writes the base of an append-only file, and gives up one that is not wanted", async () => {
  using saving = byWorker({ config: { save: "" } });
  const { harness, appendOnly } = saving;
  setMany(saving, 5000, "value ".repeat(10));
  const real = globalThis.Worker;
  let workers = 0;
  globalThis.Worker = class extends real {
    constructor(...of: ConstructorParameters<typeof Worker>) {
      super(...of);
      workers++;
    }
  };
  try {
    harness.run("BGREWRITEAOF");
    // An older Deno tells later who owns the files.
    for (let tries = 0; tries < 1000 && appendOnly.rewriting === undefined; tries++) {
      await turn();
      appendOnly.tick();
    }
    setMany(saving, 10, "changed");
    await appendOnly.finished;
  } finally {
    globalThis.Worker = real;
  }
  assertEquals(workers, 1);
  assertEquals(appendOnly.lastRewriteFailed, false, saving.log.join("\n"));
  const bases = [...Deno.readDirSync(`${saving.folder}/appendonlydir`)]
    .map(({ name }) => name).filter((name) => name.endsWith(".base.rdb"));
  assertEquals(bases.length, 1);
  using other = new Saving({ startMs: harness.clock.nowMs() });
  other.loader.loadNow(`${saving.folder}/appendonlydir/${bases[0]}`);
  assertEquals(other.harness.run("DBSIZE"), 5000);
  harness.run("BGREWRITEAOF");
  await turn();
  appendOnly.cancelRewrite();
  await appendOnly.finished;
  await appendOnly.close();
  const left = [...Deno.readDirSync(`${saving.folder}/appendonlydir`)].map(({ name }) => name);
  assertEquals(left.filter((name) => name.startsWith("temp-")), []);
});

Deno.test({
  name: "what fails after the last frame fails the sync; whoever writes then is told the same",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const folder = Deno.makeTempDirSync({ prefix: "miniredis_test_" });
    const path = `${folder}/dump`;
    const reader = await breakFile(path);
    const file = await WorkerFile.create(path, OUTPUT);
    await reader[Symbol.asyncDispose]();
    file.frame(new Uint8Array(10), new Int32Array(), true);
    let failure: unknown;
    await file.sync().catch((error) => failure = error);
    assert(failure instanceof ReplaceError);
    assertStringIncludes(failure.message, "cannot write: Broken pipe");
    await file.settle();
    let again: unknown;
    try {
      file.frame(new Uint8Array(1), new Int32Array(), false);
    } catch (error) {
      again = error;
    }
    assertEquals((again as Error).message, failure.message);
    file.close();
    Deno.removeSync(folder, { recursive: true });
  },
});
