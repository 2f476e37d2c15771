/** Disks that are full, read-only or out of order, and what is there once they are well again. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { strayFiles } from "./data_folder.ts";
import { backgroundSave, type Guest, rewrite, type Scenario, untilInfo } from "./scenario.ts";

/** Redis's words when a save failed, and when the append-only file cannot be written. */
export const MISCONF_SAVE =
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk." +
  " Commands that may modify the data set are disabled, because this instance is configured to report" +
  " errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check" +
  " the Redis logs for details about the RDB error.";
export const MISCONF_AOF = "MISCONF Errors writing to the AOF file: No space left on device";

const MEGABYTE = 1 << 20;
const SAVES: Record<string, string | string[]> = { save: ["3600", "1"], rdbcompression: "no" };
const APPENDS: Record<string, string> = {
  appendonly: "yes",
  save: "",
  "auto-aof-rewrite-percentage": "0",
};

/** Why no file system can be mounted here, if none can. */
const noMount = await whyNoMount();

async function whyNoMount(): Promise<string | undefined> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "needs Linux and root, for a tmpfs";
  const dir = Deno.makeTempDirSync({ prefix: "miniredis_crash_" });
  try {
    await mount(dir, "size=1m");
    await run("umount", dir);
    return undefined;
  } catch (error) {
    return `no tmpfs can be mounted: ${(error as Error).message.trim()}`;
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

async function mount(dir: string, options: string): Promise<void> {
  await run("mount", "-t", "tmpfs", "-o", options, "tmpfs", dir);
}

/** A scenario on a small disk of its own, which can be made larger or read-only. */
function onSmallDisk(
  name: string,
  check: (
    disk: string,
    start: StartOn,
    remount: (options: string) => Promise<void>,
  ) => Promise<void>,
): Scenario {
  return {
    name,
    skipped: noMount,
    run: async ({ dir, start }) => {
      const disk = join(dir, "disk");
      Deno.mkdirSync(disk);
      await mount(disk, "size=4m");
      const guests: Guest[] = [];
      try {
        await check(disk, async (flags) => {
          guests.push(await start(flags, { dir: disk }));
          return guests.at(-1)!;
        }, (options) => run("mount", "-o", `remount,${options}`, disk));
      } finally {
        for (const { server } of guests) await server.stop("SIGKILL");
        await run("umount", disk);
      }
    },
  };
}

type StartOn = (flags: Record<string, string | string[]>) => Promise<Guest>;

/** So many megabytes of strings, from key number `first` on; answers the first error. */
async function fill({ ask }: Guest, megabytes: number, first = 0): Promise<string | undefined> {
  for (let i = 0; i < megabytes * 8; i++) {
    const reply = await ask("SET", `key:${first + i}`, "x".repeat(MEGABYTE / 8));
    if (reply instanceof Error) return reply.message;
  }
  return undefined;
}

/** From so much data on a worker writes. */
const WORKER_FROM_MEGABYTES = 100;

/** Stores more than a worker is for. */
async function fillForWorker(guest: Guest): Promise<void> {
  assertEquals(await fill(guest, WORKER_FROM_MEGABYTES + 2, 1000), undefined);
  const used = /used_memory:(\d+)/.exec(String(await guest.ask("INFO", "memory")))![1];
  assert(Number(used) > WORKER_FROM_MEGABYTES * MEGABYTE, `${used} bytes are too few for a worker`);
}

async function messageOf(reply: Promise<unknown>): Promise<string> {
  const value = await reply;
  if (!(value instanceof Error)) throw new Error(`not refused but ${value}`);
  return value.message;
}

/** What has to be so while saving fails. */
async function checkRefusing(guest: Guest, dir: string, before: Uint8Array): Promise<void> {
  assertEquals(await messageOf(guest.ask("SET", "k", "v")), MISCONF_SAVE);
  assertEquals(await messageOf(guest.ask("PING")), MISCONF_SAVE);
  assertEquals(String(await guest.ask("GET", "key:0")).length, MEGABYTE / 8);
  assert(Deno.readFileSync(join(dir, "dump.rdb")).every((byte, i) => byte === before[i]));
  assertEquals(strayFiles(dir), []);
}

async function failsAndRecovers(
  guest: Guest,
  dir: string,
  disk: { breaks: () => Promise<void>; heals: () => Promise<void>; reason: string },
): Promise<void> {
  assertEquals(await fill(guest, 2), undefined);
  assert(await backgroundSave(guest));
  const before = Deno.readFileSync(join(dir, "dump.rdb"));
  await disk.breaks();
  assert(!await backgroundSave(guest));
  assertStringIncludes(guest.server.log, disk.reason);
  await checkRefusing(guest, dir, before);
  assertEquals(await messageOf(guest.ask("SAVE")), "ERR");
  await checkRefusing(guest, dir, before);
  await disk.heals();
  assert(await backgroundSave(guest));
  assertEquals(await guest.ask("SET", "k", "v"), "OK");
  assertEquals(strayFiles(dir), []);
}

const saving: Scenario[] = [
  onSmallDisk("a dump on a full disk", async (disk, start, remount) => {
    await failsAndRecovers(await start(SAVES), disk, {
      breaks: () => Promise.resolve(),
      heals: () => remount("size=16m"),
      reason: "No space left on device",
    });
  }),
  onSmallDisk("a dump on a disk that became read-only", async (disk, start, remount) => {
    await failsAndRecovers(await start(SAVES), disk, {
      breaks: () => remount("ro,size=16m"),
      heals: () => remount("rw"),
      reason: "Read-only file system",
    });
  }),
  onSmallDisk("a dump that a worker writes, on a full disk", async (disk, start, remount) => {
    const guest = await start(SAVES);
    await failsAndRecovers(guest, disk, {
      breaks: () => fillForWorker(guest),
      heals: () => remount("size=200m"),
      reason: "No space left on device",
    });
    assert(!guest.server.log.includes("without a worker"), guest.server.log);
    await guest.server.stop("SIGKILL");
    const next = await start(SAVES);
    assertEquals(await next.ask("DBSIZE"), (2 + WORKER_FROM_MEGABYTES + 2) * 8);
  }),
  {
    name: "a dump that cannot get its name",
    run: async ({ dir, start }) => {
      const guest = await start(SAVES);
      await guest.ask("SET", "key:0", "v");
      const path = join(dir, "dump.rdb");
      Deno.mkdirSync(path);
      assert(!await backgroundSave(guest));
      assertStringIncludes(guest.server.log, "cannot rename");
      assertEquals(await messageOf(guest.ask("SET", "k", "v")), MISCONF_SAVE);
      assertEquals(strayFiles(dir), []);
      Deno.removeSync(path);
      assert(await backgroundSave(guest));
      assertEquals(await guest.ask("SET", "k", "v"), "OK");
    },
  },
  {
    name: "a data folder that is gone for a while",
    run: async ({ dir, start }) => {
      const folder = join(dir, "data");
      Deno.mkdirSync(folder);
      const guest = await start(SAVES, { dir: folder });
      await guest.ask("SET", "key:0", "v");
      Deno.removeSync(folder, { recursive: true });
      assert(!await backgroundSave(guest));
      assertStringIncludes(guest.server.log, "cannot create");
      assertEquals(await messageOf(guest.ask("SET", "k", "v")), MISCONF_SAVE);
      Deno.mkdirSync(folder);
      assert(await backgroundSave(guest));
      assertEquals(await guest.ask("SET", "k", "v"), "OK");
    },
  },
];

/** Writes until the disk is full; answers how many keys were acknowledged. */
async function fillDisk(guest: Guest, expected: string): Promise<number> {
  for (let keys = 0; keys < 1000; keys++) {
    const reply = await guest.ask("SET", `key:${keys}`, "x".repeat(20_000));
    if (!(reply instanceof Error)) continue;
    assertEquals(reply.message, expected);
    return keys;
  }
  throw new Error("the disk takes everything");
}

/** All keys that were acknowledged are there, whole. */
async function checkKeys({ ask }: Guest, keys: number): Promise<void> {
  for (let i = 0; i < keys; i++) {
    assertEquals(String(await ask("GET", `key:${i}`)).length, 20_000, `key:${i} of ${keys}`);
  }
}

const appending: Scenario[] = [
  onSmallDisk("an append-only file on a full disk", async (disk, start, remount) => {
    const flags = { ...APPENDS, appendfsync: "everysec" };
    const guest = await start(flags);
    const keys = await fillDisk(guest, MISCONF_AOF);
    await checkKeys(guest, keys);
    assertMatch(guest.server.log, /Short write while|No space left on device/);
    await untilInfo(guest, "aof_last_write_status:err");
    await remount("size=16m");
    await untilInfo(guest, "aof_last_write_status:ok");
    assertStringIncludes(guest.server.log, "AOF write error looks solved");
    assertEquals(await guest.ask("SET", "k", "v"), "OK");
    await guest.server.stop("SIGKILL");
    const next = await start(flags);
    await checkKeys(next, keys);
    assertEquals(await next.ask("GET", "k"), "v");
    assertEquals(strayFiles(disk), []);
  }),
  onSmallDisk("appendfsync always on a full disk ends the server", async (disk, start, remount) => {
    const flags = { ...APPENDS, appendfsync: "always" };
    const guest = await start(flags);
    let keys = 0;
    try {
      for (;; keys++) {
        const reply = await guest.ask("SET", `key:${keys}`, "x".repeat(20_000));
        assert(!(reply instanceof Error), String(reply));
      }
    } catch (error) {
      if ((error as Error).name === "AssertionError") throw error;
    }
    assertEquals((await guest.server.ended).code, 1);
    assertStringIncludes(guest.server.log, "the AOF fsync policy is 'always'. Exiting...");
    await remount("size=16m");
    const next = await start(flags);
    await checkKeys(next, keys);
    assertEquals(strayFiles(disk), []);
  }),
  onSmallDisk("a rewrite on a full disk", async (disk, start, remount) => {
    const guest = await start({ ...APPENDS, rdbcompression: "no" });
    await fill(guest, 2);
    assert(!await rewrite(guest));
    assertStringIncludes(guest.server.log, "No space left on device");
    assertEquals(await guest.ask("SET", "k", "v"), "OK");
    assertEquals(strayFiles(disk), []);
    await remount("size=16m");
    assert(await rewrite(guest));
    assertEquals(await guest.ask("SET", "l", "w"), "OK");
    assertEquals(strayFiles(disk), []);
    await guest.server.stop("SIGKILL");
    const next = await start(APPENDS);
    assertEquals([await next.ask("GET", "k"), await next.ask("GET", "l")], ["v", "w"]);
    assertEquals(await next.ask("DBSIZE"), 2 + 2 * 8);
  }),
];

const byWorker: Scenario[] = [
  onSmallDisk("a rewrite that a worker writes, on a full disk", async (disk, start, remount) => {
    const flags = { ...APPENDS, appendonly: "no", rdbcompression: "no" };
    const guest = await start(flags);
    await fillForWorker(guest);
    assert(!await rewrite(guest));
    assertStringIncludes(guest.server.log, "No space left on device");
    assert(!guest.server.log.includes("without a worker"), guest.server.log);
    assertEquals(await guest.ask("SET", "k", "v"), "OK");
    assertEquals(strayFiles(disk), []);
    await remount("size=200m");
    assertEquals(await guest.ask("CONFIG", "SET", "appendonly", "yes"), "OK");
    await untilInfo(guest, "aof_rewrite_in_progress:0");
    await untilInfo(guest, "aof_last_bgrewrite_status:ok");
    assertEquals(await guest.ask("SET", "l", "w"), "OK");
    assertEquals(strayFiles(disk), []);
    await guest.server.stop("SIGKILL");
    const next = await start({ ...flags, appendonly: "yes" });
    assertEquals([await next.ask("GET", "k"), await next.ask("GET", "l")], ["v", "w"]);
    assertEquals(await next.ask("DBSIZE"), 2 + (WORKER_FROM_MEGABYTES + 2) * 8);
  }),
];

export const DISK_SCENARIOS: readonly Scenario[] = [...saving, ...appending, ...byWorker];
