// A disk that fails at any moment of a save: the old dump stays as it was, nothing is left beside it,
// clients are told, and when the disk is well again so is the server. Real disks: tests/crash.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Logger } from "../../src/base/logger.ts";
import { DUMP_FILES, type DumpFiles } from "../../src/persistence/dump_files.ts";
import { obeySavePoints } from "../../src/persistence/save_points.ts";
import { testWithRedis, withRedis } from "../support/redis_server.ts";
import { plain } from "../support/reply.ts";
import { Saving } from "./saving.ts";

const NO_SPACE = "No space left on device (os error 28)";
const NOT_SAVED = "was not saved: cannot";

/** A disk that has room for so many bytes more, and may refuse other things too. */
class Disk implements DumpFiles {
  roomBytes = Infinity;
  refuses: "" | "create" | "sync" | "rename" | "syncFolder" = "";
  /** Writes take less than they are given. */
  takesParts = false;

  create(path: string) {
    this.#refuse("create");
    const file = DUMP_FILES.create(path);
    return {
      writeSync: (bytes: Uint8Array) => file.writeSync(this.#taken(bytes)),
      syncSync: () => this.#refuse("sync") ?? file.syncSync(),
      sync: () => this.refuses === "sync" ? Promise.reject(new Error(NO_SPACE)) : file.sync(),
      close: () => file.close(),
    };
  }

  rename(from: string, to: string): void {
    this.#refuse("rename");
    DUMP_FILES.rename(from, to);
  }

  remove(path: string): void {
    DUMP_FILES.remove(path);
  }

  syncFolder(path: string): void {
    this.#refuse("syncFolder");
    DUMP_FILES.syncFolder(path);
  }

  #taken(bytes: Uint8Array): Uint8Array {
    if (this.roomBytes === 0) throw new Error(NO_SPACE);
    const most = this.takesParts ? Math.ceil(bytes.length / 2) : bytes.length;
    const taken = bytes.subarray(0, Math.min(most, this.roomBytes));
    this.roomBytes -= taken.length;
    return taken;
  }

  #refuse(step: Disk["refuses"]): undefined {
    if (this.refuses === step) throw new Error(NO_SPACE);
  }
}

function begun(disk: Disk): { saving: Saving; before: Uint8Array } {
  const saving = new Saving({
    startMs: 1_700_000_000_000,
    files: disk,
    config: { rdbcompression: "no" },
  });
  saving.harness.run("SET first value");
  assertEquals(saving.harness.run("SAVE"), "OK");
  const before = saving.file()!;
  for (let i = 0; i < 40; i++) {
    saving.harness.run(["SET", `large:${i}`, "x".repeat(30_000)]);
    saving.harness.run(`RPUSH list:${i} a b c`);
  }
  return { saving, before };
}

/** The dump is the old one, nothing is beside it, and the log says why. */
function checkUntouched(saving: Saving, before: Uint8Array, saidBefore: number): void {
  assertEquals(saving.file(), before);
  assertEquals(saving.names(), ["dump.rdb"]);
  const said = saving.log.filter((line) => line.includes(NOT_SAVED) && line.includes(NO_SPACE));
  assertEquals(said.length, saidBefore + 1, saving.log.join("\n"));
  assertEquals(saving.harness.keyspace.barrier, undefined);
}

Deno.test("a disk that gets full at any byte leaves the old dump, and MISCONF until there is room", async () => {
  const disk = new Disk();
  const { saving, before } = begun(disk);
  using _ = saving;
  const { harness, saver } = saving;
  let said = 0;
  for (const roomBytes of [0, 1, 9, 100, 30_000, 262_144, 300_000, 700_000, 1_100_000, 1_200_000]) {
    disk.roomBytes = roomBytes;
    assertEquals(harness.client.refusal("SAVE"), "ERR");
    checkUntouched(saving, before, said++);
    assertEquals(harness.run("PING"), "PONG", "a SAVE that fails stops nobody");
    disk.roomBytes = roomBytes;
    harness.run("BGSAVE");
    await saver.finished;
    checkUntouched(saving, before, said++);
    assert(harness.client.refusal("SET k v").startsWith("MISCONF Redis is configured to save RDB"));
    assertEquals(harness.run("GET first"), "value");
    disk.roomBytes = Infinity;
    harness.run("BGSAVE");
    await saver.finished;
    assertEquals(saver.failed, false);
    assertEquals(saving.again().digest(), saving.digest());
    assertEquals(harness.run("SET k v"), "OK");
    Deno.writeFileSync(saving.path, before);
    harness.run("DEL k");
  }
});

