// SAVE writes a file that is complete or not there at all, and that brings everything back.
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { latin1 } from "../../src/base/bytes.ts";
import {
  DUMP_FILES,
  type DumpFile,
  type DumpFiles,
  syncFolder,
} from "../../src/persistence/dump_files.ts";
import { bytesOf, dump, plain } from "../rdb/dump_builder.ts";
import { Saving } from "./saving.ts";

/** A value of every type and encoding, with expiries. */
const EVERYTHING = [
  "SET text hello",
  "SET integer 12345",
  "SET long 99999999999999",
  "SET soon x PX 5000",
  "SETRANGE block 5000 end",
  "RPUSH small-list a 1 -70000 ''",
  "SADD integers 1 2 300000 -9999999999",
  "SADD small-set a b 3",
  "ZADD small-zset 1 a 2.5 b -inf c +inf d 1e300 e",
  "HSET small-hash a 1 b '' c text",
  "XADD stream 5-1 a 1 b 2",
  "XADD stream 5-2 a 1 b 3",
  "XADD stream 6-0 other x",
  "XDEL stream 5-2",
  "XGROUP CREATE stream first 0",
  "XGROUP CREATE stream second $ ENTRIESREAD 2",
  "XREADGROUP GROUP first alice COUNT 1 STREAMS stream >",
  "XREADGROUP GROUP first bob COUNT 1 STREAMS stream >",
  "XGROUP CREATECONSUMER stream second carol",
  "XADD empty 1-1 a b",
  "XDEL empty 1-1",
  "SELECT 5",
  "SET text 'in another database'",
  "SELECT 0",
];

function fill({ harness }: Saving): void {
  for (const line of EVERYTHING) harness.run(line);
  for (let i = 0; i < 600; i++) {
    harness.run(`RPUSH large-list element:${i} ${"x".repeat(i % 50)}`);
    harness.run(`SADD large-set member:${i}`);
    harness.run(`ZADD large-zset ${i / 3} member:${i}`);
    harness.run(`HSET large-hash field:${i} ${i * 7}`);
    harness.run(`XADD large-stream ${i + 1}-1 a ${i} b text`);
  }
  harness.run(["RPUSH", "plain-list", "y".repeat(10_000), "z"]);
}

/** Doors of which one step fails. */
function failing(step: keyof DumpFiles | "write" | "sync", afterBytes = 0): DumpFiles {
  const fail = (): never => {
    throw new Error(`the ${step} failed`);
  };
  let left = afterBytes;
  const create = (path: string): DumpFile => {
    const file = DUMP_FILES.create(path);
    return {
      writeSync(bytes) {
        if (step !== "write") return file.writeSync(bytes);
        if (left === 0) fail();
        const part = Math.min(left, bytes.length);
        left -= part;
        return file.writeSync(bytes.subarray(0, part));
      },
      syncSync: () => step === "sync" ? fail() : file.syncSync(),
      sync: () => step === "sync" ? Promise.reject(new Error("the sync failed")) : file.sync(),
      close: () => file.close(),
    };
  };
  return { ...DUMP_FILES, create, ...(step in DUMP_FILES ? { [step]: fail } : {}) };
}

Deno.test("everything is there again: values, expiries, databases, streams with their groups", () => {
  using saving = new Saving();
  fill(saving);
  assertEquals(saving.harness.run("SAVE"), "OK");
  const other = saving.again();
  assertEquals(other.digest(), saving.digest());
  assertEquals(other.expiries(), saving.expiries());
  const full = (of: Saving) => of.harness.run("XINFO STREAM stream FULL");
  // Version 10 knows only when a consumer was seen.
  const activeGone = (reply: unknown) =>
    JSON.stringify(reply).replace(/"active-time",-?\d+/g, "").replace(/"seen-time",\d+/g, "");
  assertEquals(activeGone(full(other)), activeGone(full(saving)));
  for (const key of saving.harness.keys()) {
    const ask = ["OBJECT", "ENCODING", key];
    assertEquals(other.harness.run(ask), saving.harness.run(ask), key);
  }
});

