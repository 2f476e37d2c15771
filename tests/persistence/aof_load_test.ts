import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { dump, plain } from "../rdb/dump_builder.ts";
import { forEachSeed } from "../support/seeded.ts";
import { commands, NOTHING, Replaying } from "./replaying.ts";

const INCR = "appendonly.aof.1.incr.aof";
const RDB = dump("REDIS0010", 0xfe, 0, 0, plain("from"), plain("dump"));

Deno.test("base and incremental files are run one after the other, each from database 0 on", () => {
  using replaying = new Replaying();
  const { harness } = replaying;
  replaying.write({
    "appendonly.aof.1.base.aof": commands("SELECT 3", "SET a base"),
    "appendonly.aof.1.incr.aof": commands("SET a zero", "SELECT 1", "SET a one"),
    "appendonly.aof.2.incr.aof": commands("APPEND a +", "SELECT 3", "APPEND a +"),
  });
  const { totalBytes, baseBytes, found } = replaying.load();
  const values = [0, 1, 3].map((database) => {
    harness.run(`SELECT ${database}`);
    return harness.run("GET a");
  });
  assertEquals(values, ["zero+", "one", "base+"]);
  assertEquals([totalBytes, baseBytes, found], [218, 53, true]);
  assertStringIncludes(replaying.log.join(), "DB loaded from base file appendonly.aof.1.base.aof");
  assertStringIncludes(replaying.log.join(), "DB loaded from append only file");
});

Deno.test("a base that is a dump is loaded as one, and a dump at the start of an old file too", () => {
  using replaying = new Replaying();
  const { harness } = replaying;
  replaying.write({ "appendonly.aof.1.base.rdb": RDB, [INCR]: commands("APPEND from +incr") });
  replaying.load();
  assertEquals(harness.run("GET from"), "dump+incr");
  assertEquals(replaying.dumps.lastKeysLoaded, 1);
  harness.run("FLUSHALL");
  const path = join(replaying.folder, "appendonly.aof");
  Deno.removeSync(replaying.loader.folder, { recursive: true });
  Deno.writeFileSync(path, latin1Bytes(latin1(RDB) + commands("APPEND from +tail")));
  replaying.load();
  assertEquals(harness.run("GET from"), "dump+tail");
  assertStringIncludes(replaying.log.join(), "Reading RDB preamble from AOF file...");
});

Deno.test("keys that are over stay until the file removes them, and go when it has been loaded", () => {
  using replaying = new Replaying();
  const { harness } = replaying;
  const past = harness.clock.nowMs() - 1;
  assertEquals(
    replaying.loadText(commands(
      `SET over 5 PXAT ${past}`,
      "INCR over",
      "SET later 1",
      `PEXPIREAT later ${past}`,
      "INCR later",
      "HSET hash f 5 g 1",
      `HPEXPIREAT hash ${past} FIELDS 1 f`,
      "HINCRBY hash f 1",
      `SET copied x PXAT ${past}`,
      "RENAME copied kept",
      "PERSIST kept",
    )),
    undefined,
  );
  assertEquals(harness.keys().sort(), ["hash", "kept", "later", "over"]);
  assertEquals(harness.run("GET kept"), "x");
  assertEquals([harness.run("GET over"), harness.run("GET later")], [null, null]);
  assertEquals(harness.run("HGETALL hash"), ["g", "1"]);
});

Deno.test("an expired key of a dump is loaded when commands follow it", () => {
  using replaying = new Replaying();
  const record = [0xfc, 1, 0, 0, 0, 0, 0, 0, 0, 0, plain("k"), plain("1")];
  replaying.write({
    "appendonly.aof.1.base.rdb": dump("REDIS0010", 0xfe, 0, ...record),
    [INCR]: commands("PERSIST k", "INCR k"),
  });
  replaying.load();
  assertEquals(replaying.harness.run("GET k"), "2");
});

