// BGSAVE and save points: the file is the state at the start, clients go on, failures are told.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { AOF_FILES } from "../../src/persistence/aof_files.ts";
import { DUMP_FILES, type DumpFiles } from "../../src/persistence/dump_files.ts";
import { obeySavePoints } from "../../src/persistence/save_points.ts";
import { Logger } from "../../src/base/logger.ts";
import { Saving, type SavingOptions } from "./saving.ts";

function filled(options: SavingOptions = {}): Saving {
  const saving = new Saving({ startMs: 1_700_000_000_000, ...options });
  for (let i = 0; i < 2000; i++) saving.harness.client.send(`HSET hash:${i} field ${i}`);
  saving.harness.client.takeReplies();
  // Every look at this clock takes long, so that each slice ends at once.
  let monotonicMs = 0;
  saving.harness.clock.monotonicMs = () => monotonicMs += 5;
  return saving;
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

/** Waits until the snapshot is taken. */
async function begun({ saver }: Saving): Promise<void> {
  while (saver.background !== undefined && saver.background.keysWritten === 0) await turn();
}

Deno.test("BGSAVE writes the state at its start while clients change it", async () => {
  using saving = filled();
  const { harness, saver } = saving;
  const expected = saving.digest();
  assertEquals(harness.run("BGSAVE"), "Background saving started");
  await begun(saving);
  assert(saver.background !== undefined, "it takes more than one slice");
  for (let i = 0; i < 2000; i++) harness.client.send(`HSET hash:${i} field changed more x`);
  harness.client.takeReplies();
  harness.run("DEL hash:7");
  assertEquals(harness.client.refusal("BGSAVE"), "ERR Background save already in progress");
  assertEquals(harness.client.refusal("SAVE"), "ERR Background save already in progress");
  await saver.finished;
  assertEquals(saver.background, undefined);
  assertEquals(saver.failed, false);
  assertEquals(saving.names(), ["dump.rdb"]);
  assertEquals(saving.again().digest(), expected);
  assertEquals(harness.keyspace.dirty, 2 * 2000 + 1, "changes since the start are not saved");
  assertEquals(harness.keyspace.barrier, undefined);
  assertEquals(harness.client.refusal("BGSAVE NOW"), "ERR syntax error");
});

Deno.test("a large value may be changed, unlinked and flushed while BGSAVE is in the midst of it", async () => {
  using saving = filled();
  const { harness, saver } = saving;
  const { client, keyspace } = harness;
  for (let i = 0; i < 5000; i++) {
    client.send(`HSET large field:${i} value:${i}`);
    client.send(`ZADD sorted ${i} member:${i}`);
    client.send(`RPUSH list element:${i}`);
    client.send(`XADD stream ${i + 1}-0 field ${i}`);
  }
  client.takeReplies();
  const expected = saving.digest();
  harness.run("BGSAVE");
  await begun(saving);
  for (let i = 0; i < 100; i++) {
    harness.run(`HDEL large field:${i * 7}`);
    harness.run(`ZINCRBY sorted 10000 member:${i * 7}`);
    harness.run(`LPOP list 13`);
    harness.run("XTRIM stream MAXLEN = 4000");
    if (i % 10 === 0) await turn();
  }
  assert(saver.background !== undefined && saver.background.memoryBytes > 0);
  const info = harness.run("INFO persistence") as string;
  assertMatch(info, /current_cow_peak:[1-9]/);
  assertMatch(info, /current_fork_perc:\d+\.\d\d/);
  assertMatch(info, /current_save_keys_total:2004/);
  harness.run("RENAME large renamed");
  harness.run("UNLINK sorted");
  harness.run("DEL list");
  await turn();
  harness.run("FLUSHDB");
  assertEquals(harness.run("DBSIZE"), 0);
  assert(keyspace.arena.usedBytes > 2 * keyspace.startupBytes, "the save still needs what is gone");
  await saver.finished;
  assertEquals(saver.failed, false);
  assertEquals(saving.again().digest(), expected);
  while (keyspace.graveyard.dig(1000)) { /* until nothing is left */ }
  assertEquals(keyspace.arena.usedBytes, keyspace.startupBytes);
  assertMatch(harness.run("INFO persistence") as string, /rdb_last_cow_size:[1-9]/);
});

for (const points of ["", "3600 1"]) {
  Deno.test(`FLUSHALL ends BGSAVE; with save points '${points}' the dump ${points === "" ? "stays" : "is emptied"}`, async () => {
    using saving = filled({ config: { save: points } });
    const { harness, saver } = saving;
    assertEquals(harness.run("SAVE"), "OK");
    harness.run("BGSAVE");
    await begun(saving);
    assertEquals(harness.run("FLUSHALL"), "OK");
    assertEquals(saver.background, undefined);
    await saver.finished;
    assertEquals(saver.failed, false);
    assertEquals(saving.names(), ["dump.rdb"]);
    assertEquals(saving.again().harness.run("DBSIZE"), points === "" ? 2000 : 0);
    assertEquals(harness.keyspace.dirty > 0, true, "it is propagated");
  });
}

Deno.test("a save in the background that is cancelled gives back what it kept", async () => {
  using saving = filled();
  const { harness, saver } = saving;
  for (let i = 0; i < 3000; i++) harness.client.send(`SADD large member:${i}`);
  harness.client.takeReplies();
  harness.run("BGSAVE");
  await begun(saving);
  harness.run("SPOP large 2");
  harness.run("UNLINK large");
  harness.run("FLUSHALL ASYNC");
  saver.cancel();
  await saver.finished;
  const { keyspace } = harness;
  while (keyspace.graveyard.dig(1000)) { /* until nothing is left */ }
  assertEquals(keyspace.arena.usedBytes, keyspace.startupBytes);
});

for (const step of ["create", "sync", "rename"] as const) {
  Deno.test(`when the ${step} of a background save fails writes stop until one succeeds`, async () => {
    let broken = true;
    const fail = (): never => {
      throw new Error(`the ${step} failed`);
    };
    const files: DumpFiles = {
      ...DUMP_FILES,
      create(path) {
        if (broken && step === "create") fail();
        const file = DUMP_FILES.create(path);
        return {
          writeSync: (bytes) => file.writeSync(bytes),
          syncSync: () => file.syncSync(),
          sync: () => broken && step === "sync" ? Promise.reject(fail) : file.sync(),
          close: () => file.close(),
        };
      },
      rename: (from, to) => broken && step === "rename" ? fail() : DUMP_FILES.rename(from, to),
    };
    using saving = filled({ files });
    const { harness, saver } = saving;
    harness.run("BGSAVE");
    await saver.finished;
    assertEquals(saver.failed, true);
    assertEquals(saving.names(), []);
    assertStringIncludes(saving.log.join("\n"), "was not saved");
    assert(harness.client.refusal("SET k v").startsWith("MISCONF "));
    assertEquals(harness.run("GET k"), null);
    assertEquals(harness.run("CONFIG SET stop-writes-on-bgsave-error no"), "OK");
    assertEquals(harness.run("SET k v"), "OK");
    assertEquals(harness.run("CONFIG SET stop-writes-on-bgsave-error yes"), "OK");
    assert(harness.client.refusal("SET k v").startsWith("MISCONF "));
    broken = false;
    harness.run("BGSAVE");
    await saver.finished;
    assertEquals(saver.failed, false);
    assertEquals(harness.run("SET k w"), "OK");
    assertEquals(saving.names(), ["dump.rdb"]);
  });
}

Deno.test("a save in the background that is cancelled leaves nothing behind", async () => {
  using saving = filled();
  saving.harness.run("BGSAVE");
  await begun(saving);
  saving.saver.cancel();
  assertEquals(saving.harness.keyspace.barrier, undefined);
  await saving.saver.finished;
  assertEquals(saving.names(), []);
  assertEquals(saving.harness.run("SAVE"), "OK");
  assertEquals(saving.again().digest(), saving.digest());
});

Deno.test("a save point that is reached begins a save; one that is not, none", async () => {
  using saving = filled({ config: { save: "60 2100" } });
  const { harness, saver } = saving;
  const logger = new Logger({ clock: harness.clock, sink: { write: () => {} }, pid: 1 });
  const look = () => harness.later(0, () => obeySavePoints(harness.engine, saver, logger));
  harness.clock.advanceMs(61_000);
  look();
  assertEquals(saver.background, undefined, "too few changes");
  harness.run("SAVE");
  for (let i = 0; i < 2100; i++) harness.client.send(`SET k ${i}`);
  harness.client.takeReplies();
  look();
  assertEquals(saver.background, undefined, "too early");
  harness.clock.advanceMs(61_000);
  look();
  assert(saver.background !== undefined);
  await saver.finished;
  assertEquals(saver.lastSavedAtMs, harness.clock.nowMs());
  assertEquals(harness.keyspace.dirty, 0);
  assertEquals(saving.again().harness.run("GET k"), "2099");
});

/** The real files, one of which is let go of in the background while others have their turn. */
function whileLettingGo(others: () => void): DumpFiles["create"] {
  return (path) => {
    const file = DUMP_FILES.create(path);
    return {
      writeSync: (bytes) => file.writeSync(bytes),
      syncSync: () => file.syncSync(),
      sync: () => file.sync(),
      close: () => file.close(),
      settle: () => Promise.resolve(others()),
    };
  };
}

Deno.test("a dump that is complete takes no place from a newer one that came at the last moment", async () => {
  for (const command of ["FLUSHALL", "SAVE"]) {
    let others = () => {};
    const files = { ...DUMP_FILES, create: whileLettingGo(() => others()) };
    using saving = new Saving({ files, config: { save: "3600 1" } });
    const { harness, saver } = saving;
    harness.run("SET old value");
    let asked = 0;
    others = () => {
      if (asked++ > 0) return;
      harness.run("DEL old");
      if (command === "FLUSHALL") harness.run(command);
      else assertEquals(saver.save(), true); // as SHUTDOWN does
    };
    harness.run("BGSAVE");
    await saver.finished;
    assert(asked > 0);
    assertEquals(saving.again().harness.run("EXISTS old"), 0, command);
    assertEquals(saving.names(), ["dump.rdb"]);
    assertEquals(harness.keyspace.barrier, undefined);
  }
});

Deno.test("a rewrite that is given up at the last moment gives no file its place", async () => {
  let others = () => {};
  const aofFiles = { ...AOF_FILES, create: whileLettingGo(() => others()) };
  using saving = new Saving({ aofFiles });
  const { harness, appendOnly } = saving;
  harness.run("SET key value");
  let asked = 0;
  others = () => {
    if (asked++ === 0) appendOnly.cancelRewrite();
  };
  harness.run("BGREWRITEAOF");
  // An older Deno tells later who owns the files.
  for (let tries = 0; tries < 1000 && appendOnly.rewriting === undefined; tries++) {
    await turn();
    appendOnly.tick();
  }
  await appendOnly.finished;
  assert(asked > 0);
  const left = [...Deno.readDirSync(`${saving.folder}/appendonlydir`)].map(({ name }) => name);
  assertEquals(left.filter((name) => !name.endsWith(".lock")), []);
  await appendOnly.close();
});