for (const version of [9, 10, 11, 12]) {
  Deno.test(`a dump of version ${version} has that version and brings everything back`, () => {
    using saving = new Saving({ config: { "rdb-version": String(version) } });
    fill(saving);
    assertEquals(saving.harness.run("SAVE"), "OK");
    const magic = latin1(saving.file()!, 0, 9);
    assertEquals(magic, `REDIS${String(version).padStart(4, "0")}`);
    assertEquals(saving.again().digest(), saving.digest());
  });
}

Deno.test("version 10 is written unless a field of a hash expires, then 12 is", () => {
  using saving = new Saving();
  fill(saving);
  const version = () => {
    assertEquals(saving.harness.run("SAVE"), "OK");
    return latin1(saving.file()!, 5, 9);
  };
  assertEquals(version(), "0010");
  for (const key of ["small-hash", "large-hash"]) {
    const field = key === "small-hash" ? "a" : "field:7";
    assertEquals(saving.harness.run(`HPEXPIRE ${key} 7000 FIELDS 1 ${field}`), [1]);
    assertEquals(version(), "0012");
    const other = saving.again();
    assertEquals(other.digest(), saving.digest());
    assertEquals(other.harness.run(`HPTTL ${key} FIELDS 1 ${field}`), [7000]);
    assertEquals(saving.harness.run(`HPERSIST ${key} FIELDS 1 ${field}`), [1]);
    assertEquals(version(), "0010");
    assertEquals(saving.again().digest(), saving.digest());
  }
});

Deno.test("what the version asked for cannot hold is refused by name, and the old file stays", () => {
  using saving = new Saving();
  saving.harness.run("SET k v");
  saving.harness.run("SAVE");
  const before = saving.file();
  saving.harness.run("HSET hash f v");
  saving.harness.run("HPEXPIRE hash 7000 FIELDS 1 f");
  saving.harness.run("CONFIG SET rdb-version 11");
  assertEquals(saving.harness.client.refusal("SAVE"), "ERR");
  assertStringIncludes(saving.log.at(-1)!, '"hash"');
  assertStringIncludes(saving.log.at(-1)!, "needs RDB version 12");
  assertEquals(saving.file(), before);
  assertEquals(saving.names(), ["dump.rdb"]);
});

for (const step of ["create", "write", "sync", "rename"] as const) {
  Deno.test(`when the ${step} fails the old file stays, nothing is left beside it, SAVE says so`, () => {
    using good = new Saving();
    fill(good);
    assertEquals(good.harness.run("SAVE"), "OK");
    const before = good.file();
    const { dirty } = good.harness.keyspace;
    assertEquals(dirty, 0);
    const bad = new Saving({ folder: good.folder, files: failing(step, 100) });
    fill(bad);
    const changes = bad.harness.keyspace.dirty;
    assertEquals(bad.harness.client.refusal("SAVE"), "ERR");
    assertStringIncludes(bad.log.at(-1)!, `the ${step} failed`);
    assertEquals(good.file(), before);
    assertEquals(good.names(), ["dump.rdb"]);
    assertEquals(bad.harness.keyspace.dirty, changes, "the changes are not saved");
    assertEquals(bad.harness.run("GET text"), "hello", "the server goes on");
  });
}

Deno.test("a folder that cannot be synced is a failure, though the new file is in place", () => {
  using saving = new Saving({ files: failing("syncFolder") });
  saving.harness.run("SET k v");
  assertEquals(saving.harness.client.refusal("SAVE"), "ERR");
  assertStringIncludes(saving.log.at(-1)!, "cannot sync the folder");
  assertEquals(saving.names(), ["dump.rdb"]);
});