Deno.test("a file cut anywhere opens: what is whole takes effect, the rest is kept beside it", () => {
  using replaying = new Replaying();
  const { harness } = replaying;
  const parts = [
    commands("SET a 1"),
    "#TS:1700000000\r\n",
    commands("MULTI", "INCR a", "RPUSH l x y", "EXEC"),
    commands(["SET", "b", "v".repeat(40)]),
    "# a comment\n",
    commands("INCRBY a 10"),
  ];
  // How much has taken effect where a part ends, as the value of `a` and the number of keys.
  const ends = [[1, 1], [1, 1], [2, 2], [2, 3], [2, 3], [12, 3]];
  const whole = parts.join("");
  for (let length = 0; length <= whole.length; length++) {
    let complete = 0, bytes = 0;
    while (complete < parts.length && bytes + parts[complete].length <= length) {
      bytes += parts[complete++].length;
    }
    assertEquals(replaying.loadText(whole.slice(0, length)), undefined, `cut at ${length}`);
    const expected = complete === 0 ? [0, 0] : ends[complete - 1];
    const value = Number(harness.run("GET a"));
    assertEquals([value, harness.run("DBSIZE")], expected, `cut at ${length}`);
    assertEquals(replaying.file(INCR), whole.slice(0, bytes), `cut at ${length}`);
    const removed = replaying.names().find((name) => name.includes(".removed-"));
    assertEquals(removed === undefined, bytes === length, `cut at ${length}`);
    if (removed === undefined) continue;
    assertEquals(removed, `${INCR}.removed-${bytes}`);
    assertEquals(replaying.file(removed), whole.slice(bytes, length));
    Deno.removeSync(replaying.path(removed));
  }
});

Deno.test("the log says how many bytes were cut off, where, and of which command", () => {
  using replaying = new Replaying();
  const first = commands("SET a 1"), torn = commands("HSET hash field value").slice(0, -1);
  replaying.loadText(first + torn);
  const place = `${INCR} ends within "HSET" at byte offset ${first.length}`;
  const removed = `${torn.length} bytes were removed`;
  assertStringIncludes(replaying.log.join("\n"), `${place}: ${removed}`);
  replaying.loadText(first + commands("MULTI", "SET b 1", "SET c 1") + torn);
  assertStringIncludes(
    replaying.log.join("\n"),
    `ends within "HSET" in a transaction of 2 commands without EXEC at byte offset ${first.length}`,
  );
});

Deno.test("bytes kept from an earlier time are never overwritten", () => {
  using replaying = new Replaying();
  const torn = commands("SET a 1").slice(0, -1);
  for (let i = 0; i < 3; i++) replaying.loadText(torn);
  assertEquals(replaying.names().filter((name) => name.includes("removed")), [
    `${INCR}.removed-0`,
    `${INCR}.removed-0-2`,
    `${INCR}.removed-0-3`,
  ]);
});

Deno.test("with aof-load-truncated no a torn end stops the start, with advice; the file stays", () => {
  using replaying = new Replaying({ config: { "aof-load-truncated": "no" } });
  const torn = commands("SET a 1", "SET b 2").slice(0, -1);
  const message = replaying.loadText(torn)!;
  assertMatch(message, /^Unexpected end of file .* ends within "SET" at byte offset 27\. You can/);
  assertStringIncludes(message, "miniredis check-aof --fix");
  assertEquals(replaying.file(INCR), torn);
  assertEquals(replaying.names(), [INCR, "appendonly.aof.manifest"]);
});

Deno.test("only the last file may have a torn end; another one is not touched", () => {
  using replaying = new Replaying();
  const torn = commands("SET a 1").slice(0, -1);
  const files = { "appendonly.aof.1.base.aof": torn, [INCR]: commands("SET b 1") };
  replaying.write(files);
  assertStringIncludes(replaying.refusal(), "the truncated file is not the last file");
  assertEquals(replaying.file("appendonly.aof.1.base.aof"), torn);
});

