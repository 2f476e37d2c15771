// What a save leaves for the next one, and what waits for a worker that takes nothing.
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { FillOrder } from "../../src/persistence/dump_filler.ts";
import { DUMP_FILES } from "../../src/persistence/dump_files.ts";
import { FRAME_KIND, FrameRing } from "../../src/persistence/frame_ring.ts";
import { endSpareWorker } from "../../src/persistence/spare_worker.ts";
import { NoWorkerError, WorkerFile } from "../../src/persistence/worker_file.ts";
import {
  begun,
  BY_WORKER,
  byWorker,
  OUTPUT,
  RING_BYTES,
  setMany,
  shortSlices,
  turn,
} from "./saving_by_worker.ts";

Deno.test("a ring serves one worker after the other, unless the one before may still look at it", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "miniredis_test_" });
  const real = globalThis.Worker;
  const rings: SharedArrayBuffer[] = [];
  let isMute = false;
  globalThis.Worker = class extends real {
    override postMessage(message: unknown): void {
      rings.push((message as FillOrder).shared);
      if (!isMute) super.postMessage(message);
    }
  };
  const write = async (name: string, text: string) => {
    const file = await WorkerFile.create(
      `${folder}/${name}`,
      { compress: true, checksum: false },
      { startMs: 5000 },
    );
    file.frame(new TextEncoder().encode(text), new Int32Array(), true);
    return file;
  };
  try {
    const first = await write("first", "one"), second = await write("second", "two");
    await Promise.all([first.sync(), second.sync()]);
    for (const file of [second, first]) {
      await file.settle();
      file.close();
    }
    const third = await write("third", "three");
    await first.settle(); // whoever is late stops nobody else
    first.close();
    assertEquals(first.isFull, false);
    await third.sync();
    await third.settle();
    third.close();
    isMute = true;
    const never = WorkerFile.create(`${folder}/never`, OUTPUT, { startMs: 10 });
    await assertRejects(() => never, NoWorkerError);
    isMute = false;
    const last = await write("last", "four");
    await last.sync();
    await last.settle();
    last.close();
    const kinds = rings.map((ring) => rings.indexOf(ring));
    assertEquals([kinds[1] !== kinds[0], kinds[2], kinds[3], kinds[4]], [
      true,
      kinds[0],
      kinds[0],
      4,
    ]);
    for (const [name, text] of [["first", "one"], ["second", "two"], ["third", "three"]]) {
      assertEquals(Deno.readTextFileSync(`${folder}/${name}`), text + "\0".repeat(8));
    }
  } finally {
    globalThis.Worker = real;
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("a worker stays for the next save, whatever became of the last one, until its time is over", async () => {
  const real = globalThis.Worker;
  let started = 0, ended = 0;
  globalThis.Worker = class extends real {
    constructor(...of: ConstructorParameters<typeof Worker>) {
      super(...of);
      started++;
    }
    override terminate(): void {
      super.terminate();
      ended++;
    }
  };
  using saving = byWorker({
    config: { save: "" },
    files: { ...DUMP_FILES, ...BY_WORKER, keepWorkerMs: 3000 },
  });
  const { harness, saver } = saving;
  try {
    for (const count of [100, 20_000, 3000]) {
      setMany(saving, count, `a value of one of ${count}: xxxxxxxxxxxxxxxxxx`);
      const expected = saving.digest();
      harness.run("BGSAVE");
      await saver.finished;
      assertEquals(saver.failed, false, saving.log.join("\n"));
      assertEquals(saving.again().digest(), expected);
    }
    shortSlices(saving);
    harness.run("BGSAVE");
    await begun(saving);
    harness.run("FLUSHALL"); // stops it in the middle
    await saver.finished;
    setMany(saving, 10, "new");
    const expected = saving.digest();
    harness.run("BGSAVE");
    await saver.finished;
    assertEquals(saving.again().digest(), expected);
    assertEquals([started, ended], [1, 0]);
    for (let tries = 0; tries < 10_000 && ended === 0; tries++) await turn();
    assertEquals([started, ended], [1, 1]);
    harness.run("BGSAVE");
    await saver.finished;
    assertEquals(saving.again().digest(), expected);
    assertEquals(started, 2);
  } finally {
    endSpareWorker();
    globalThis.Worker = real;
  }
  assertEquals(ended, 2);
});

/** Begins, and takes nothing. */
class IdleWorker {
  static last: IdleWorker;
  ring!: FrameRing;
  onmessage = (_event: unknown) => {};

  constructor() {
    IdleWorker.last = this;
  }

  postMessage({ shared }: FillOrder) {
    this.ring = new FrameRing(shared);
    this.ring.begin();
    queueMicrotask(() => this.onmessage({ data: "ready" }));
  }

  terminate() {}
}

Deno.test("what has no room in the ring is kept for the worker, in its order, up to a bound", async () => {
  const real = globalThis.Worker;
  globalThis.Worker = IdleWorker as unknown as typeof Worker;
  try {
    const file = await WorkerFile.create("nowhere", OUTPUT, { keptBytes: 1 << 20 });
    const reader = IdleWorker.last.ring, frames = 45, bytes = 65_000;
    for (let i = 0; i < frames; i++) {
      file.frame(new Uint8Array(bytes).fill(i), Int32Array.of(i, 1), i === frames - 1);
    }
    const inRing = Math.floor(RING_BYTES / (bytes + 24));
    assertEquals(file.memoryBytes, RING_BYTES + (frames - inRing) * bytes);
    assertEquals(file.isFull, true);
    for (let taken = 0; taken < frames;) {
      const frame = reader.take();
      if (frame === undefined) {
        assertEquals(file.isFull, false); // who asks puts more there
        assert(reader.waitingBytes > 0);
      } else {
        const { kind, bytes: [first], marks: [mark] } = frame;
        assertEquals([first, mark, kind === FRAME_KIND.last], [taken, taken, ++taken === frames]);
      }
    }
    assertEquals([file.isFull, file.memoryBytes], [false, RING_BYTES]);
    file.close();
  } finally {
    globalThis.Worker = real;
  }
});

Deno.test("a sync that was kept is over when the worker says so, whoever passed it on", async () => {
  const real = globalThis.Worker;
  globalThis.Worker = IdleWorker as unknown as typeof Worker;
  try {
    const file = await WorkerFile.create("nowhere", OUTPUT, { keptBytes: 1 << 20 });
    const worker = IdleWorker.last, bytes = new Uint8Array(65_000);
    for (let i = 0; i < 40; i++) file.frame(bytes, new Int32Array(), false);
    let isSynced = false;
    const synced = file.sync().then(() => isSynced = true);
    for (let kind: number | undefined; kind !== FRAME_KIND.sync; kind = worker.ring.take()?.kind) {
      void file.isFull; // who asks puts more there
    }
    worker.onmessage({ data: "synced" });
    for (let tries = 0; tries < 1000 && !isSynced; tries++) await turn();
    assert(isSynced);
    await synced;
    file.close();
  } finally {
    globalThis.Worker = real;
  }
});

Deno.test({
  name: "where the working directory was removed nobody waits for a worker that cannot begin",
  ignore: Deno.build.os === "windows", // which removes none
  async fn() {
    const before = Deno.cwd(), folder = Deno.makeTempDirSync({ prefix: "miniredis_test_" });
    Deno.chdir(folder);
    Deno.removeSync(folder);
    try {
      const never = WorkerFile.create(`${before}/nothing`, OUTPUT, { startMs: 5000 });
      await assertRejects(() => never, NoWorkerError, "os error 2");
    } finally {
      Deno.chdir(before);
    }
  },
});

Deno.test({
  name: "the thread that writes a dump has a lower priority than all others",
  ignore: Deno.build.os !== "linux", // elsewhere a priority is that of the process
  async fn() {
    const folder = Deno.makeTempDirSync({ prefix: "miniredis_test_" });
    const file = await WorkerFile.create(`${folder}/dump`, OUTPUT, {});
    try {
      const nices = await niceOfThreads();
      const own = Math.min(...nices);
      assertEquals(nices.filter((nice) => nice !== own), [own + 8], `all: ${nices}`);
    } finally {
      await file.settle();
      file.close();
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

/** The 19th field of what proc_pid_stat(5) says of each thread of this process. */
async function niceOfThreads(): Promise<number[]> {
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", `cat /proc/${Deno.pid}/task/*/stat`],
  }).output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  return lines.map((line) => Number(line.slice(line.lastIndexOf(")") + 2).split(" ")[16]));
}