Deno.test("a write that takes only some of the bytes is gone on with", () => {
  const create = (path: string): DumpFile => {
    const file = DUMP_FILES.create(path);
    return {
      writeSync: (bytes) => file.writeSync(bytes.subarray(0, 37)),
      syncSync: () => file.syncSync(),
      sync: () => file.sync(),
      close: () => file.close(),
    };
  };
  using saving = new Saving({ files: { ...DUMP_FILES, create } });
  fill(saving);
  assertEquals(saving.harness.run("SAVE"), "OK");
  assertEquals(saving.again().digest(), saving.digest());
});

Deno.test("a dump in the way that is a folder cannot be replaced, and the copy is removed", () => {
  using saving = new Saving();
  Deno.mkdirSync(saving.path);
  assertEquals(saving.harness.client.refusal("SAVE"), "ERR");
  assertEquals(saving.names(), ["dump.rdb"]);
});

Deno.test("function libraries of the dump are in the next one too", () => {
  const code = "#!lua name=mylib\nredis.register_function('f', function() return 1 end)";
  using saving = new Saving();
  Deno.writeFileSync(
    saving.path,
    dump("REDIS0010", bytesOf(0xf5, plain(code)), 0xfe, 0, 0, plain("k"), plain("v")),
  );
  saving.loader.loadNow(saving.path);
  assertEquals(saving.harness.run("SAVE"), "OK");
  const other = saving.again();
  assertEquals(other.loader.functionLibraries.map((library) => latin1(library)), [code]);
  assertEquals(other.harness.run("GET k"), "v");
  saving.harness.run("CONFIG SET rdb-version 9");
  assertEquals(saving.harness.client.refusal("SAVE"), "ERR");
  assertStringIncludes(saving.log.at(-1)!, "function libraries need RDB version 10");
});

Deno.test("how keys were used is written as the eviction policy looks at it", () => {
  for (const policy of ["allkeys-lru", "volatile-lru"]) {
    using saving = new Saving({ config: { "maxmemory-policy": policy } });
    saving.harness.run("SET k v");
    saving.harness.clock.advanceMs(100_000);
    saving.harness.run("SAVE");
    const other = saving.again({ config: { "maxmemory-policy": policy } });
    assertEquals(other.harness.run("OBJECT IDLETIME k"), 100);
  }
  using saving = new Saving({ config: { "maxmemory-policy": "allkeys-lfu" } });
  saving.harness.run("SET k v");
  for (let i = 0; i < 100; i++) saving.harness.run("GET k");
  saving.harness.run("SAVE");
  const other = saving.again({ config: { "maxmemory-policy": "allkeys-lfu" } });
  const frequency = saving.harness.run("OBJECT FREQ k") as number;
  assert(frequency > 5);
  assertEquals(other.harness.run("OBJECT FREQ k"), frequency);
  assertEquals(other.harness.run("OBJECT FREQ k"), frequency);
});

Deno.test("without rdbchecksum and rdbcompression a dump has neither and loads", () => {
  using saving = new Saving({ config: { rdbchecksum: "no", rdbcompression: "no" } });
  const value = "a".repeat(1000);
  saving.harness.run(["SET", "k", value]);
  saving.harness.run("SAVE");
  const file = saving.file()!;
  assertEquals(file.subarray(-8), new Uint8Array(8));
  assertStringIncludes(latin1(file), value);
  assertEquals(saving.again().digest(), saving.digest());
});

Deno.test("SAVE starts the count of changes anew, LASTSAVE tells when, INFO counts saves", () => {
  using saving = new Saving({ startMs: 1_700_000_000_000 });
  const { harness } = saving;
  harness.run("SET k v");
  assertEquals(harness.run("LASTSAVE"), 1_700_000_000);
  harness.clock.advanceMs(5000);
  const { reply, effects, events } = harness.trace("SAVE");
  assertEquals([reply, effects, events], ["OK", [], []], "no replica hears of it");
  assertEquals(harness.keyspace.dirty, 0);
  assertEquals(harness.run("LASTSAVE"), 1_700_000_005);
  assertEquals(saving.saver.saves, 1);
  harness.run("MULTI");
  assert(harness.client.refusal("SAVE").startsWith("ERR Command not allowed inside"));
});