Deno.test("damage in the middle stops the start with offset and reason; the file stays", () => {
  using replaying = new Replaying();
  const first = commands("SET a 1"), second = commands("SET b 2"), third = commands("SET c 3");
  const at = first.length;
  const cases: [damaged: string, reason: string, offset: number][] = [
    [second.replace("*", "+"), "no command begins here", at],
    [second.replace("*3", "*0"), "a command without arguments", at],
    [second.replace("*3", "*x"), "a number is due", at + 1],
    [second.replace("*3\r\n", "*3\rx"), "a line end is due", at + 3],
    [second.replace("*3", "*2"), '"SET": ERR wrong number of arguments', at],
    [commands("MSET b 2 c").replace("*4", "*3"), "no command begins here", at + 28],
    [second.replace("*3", "*4"), "the length of an argument is due", at + 27],
    [second.replace("$3", "$2"), "an argument is not as long as its length says", at + 10],
    [second.replace("$3", "$-3"), "a number is due", at + 5],
    [second.replace("$3", "$1234567890123456"), "a number has too many digits", at + 5],
    [second.replace("$1", "$100"), "it ends beyond the file, but a command follows", at],
    [second.replace("*3", "*900"), "it ends beyond the file, but a command follows", at],
    [commands("SET b"), '"SET": ERR wrong number of arguments', at],
    [commands("CONFIG NOTHING x"), '"CONFIG": ERR unknown subcommand', at],
    ["\0\0\0\0", "no command begins here", at],
  ];
  for (const [damaged, reason, offset] of cases) {
    // What tells a wrong length from a torn end is a whole command behind it.
    const text = first + damaged + third + third;
    const message = replaying.loadText(text) ?? "";
    assertStringIncludes(
      message,
      `Bad file format reading the append only file ${INCR}: ${reason}`,
    );
    assertStringIncludes(message, `at byte offset ${offset}`, damaged);
    assertEquals(replaying.file(INCR), text);
  }
  assertEquals(replaying.names(), [INCR, "appendonly.aof.manifest"]);
  assertMatch(
    replaying.loadText(first + second.replace("SET", "SIT") + third) ?? "",
    /^Unknown command 'SIT' reading the append only file \S+, at byte offset 27: this version/,
  );
});

Deno.test("a value that looks like commands is no damage, and zeros at the end are a torn end", () => {
  using replaying = new Replaying();
  const lookalike = `\r\n*9\r\n$3\r\nSIT\r\n\r\n*1\r\n$4\r\nPING`;
  const text = commands("SET a 1") + commands(["SET", "b", lookalike]).slice(0, -1);
  assertEquals(replaying.loadText(text), undefined);
  assertEquals(replaying.file(INCR), commands("SET a 1"));
  for (const zeros of ["\0", "\0".repeat(100_000)]) {
    for (const torn of ["", "*3\r\n", "*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$1\r\n"]) {
      assertEquals(replaying.loadText(commands("SET a 1") + torn + zeros), undefined);
      assertEquals(replaying.file(INCR), commands("SET a 1"));
    }
  }
});

Deno.test("a command that is refused is told and passed over, as Redis does", () => {
  using replaying = new Replaying();
  const { engine } = replaying.harness;
  const text = commands("SET a x", ...new Array(30).fill("INCR a"), "SET b 1");
  assertEquals(replaying.loadText(text), undefined);
  assertEquals(replaying.harness.run("GET b"), "1");
  assertEquals(engine.stats.unexpectedErrors, 30);
  const told = replaying.log.filter((line) => line.includes("== CRITICAL =="));
  assertEquals(told.length, 20);
  assertStringIncludes(told[0], "'ERR value is not an integer or out of range'");
  assertStringIncludes(replaying.log.join(), `30 commands of ${INCR} were refused`);
});

Deno.test("commands for a database that the server does not have are not run in another one", () => {
  using replaying = new Replaying();
  const text = commands("SET a 1", "SELECT 16", "SET a other");
  assertStringIncludes(replaying.loadText(text) ?? "", "DB index is out of range");
});

