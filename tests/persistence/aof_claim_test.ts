/** Whose the files of an append-only file are: two servers on one folder, and a folder that changes. */

import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { tryLockFiles } from "../../src/persistence/file_lock.ts";
import { EMPTY_MANIFEST } from "../../src/persistence/aof_manifest.ts";
import { startMiniredis } from "../support/miniredis_server.ts";
import { plain } from "../support/reply.ts";
import { RespClient } from "../support/resp_client.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { FakeAofFiles, settle } from "./fake_aof_files.ts";
import { Saving } from "./saving.ts";

const FLAGS = { save: "", "enable-protected-configs": "yes" };
const FAILED = "ERR CONFIG SET failed (possibly related to argument 'appendonly') - ";

/** Runs `check` with an engine whose append-only file, which is off, is in memory. */
async function withEngine(
  check: (run: (line: string) => unknown, files: FakeAofFiles, saving: Saving) => Promise<void>,
): Promise<void> {
  const files = new FakeAofFiles();
  using saving = new Saving({ aofFiles: files });
  saving.appendOnly.start(EMPTY_MANIFEST);
  const run = (line: string) => {
    const reply = saving.harness.run(line);
    return reply instanceof Error ? reply.message : reply;
  };
  await check(run, files, saving);
  await saving.appendOnly.close();
}

async function ticks({ appendOnly }: Saving): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await settle();
    appendOnly.tick();
    await appendOnly.finished;
  }
}

Deno.test("CONFIG SET appendonly yes is refused while another server has the files", async () => {
  await withEngine(async (run, files, saving) => {
    files.othersHaveIt = true;
    assertMatch(
      String(run("CONFIG SET appendonly yes")),
      /- Another server uses the files in .*appendonlydir$/,
    );
    assertEquals(run("CONFIG GET appendonly"), ["appendonly", "no"]);
    assertEquals(files.names, []);
    files.othersHaveIt = false;
    assertEquals(run("CONFIG SET appendonly yes"), "OK");
    await ticks(saving);
    assertEquals(saving.appendOnly.state, "on");
  });
});

Deno.test("where it is known later whose the files are, appendonly goes back to no", async () => {
  await withEngine(async (run, files, saving) => {
    files.tellsLater = files.othersHaveIt = true;
    assertEquals(run("CONFIG SET appendonly yes"), "OK");
    await ticks(saving);
    assertEquals(saving.appendOnly.state, "off");
    assertEquals(run("CONFIG GET appendonly"), ["appendonly", "no"]);
    assertMatch(saving.log.join("\n"), /Another server uses the files/);
    assertEquals(files.names, []);
    files.othersHaveIt = false;
    assertEquals(run("CONFIG SET appendonly yes"), "OK");
    await ticks(saving);
    assertEquals(saving.appendOnly.state, "on");
  });
});

Deno.test("who asks again before it is known whose the files are does not stand in its own way", async () => {
  const again = ["BGREWRITEAOF", "CONFIG SET appendonly no", "CONFIG SET appendonly yes"];
  for (const lines of [again.slice(0, 1), again.slice(1), again]) {
    await withEngine(async (run, files, saving) => {
      files.tellsLater = true;
      run("CONFIG SET appendonly yes");
      for (const line of lines) run(line);
      await ticks(saving);
      assertEquals(saving.appendOnly.state, "on");
      assertEquals(files.log.filter((line) => line.startsWith("lock ")).length, 1);
      assertEquals(saving.appendOnly.lastRewriteFailed, false);
    });
  }
});