Deno.test("writes that take only a part of what they are given are gone on with", async () => {
  const disk = new Disk();
  disk.takesParts = true;
  const { saving } = begun(disk);
  using _ = saving;
  assertEquals(saving.harness.run("SAVE"), "OK");
  assertEquals(saving.again().digest(), saving.digest());
  saving.harness.run("BGSAVE");
  await saving.saver.finished;
  assertEquals(saving.again().digest(), saving.digest());
});

Deno.test("SAVE tells which step failed; the folder is synced last, when the new dump has its place", () => {
  const disk = new Disk();
  const { saving, before } = begun(disk);
  using _ = saving;
  const { client } = saving.harness;
  for (const [said, step] of (["create", "sync", "rename"] as const).entries()) {
    disk.refuses = step;
    assertEquals(client.refusal("SAVE"), "ERR");
    checkUntouched(saving, before, said);
    assertStringIncludes(saving.log.at(-1)!, `cannot ${step}`);
  }
  disk.refuses = "syncFolder";
  assertEquals(client.refusal("SAVE"), "ERR");
  assertStringIncludes(saving.log.at(-1)!, "cannot sync the folder");
  assertEquals(saving.names(), ["dump.rdb"]);
  assertEquals(saving.again().digest(), saving.digest());
  disk.refuses = "";
  assertEquals(client.run("SAVE"), "OK");
});

Deno.test("a save point that failed is tried again five seconds later, and clears MISCONF", async () => {
  const disk = new Disk();
  const { saving } = begun(disk);
  using _ = saving;
  const { harness, saver } = saving;
  const logger = new Logger({ clock: harness.clock, sink: { write: () => {} }, pid: 1 });
  const look = async (ms: number) => {
    harness.later(ms, () => obeySavePoints(harness.engine, saver, logger));
    await saver.finished;
  };
  assertEquals(harness.run(["CONFIG", "SET", "save", "1 1"]), "OK");
  disk.roomBytes = 0;
  await look(2000);
  assert(saver.failed);
  disk.roomBytes = Infinity;
  await look(4000);
  assert(saver.failed, "too early");
  await look(1500);
  assert(!saver.failed);
  assertEquals(harness.run("SET k v"), "OK");
});

Deno.test("a clock that is set back or forward puts off no save and loses no key", async () => {
  const { saving } = begun(new Disk());
  using _ = saving;
  const { harness, saver } = saving;
  const { clock } = harness;
  const logger = new Logger({ clock, sink: { write: () => {} }, pid: 1 });
  const saves = async () => {
    const before = saver.saves;
    harness.later(0, () => obeySavePoints(harness.engine, saver, logger));
    await saver.finished;
    return saver.saves - before;
  };
  assertEquals(harness.run(["CONFIG", "SET", "save", "3600 1"]), "OK");
  harness.run("SET lasting v EX 1000000");
  harness.run("SET short v EX 10");
  assertEquals(await saves(), 0, "the last save is not an hour ago");
  clock.setUnixMs(clock.nowMs() - 86_400_000);
  assertEquals(await saves(), 1, "nobody knows how long ago it is");
  assertEquals(saver.lastSavedAtMs, clock.nowMs());
  assertEquals(harness.run("LASTSAVE"), Math.floor(clock.nowMs() / 1000));
  assertEquals(harness.run("SET k v"), "OK");
  assertEquals(await saves(), 0);
  assertEquals(harness.run("GET short"), "v");
  clock.setUnixMs(clock.nowMs() + 10 * 86_400_000);
  assertEquals(await saves(), 1);
  assertEquals(harness.run("MGET lasting short first"), ["v", null, "value"]);
  assertEquals(saving.again().digest(), saving.digest());
});

testWithRedis("clients are told in the words of redis-server, PING too", async () => {
  await withRedis(async (client, server) => {
    await client.send("CONFIG", "SET", "save", "3600 1");
    await client.send("SET", "k", "v");
    Deno.mkdirSync(`${server.dir}/dump.rdb`);
    await client.send("BGSAVE");
    const failed = async () =>
      String(plain(await client.send("INFO", "persistence"))).includes("bgsave_status:err");
    for (let tries = 0; tries < 200 && !await failed(); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const disk = new Disk();
    const { saving } = begun(disk);
    using _ = saving;
    disk.refuses = "rename";
    saving.harness.run("BGSAVE");
    await saving.saver.finished;
    for (const words of [["SET", "k", "v"], ["PING"], ["GET", "k"]]) {
      const theirs = plain(await client.send(...words)), ours = saving.harness.run(words);
      const isTold = words[0] === "SET" || words[0] === "PING";
      if (isTold) assertEquals((ours as Error).message, (theirs as Error).message);
      else assert(!String(ours).startsWith("Error: MISCONF"));
    }
    Deno.removeSync(`${server.dir}/dump.rdb`); // or it would not stop
  });
});