Deno.test("a single file of old is taken over: when there is no folder, no manifest, or half of it", () => {
  const upgraded = "file appendonly.aof seq 1 type b\n";
  const prepare: ((replaying: Replaying) => void)[] = [
    () => {},
    ({ loader }) => Deno.mkdirSync(loader.folder),
    (replaying) => replaying.writeManifest(upgraded),
  ];
  for (const before of prepare) {
    using replaying = new Replaying();
    Deno.writeTextFileSync(join(replaying.folder, "appendonly.aof"), commands("SET old 1"));
    before(replaying);
    const { manifest, baseBytes } = replaying.load();
    assertEquals(replaying.harness.run("GET old"), "1");
    assertEquals(manifest.base, { name: "appendonly.aof", sequence: 1, type: "b" });
    assertEquals(baseBytes, commands("SET old 1").length);
    assertEquals([...Deno.readDirSync(replaying.folder)].map(({ name }) => name), [
      "appendonlydir",
    ]);
    assertEquals(replaying.names(), ["appendonly.aof", "appendonly.aof.manifest"]);
    assertEquals(replaying.file("appendonly.aof.manifest"), upgraded);
    assertStringIncludes(replaying.log.join(), "Successfully migrated an old-style AOF file");
  }
});

Deno.test("a file of that name stays where it is when the manifest names others", () => {
  using replaying = new Replaying();
  const old = join(replaying.folder, "appendonly.aof");
  Deno.writeTextFileSync(old, commands("SET old 1"));
  replaying.write({ [INCR]: commands("SET new 1") });
  replaying.load();
  assertEquals(replaying.harness.keys(), ["new"]);
  assert(Deno.statSync(old).isFile);
});

Deno.test("without files there is nothing to load; what the manifest names must be there", () => {
  using replaying = new Replaying();
  assertEquals(replaying.load(), NOTHING);
  replaying.writeManifest(`file ${INCR} seq 1 type i\n`);
  assertMatch(replaying.refusal(), /^Unable to obtain the AOF file \S+ length.*No such file/);
  Deno.mkdirSync(replaying.path(INCR));
  assertStringIncludes(replaying.refusal(), "it is no regular file");
  replaying.writeManifest("nonsense\n");
  assertEquals(
    replaying.refusal(),
    "FATAL AOF MANIFEST FILE ERROR in appendonly.aof.manifest at line 1 >>> 'nonsense': " +
      "Invalid AOF manifest file format",
  );
});

Deno.test("empty files are passed over", () => {
  using replaying = new Replaying();
  replaying.write({ "appendonly.aof.1.base.aof": "", [INCR]: "" });
  assertEquals(replaying.load().totalBytes, 0);
  replaying.write({
    "appendonly.aof.1.base.aof": "",
    [INCR]: commands("SET a 1"),
    "appendonly.aof.2.incr.aof": "",
  });
  replaying.load();
  assertEquals(replaying.harness.run("GET a"), "1");
});

Deno.test("a damaged dump at the start is refused with file, offset and reason", () => {
  using replaying = new Replaying();
  replaying.write({ "appendonly.aof.1.base.rdb": RDB.slice(0, -3), [INCR]: commands("SET a 1") });
  assertMatch(
    replaying.refusal(),
    /^Can't load the RDB base file appendonly.aof.1.base.rdb: .* \(at byte offset \d+\)$/,
  );
});

