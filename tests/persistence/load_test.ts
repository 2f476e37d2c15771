import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { Logger } from "../../src/base/logger.ts";
import { DumpLoader } from "../../src/persistence/load.ts";
import { LoadError } from "../../src/persistence/load_state.ts";
import { bytesOf, dump, lengthOf, littleEndian, plain } from "../rdb/dump_builder.ts";
import { EngineHarness, type HarnessOptions } from "../support/engine_harness.ts";

const NOW_MS = 1_700_000_000_000;

interface Loading {
  harness: EngineHarness;
  loader: DumpLoader;
  log: string[];
}

function newLoading(options: HarnessOptions = {}): Loading {
  const harness = new EngineHarness({ startMs: NOW_MS, ...options });
  // Every look at this clock takes long, so that each slice of a load is the end of a stretch.
  let monotonicMs = 0;
  harness.clock.monotonicMs = () => monotonicMs += 500;
  const log: string[] = [];
  const sink = { write: (line: string) => void log.push(line.trim()) };
  const logger = new Logger({ clock: harness.clock, sink, pid: 1 });
  return { harness, loader: new DumpLoader(harness.engine, logger, 0), log };
}

/** Runs `check` on a file with these bytes, and makes sure that nobody changed it. */
async function withFile(
  bytes: Uint8Array,
  check: (path: string, dir: string) => Promise<void>,
): Promise<void> {
  const dir = Deno.makeTempDirSync({ prefix: "miniredis_test_" });
  const path = join(dir, "dump.rdb");
  try {
    Deno.writeFileSync(path, bytes);
    await check(path, dir);
    assertEquals(Deno.readFileSync(path), bytes, "the file was not touched");
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

function expireAt(ms: number): Uint8Array {
  return bytesOf(0xfc, littleEndian(BigInt(ms), 8));
}

const SMALL = dump(
  "REDIS0011",
  bytesOf(0xfa, plain("redis-ver"), plain("7.2.4")),
  bytesOf(0xfa, plain("ctime"), plain(String(NOW_MS / 1000 - 90))),
  bytesOf(0xfa, plain("used-mem"), plain("1048576")),
  bytesOf(0xfe, 0, 0xfb, 3, 2),
  bytesOf(0, plain("a"), plain("1")),
  bytesOf(expireAt(NOW_MS + 5000), 0, plain("soon"), plain("x")),
  bytesOf(expireAt(NOW_MS - 5000), 0, plain("over"), plain("x")),
  bytesOf(0xf8, lengthOf(100), 0, plain("idle"), plain("y".repeat(2000))),
  bytesOf(0xfe, 3, 0, plain("number"), 0xc1, 0x39, 0x30),
);

/** Several slices of work: no checksum, so that it is built quickly. */
function largeDump(keys: number): Uint8Array {
  const value = plain("v".repeat(100_000));
  const parts = Array.from({ length: keys }, (_, n) => bytesOf(0, plain(`key:${n}`), value));
  return dump("REDIS0004", 0xfe, 0, ...parts);
}

Deno.test("a dump's keys stand in their databases with value, encoding, expiry and idle time", async () => {
  await withFile(SMALL, async (path) => {
    const { harness, loader, log } = newLoading();
    const loaded = await loader.load(path);
    assertEquals([loaded?.keysLoaded, loaded?.keysExpired], [4, 1]);
    const { client, keyspace } = harness;
    assertEquals(client.run("MGET a soon over"), ["1", "x", null]);
    assertEquals(client.run("PTTL soon"), 5000);
    assertEquals(client.run("PTTL a"), -1);
    assertEquals(client.run("OBJECT IDLETIME idle"), 100);
    assertEquals(client.run("OBJECT ENCODING idle"), "raw");
    client.run("SELECT 3");
    assertEquals(client.run("GET number"), "12345");
    assertEquals(client.run("OBJECT ENCODING number"), "int");
    assertEquals(keyspace.dirty, 0, "loading is no change");
    assertEquals(harness.takeEffects(), []);
    assertEquals(harness.takeEvents(), []);
    const text = log.join("\n");
    assertStringIncludes(text, "Loading RDB produced by version 7.2.4");
    assertStringIncludes(text, "RDB age 90 seconds");
    assertStringIncludes(text, "RDB memory usage when created 1.00 Mb");
    assertStringIncludes(text, "Done loading RDB, keys loaded: 4, keys expired: 1.");
    assertEquals(loader.progress, undefined);
  });
});

Deno.test("loading a dump twice gives the same digest", async () => {
  await withFile(SMALL, async (path) => {
    const digests: unknown[] = [];
    for (const seed of [1, 2]) {
      const { harness, loader } = newLoading({ seed, config: { "enable-debug-command": "yes" } });
      await loader.load(path);
      digests.push(harness.run("DEBUG DIGEST"));
    }
    assertEquals(digests[0], digests[1]);
    assert(!/^0+$/.test(String(digests[0])));
  });
});

Deno.test("no file is no dump", async () => {
  await withFile(SMALL, async (_, dir) => {
    const { loader } = newLoading();
    assertEquals(await loader.load(join(dir, "missing.rdb")), undefined);
    assertEquals(await loader.load(join(dir, "no folder", "dump.rdb")), undefined);
  });
});

Deno.test("clients that come during the load are told so, progress is counted and logged", async () => {
  await withFile(largeDump(100), async (path) => {
    const { harness, loader, log } = newLoading();
    const { client } = harness;
    const loading = loader.load(path);
    assertEquals(client.refusal("GET key:0"), "LOADING Redis is loading the dataset in memory");
    assertEquals(client.run("ECHO x"), "x");
    const seen: number[] = [];
    while (loader.progress !== undefined) {
      const { loadedBytes, totalBytes } = loader.progress;
      assert(loadedBytes <= totalBytes);
      if (seen.at(-1) !== loadedBytes) seen.push(loadedBytes);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    assert(seen.length > 2, `progress was seen at ${seen}`);
    assertEquals((await loading)?.keysLoaded, 100);
    assertEquals(client.run("STRLEN key:99"), 100_000);
    const lines = log.filter((line) => line.includes("Loading: "));
    assert(lines.length > 0, log.join("\n"));
    assert(/Loading: \d+\.\d% of \d+ bytes/.test(lines[0]));
  });
});

Deno.test("a load that is cancelled stops at the next slice", async () => {
  await withFile(largeDump(200), async (path) => {
    const { harness, loader } = newLoading();
    const loading = loader.load(path);
    loader.cancel();
    assertEquals(await loading, undefined);
    assertEquals(loader.cancelled, true);
    assert(harness.keyspace.size < 200);
    assertEquals(harness.engine.gates, 0);
  });
});

async function failure(bytes: Uint8Array, options?: HarnessOptions): Promise<string> {
  let message = "";
  await withFile(bytes, async (path) => {
    const { harness, loader } = newLoading(options);
    const error = await assertRejects(() => loader.load(path), LoadError);
    assertStringIncludes(error.message, path);
    assertEquals([harness.engine.gates, loader.progress], [0, undefined]);
    ({ message } = error);
  });
  return message;
}

Deno.test("what cannot be loaded is refused with the file, the offset and the reason", async () => {
  assertStringIncludes(await failure(new Uint8Array(0)), "not an RDB file");
  assertStringIncludes(await failure(bytesOf("x".repeat(50))), "(at byte offset 0)");
  assertStringIncludes(await failure(bytesOf("REDIS0099", 255)), "version 99");
  assert(/offset \d+/.test(await failure(SMALL.slice(0, 120))), "cut");
  const flipped = SMALL.slice();
  flipped[flipped.length - 3] ^= 1;
  assertStringIncludes(await failure(flipped), "wrong checksum");
  const twice = dump("REDIS0011", 0xfe, 0, 0, plain("k"), plain("1"), 0, plain("k"), plain("2"));
  assertStringIncludes(await failure(twice), "twice");
  const far = dump("REDIS0011", 0xfe, 40, 0, plain("k"), plain("1"));
  assertStringIncludes(await failure(far), "database 40 does not exist, the server has 16");
});

Deno.test("a wrong checksum is not looked at when rdbchecksum is off", async () => {
  const flipped = SMALL.slice();
  flipped[flipped.length - 3] ^= 1;
  await withFile(flipped, async (path) => {
    const { loader } = newLoading({ config: { rdbchecksum: "no" } });
    assertEquals((await loader.load(path))?.keysLoaded, 4);
  });
});

Deno.test("a dump that does not fit in memory is refused with the place where it was full", async () => {
  const message = await failure(largeDump(60), { arenaBytes: 3 << 20 });
  assert(/does not fit in memory \(at byte offset \d{6,}\)/.test(message), message);
});

Deno.test("counts that lie about the number of keys take no memory", async () => {
  const lying = bytesOf(0xfe, 0, 0xfb, 0x80, 0x7f, 0xff, 0xff, 0xff, 0);
  await withFile(dump("REDIS0011", lying, 0, plain("k"), plain("v")), async (path) => {
    const { harness, loader } = newLoading();
    assertEquals((await loader.load(path))?.keysLoaded, 1);
    assert(harness.arena.usedBytes < 10_000);
  });
});

Deno.test("a folder, a pipe and a file that may not be read are refused", async () => {
  await withFile(SMALL, async (path, dir) => {
    const { loader } = newLoading();
    const folder = await assertRejects(() => loader.load(dir), LoadError);
    assertStringIncludes(folder.message, "not a regular file");
    if (Deno.build.os === "windows") return;
    const pipe = join(dir, "pipe");
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    const error = await assertRejects(() => loader.load(pipe), LoadError);
    assertStringIncludes(error.message, "not a regular file");
    const below = await assertRejects(() => loader.load(join(path, "dump.rdb")), LoadError);
    assertStringIncludes(below.message, join(path, "dump.rdb"));
  });
});