Deno.test("DEBUG RELOAD saves and loads; with NOSAVE it goes back to what was saved", () => {
  using saving = new Saving();
  const { harness } = saving;
  fill(saving);
  const before = saving.digest();
  assertEquals(harness.run("DEBUG RELOAD"), "OK");
  assertEquals(saving.digest(), before);
  harness.run("SET more x");
  assertEquals(harness.run("DEBUG RELOAD NOSAVE"), "OK");
  assertEquals(saving.digest(), before);
  assertEquals(
    harness.client.refusal("DEBUG RELOAD BOGUS"),
    "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.",
  );
});

Deno.test("DEBUG RELOAD with NOFLUSH adds the dump to the data, with MERGE in the place of its keys", () => {
  using saving = new Saving();
  const { harness } = saving;
  harness.run("SET saved old PX 5000");
  harness.run("HSET hash saved 1");
  harness.run("SAVE");
  harness.run("SET saved new");
  harness.run("SET hash text");
  harness.run("SET more x");
  assert(
    harness.client.refusal("DEBUG RELOAD NOSAVE NOFLUSH").startsWith("ERR Error trying to load"),
  );
  assertEquals(harness.run("GET saved"), "new");
  assertEquals(harness.run("DEBUG RELOAD MERGE NOSAVE NOFLUSH"), "OK");
  assertEquals(harness.run("GET saved"), "old");
  assertEquals(harness.run("PTTL saved"), 5000);
  assertEquals(harness.run("HGETALL hash"), ["saved", "1"]);
  assertEquals(harness.run("GET more"), "x");
  assertEquals(harness.run("DEBUG RELOAD MERGE NOSAVE"), "OK");
  assertEquals(harness.run("DBSIZE"), 2);
});

Deno.test("DEBUG RELOAD of a file with a fault says so and the server goes on", () => {
  using saving = new Saving();
  saving.harness.run("SET k v");
  Deno.writeFileSync(saving.path, dump("REDIS0010", 0xfe, 0, 0, plain("k")));
  assertEquals(
    saving.harness.client.refusal("DEBUG RELOAD NOSAVE"),
    "ERR Error trying to load the RDB dump, check server logs.",
  );
  assertEquals(saving.harness.run("DBSIZE"), 0);
  assertEquals(saving.harness.run("SET k v"), "OK");
});

Deno.test("an empty server saves a dump without keys", () => {
  using saving = new Saving();
  assertEquals(saving.harness.run("SAVE"), "OK");
  assertEquals(saving.again().harness.run("DBSIZE"), 0);
});

Deno.test("a file system that knows no syncing of folders, as some shared ones, is no reason to fail", () => {
  for (
    const [failure, isOne] of [
      ["Bad file descriptor (os error 9)", false],
      ["Invalid argument (os error 22)", false],
      ["Input/output error (os error 5)", true],
      ["No space left on device (os error 28)", true],
      ["Too many levels (os error 229)", true],
    ] as const
  ) {
    let closed = 0;
    const folder = {
      syncSync(): void {
        throw new Error(failure);
      },
      close: () => void closed++,
    };
    if (isOne) assertThrows(() => syncFolder(folder), Error, failure);
    else syncFolder(folder);
    assertEquals(closed, 1);
  }
});

Deno.test({
  name: "a folder that is not there cannot be synced",
  ignore: Deno.build.os === "windows",
  fn: () => {
    using saving = new Saving();
    DUMP_FILES.syncFolder(saving.folder);
    assertThrows(() => DUMP_FILES.syncFolder(`${saving.folder}/none`), Deno.errors.NotFound);
  },
});