Deno.test("a server without an append-only file rewrites none that another one has", async () => {
  await withEngine(async (run, files, saving) => {
    files.othersHaveIt = true;
    assertMatch(String(run("BGREWRITEAOF")), /^ERR Can't execute an AOF background rewriting/);
    await ticks(saving);
    assertEquals(files.names, []);
  });
});

Deno.test("who takes files that another server wrote meanwhile overwrites none of them", async () => {
  await withEngine(async (run, files, saving) => {
    const text =
      "file appendonly.aof.7.base.rdb seq 7 type b\nfile appendonly.aof.9.incr.aof seq 9 type i\n";
    for (
      const [name, content] of [
        ["appendonly.aof.manifest", text],
        ["appendonly.aof.7.base.rdb", "base"],
        ["appendonly.aof.9.incr.aof", "incr"],
        ["appendonly.aof.12.incr.aof", "not named"],
      ]
    ) files.open(name, { empty: true }).writeSync(new TextEncoder().encode(content));
    run("SET a 1");
    assertEquals(run("CONFIG SET appendonly yes"), "OK");
    await ticks(saving);
    const names = ["12.incr.aof", "13.incr.aof", "8.base.rdb", "manifest"];
    assertEquals(files.names, names.map((name) => `appendonly.aof.${name}`));
    assertEquals(files.text("appendonly.aof.12.incr.aof"), "not named");
  });
});

Deno.test("a clock that jumps neither stops rewrites that are tried again nor lets them storm", async () => {
  for (const jumpMs of [-1e10, 1e10]) {
    await withEngine(async (run, files, saving) => {
      files.failing = /^write temp-rewriteaof/;
      run("CONFIG SET appendonly yes");
      for (let i = 0; i < 4; i++) await ticks(saving);
      assertMatch(saving.log.join("\n"), /triggered the limit, will retry in 1 minutes/);
      const { rewrites } = saving.appendOnly, { clock } = saving.harness;
      clock.setUnixMs(clock.nowMs() + jumpMs);
      clock.advanceMs(59_000);
      await ticks(saving);
      assertEquals(saving.appendOnly.rewrites, rewrites, "not before its time");
      files.failing = /(?!)/;
      clock.advanceMs(1000);
      await ticks(saving);
      assertEquals(saving.appendOnly.state, "on");
    });
  }
});

async function inFolder(check: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.realPath(await Deno.makeTempDir({ prefix: "miniredis_test_" }));
  try {
    await check(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function ask(server: ServerProcess, ...words: string[]): Promise<unknown> {
  using client = await RespClient.connect({ port: server.port });
  const reply = plain(await client.send(...words));
  return reply instanceof Error ? reply.message : reply;
}

/** Asks until the answer is OK. Others let go of files when all that is under way is done. */
async function untilOk(server: ServerProcess, ...words: string[]): Promise<void> {
  let reply: unknown;
  for (let tries = 0; tries < 100; tries++) {
    reply = await ask(server, ...words);
    if (reply === "OK") return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assertEquals(reply, "OK");
}

Deno.test("of two running servers one has the files, until it gives them up or is killed", async () => {
  await inFolder(async (dir) => {
    await using one = await startMiniredis({ ...FLAGS, appendonly: "yes" }, { dir });
    await using two = await startMiniredis(FLAGS, { dir });
    await ask(one, "SET", "k", "one");
    await ask(two, "SET", "k", "two");
    const on = ["CONFIG", "SET", "appendonly", "yes"];
    if (hasTryLock()) {
      assertEquals(
        await ask(two, ...on),
        `${FAILED}Another server uses the files in ${join(dir, "appendonlydir")}`,
      );
    } else await ask(two, ...on);
    await two.waitForLog(/Another server uses the files/);
    await ask(one, "CONFIG", "SET", "appendonly", "no");
    await untilOk(two, ...on);
    await two.waitForLog(/rewrite finished successfully/);
    await ask(two, "SET", "l", "two");
    await two.stop("SIGKILL");
    // Nobody has to remove what it left.
    await untilOk(one, ...on);
    await one.waitForLog(/rewrite finished successfully/);
    await one.stop("SIGKILL");
    await using three = await startMiniredis({ ...FLAGS, appendonly: "yes" }, { dir });
    assertEquals(await ask(three, "GET", "k"), "one");
  });
});

function hasTryLock(): boolean {
  const path = Deno.makeTempFileSync();
  const answer = tryLockFiles(path);
  if (answer instanceof Promise) return void answer.then((lock) => lock?.[Symbol.dispose]()), false;
  answer?.[Symbol.dispose]();
  return true;
}

Deno.test("CONFIG SET dir does not tear the files of an append-only file apart", async () => {
  await inFolder(async (dir) => {
    const old = join(dir, "old"), other = join(dir, "new");
    for (const folder of [old, other]) Deno.mkdirSync(folder);
    {
      await using server = await startMiniredis({ ...FLAGS, appendonly: "yes" }, { dir: old });
      await ask(server, "SET", "k", "1");
      const refused = await ask(server, "CONFIG", "SET", "dir", other);
      assertMatch(
        String(refused),
        /argument 'dir'\) - the append-only files are in .*old.appendonlydir: set appendonly to no first$/,
      );
      assertEquals(await ask(server, "CONFIG", "GET", "dir"), ["dir", old]);
      assertEquals(await ask(server, "CONFIG", "SET", "dir", old), "OK");
      await ask(server, "SET", "k", "2");
      // Off and elsewhere in one go, in either order.
      assertEquals(await ask(server, "CONFIG", "SET", "dir", other, "appendonly", "no"), "OK");
      assertEquals(await ask(server, "CONFIG", "SET", "appendonly", "yes"), "OK");
      await server.waitForLog(/rewrite finished successfully/);
      await ask(server, "SET", "k", "3");
    }
    for (const [folder, value] of [[old, "2"], [other, "3"]]) {
      await using server = await startMiniredis({ ...FLAGS, appendonly: "yes" }, { dir: folder });
      assertEquals(await ask(server, "GET", "k"), value);
    }
  });
});