Deno.test("function libraries are kept as the file leaves them", () => {
  using replaying = new Replaying();
  const source = (name: string, more = "") =>
    `#!lua name=${name}\nredis.register_function(${more})`;
  const text = commands(
    ["FUNCTION", "LOAD", source("one")],
    ["FUNCTION", "LOAD", source("two")],
    ["function", "load", "REPLACE", source("one", "new")],
    ["FUNCTION", "DELETE", "two"],
    ["FUNCTION", "LOAD", source("three")],
  );
  assertEquals(replaying.loadText(text), undefined);
  const sources = replaying.dumps.functionLibraries.map((bytes) => latin1(bytes));
  assertEquals(sources, [source("one", "new"), source("three")]);
  assertEquals(replaying.loadText(text + commands("FUNCTION FLUSH")), undefined);
  assertEquals(replaying.dumps.functionLibraries, []);
  assertStringIncludes(
    replaying.loadText(commands("FUNCTION RESTORE x")) ?? "",
    "Unknown command 'FUNCTION'",
  );
});

Deno.test("values larger than the window and commands of many arguments are read whole", () => {
  using replaying = new Replaying();
  const { harness } = replaying;
  const large = "x".repeat(3_000_000), members = Array.from({ length: 60_000 }, (_, i) => `m${i}`);
  const text = commands(["SET", "big", large], ["SADD", "set", ...members], "SET small 1");
  assertEquals(replaying.loadText(text), undefined);
  assertEquals(harness.run("STRLEN big"), large.length);
  assertEquals(harness.run("SCARD set"), members.length);
  assertEquals(harness.run("GET small"), "1");
});

Deno.test("what is replayed is no traffic: not counted, not timed, never evicted, not propagated", () => {
  using replaying = new Replaying({ config: { maxmemory: "1", "slowlog-log-slower-than": "0" } });
  const { harness } = replaying;
  assertEquals(replaying.loadText(commands("SET a 1", "RPUSH l 1 2 3", "SELECT 1")), undefined);
  const { engine } = harness;
  assertEquals(engine.stats.totalCommands, 0);
  assertEquals(engine.slowlog.length, 0);
  assertEquals(harness.keys(), ["a", "l"]);
  assertEquals(harness.takeEffects(), []);
  assertEquals(harness.keyspace.dirty, 4); // as in Redis: a save point counts them
});

Deno.test("clients are told of the load and get their turn; a stop ends it", async () => {
  using replaying = new Replaying({ stretchMs: 0 });
  const { harness, loader, dumps } = replaying;
  replaying.write({ [INCR]: commands(...Array.from({ length: 200 }, (_, i) => `SET k${i} v`)) });
  let turns = 0;
  const served = setInterval(() => {
    turns++;
    assertEquals(harness.client.refusal("GET a"), "LOADING Redis is loading the dataset in memory");
    assert(dumps.progress!.loadedBytes > 0);
    if (turns === 3) dumps.cancel();
  }, 0);
  try {
    assertEquals(await loader.load(loader.readManifest()), undefined);
  } finally {
    clearInterval(served);
  }
  assert(turns >= 3);
  assertEquals(dumps.progress, undefined);
  assertEquals(harness.run("GET a"), null);
});

Deno.test("a file with flipped bytes is loaded or refused, in bounded time", async () => {
  await forEachSeed(1, (random) => {
    using replaying = new Replaying({ seed: random.next32() });
    const lines: string[] = [];
    for (let i = 0; i < 60; i++) {
      lines.push(
        `SET k${i} ${"v".repeat(i)}`,
        `RPUSH l${i % 5} a b ${i}`,
        "MULTI",
        "INCR n",
        "EXEC",
      );
    }
    const whole = commands(...lines);
    let refused = 0;
    for (let i = 0; i < 60; i++) {
      const bytes = Uint8Array.from(whole, (character) => character.charCodeAt(0));
      for (let flips = random.between(1, 3); flips > 0; flips--) {
        bytes[random.below(bytes.length)] = random.below(256);
      }
      const startedMs = performance.now();
      const message = replaying.loadText(bytes);
      assert(performance.now() - startedMs < 5000);
      if (message === undefined) continue;
      refused++;
      assertMatch(message, /at byte offset \d+/);
      assertEquals(Deno.readFileSync(replaying.path(INCR)), bytes);
    }
    assert(refused > 0);
  });
});
