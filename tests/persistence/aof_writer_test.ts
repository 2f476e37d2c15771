import { assertEquals, assertMatch } from "@std/assert";
import { EMPTY_MANIFEST } from "../../src/persistence/aof_manifest.ts";
import { FakeAofFiles, NO_SPACE, settle } from "./fake_aof_files.ts";
import { Saving } from "./saving.ts";

const INCR = "appendonly.aof.1.incr.aof";
const MISCONF = `MISCONF Errors writing to the AOF file: ${NO_SPACE}`;

/** A server with an append-only file in memory, that runs one command a turn. */
class Writing implements AsyncDisposable {
  readonly files = new FakeAofFiles();
  readonly saving: Saving;

  constructor(policy: string, config: Record<string, string> = {}) {
    this.saving = new Saving({
      aofFiles: this.files,
      config: { appendonly: "yes", appendfsync: policy, ...config },
    });
    this.saving.appendOnly.start(EMPTY_MANIFEST);
    this.files.log.length = 0;
  }

  get log(): string {
    return this.saving.log.join("\n");
  }

  get gateClosed(): boolean {
    return this.saving.harness.engine.replyGate.closed;
  }

  /** Values that the file's SET commands give, in order. */
  get written(): string[] {
    return [...this.files.text(INCR).matchAll(/SET\r\n\$1\r\nk\r\n\$\d+\r\n([^\r]*)\r\n/g)]
      .map(([, value]) => value);
  }

  /** Values, of those that {@link written} answers, that are on the disk. */
  get onDisk(): string[] {
    const rest = this.files.text(INCR).slice(this.files.synced(INCR));
    const missing = rest.match(/\r\nSET\r\n/g)?.length ?? 0;
    return this.written.slice(0, this.written.length - missing);
  }

  get status(): unknown {
    return new Map(this.saving.status.info()).get("aof_last_write_status");
  }

  get delayed(): unknown {
    return new Map(this.saving.status.info()).get("aof_delayed_fsync");
  }

  async run(line: string): Promise<unknown> {
    const reply = this.saving.harness.run(line);
    await settle();
    return reply instanceof Error ? reply.message : reply;
  }

  async wait(ms: number): Promise<void> {
    const { clock, engine } = this.saving.harness;
    clock.advanceMs(ms);
    engine.keyspace.freezeClock();
    this.saving.appendOnly.tick();
    await settle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.files.failing = /(?!)/;
    this.files.holdsSyncs = false;
    await this.files.release();
    await this.saving.appendOnly.close();
    this.saving[Symbol.dispose]();
  }
}

Deno.test("what a turn of the event loop changed is written at its end, before replies leave", async () => {
  await using writing = new Writing("no");
  writing.saving.harness.run("SET k a");
  writing.saving.harness.run("SET k b");
  assertEquals(writing.gateClosed, true);
  assertEquals(writing.written, []);
  await settle();
  assertEquals(writing.gateClosed, false);
  assertEquals(writing.written, ["a", "b"]);
  assertEquals(writing.files.log, [`write ${INCR}`]);
});

Deno.test("a turn that changed nothing writes nothing and holds nobody back", async () => {
  await using writing = new Writing("always");
  for (const line of ["GET k", "DEL k", "SET k v XX"]) await writing.run(line);
  assertEquals(writing.gateClosed, false);
  assertEquals(writing.files.log, []);
});

Deno.test("appendfsync always: what was replied is on the disk, one sync for a turn", async () => {
  await using writing = new Writing("always");
  writing.saving.harness.run("SET k a");
  writing.saving.harness.run("SET k b");
  assertEquals(writing.gateClosed, true);
  await settle();
  assertEquals(writing.files.log, [`write ${INCR}`, `sync ${INCR}`]);
  assertEquals(writing.onDisk, ["a", "b"]);
  assertEquals(writing.gateClosed, false);
});

Deno.test("appendfsync everysec: a sync a second, in the background, and only for what is new", async () => {
  await using writing = new Writing("everysec");
  await writing.run("SET k a");
  assertEquals(writing.onDisk, ["a"]);
  await writing.run("SET k b");
  await writing.wait(999);
  assertEquals(writing.onDisk, ["a"]);
  await writing.wait(1);
  assertEquals(writing.onDisk, ["a", "b"]);
  const { length } = writing.files.log;
  await writing.wait(5000);
  assertEquals(writing.files.log.length, length);
});

Deno.test("appendfsync no: syncing is left to the system, but for the end", async () => {
  await using writing = new Writing("no");
  await writing.run("SET k a");
  await writing.wait(5000);
  assertEquals(writing.onDisk, []);
  writing.saving.appendOnly.shutDown();
  assertEquals(writing.onDisk, ["a"]);
});

Deno.test("while a sync takes long, writes are put off for less than a second and replies go out", async () => {
  await using writing = new Writing("everysec");
  writing.files.holdsSyncs = true;
  await writing.run("SET k a");
  assertEquals(await writing.run("SET k b"), "OK");
  assertEquals(writing.gateClosed, false);
  assertEquals(writing.written, ["a"]);
  await writing.wait(800);
  assertEquals([writing.written, writing.delayed], [["a"], 0]);
  await writing.wait(200);
  assertEquals([writing.written, writing.delayed], [["a", "b"], 1]);
  assertMatch(writing.log, /Asynchronous AOF fsync is taking too long/);
});

Deno.test("what was put off is written as soon as the sync ends", async () => {
  await using writing = new Writing("everysec");
  writing.files.holdsSyncs = true;
  await writing.run("SET k a");
  await writing.run("SET k b");
  await writing.files.release();
  assertEquals([writing.written, writing.delayed], [["a", "b"], 0]);
});

Deno.test("a write that fails closes the server for writes until one succeeds", async () => {
  await using writing = new Writing("everysec");
  await writing.run("SET k a");
  writing.files.failing = /^write/;
  assertEquals(await writing.run("SET k b"), "OK"); // it failed after the reply was made, as in Redis
  assertEquals(writing.gateClosed, false);
  assertEquals(await writing.run("SET k c"), MISCONF);
  assertEquals(await writing.run("GET k"), "b");
  assertEquals(writing.status, "err");
  assertMatch(writing.log, /Error writing to the AOF file: No space left on device/);
  await writing.wait(100);
  writing.files.failing = /(?!)/;
  await writing.wait(100);
  assertEquals(writing.status, "ok");
  assertMatch(writing.log, /AOF write error looks solved, Redis can write again/);
  assertEquals(await writing.run("SET k c"), "OK");
  assertEquals(writing.written, ["a", "b", "c"]);
  assertEquals(writing.log.match(/Error writing/g)?.length, 1);
});

Deno.test("a write that fails half-way leaves nothing half", async () => {
  await using writing = new Writing("no");
  await writing.run("SET k a");
  const before = writing.files.text(INCR);
  writing.files.failing = /^write/;
  writing.files.takesBeforeFailing = 7;
  await writing.run("SET k b");
  assertEquals(writing.files.text(INCR), before);
  assertMatch(
    writing.log,
    /Short write while writing to the AOF file: \(nwritten=7, expected=27\)/,
  );
  writing.files.failing = /(?!)/;
  await writing.wait(100);
  assertEquals(writing.written, ["a", "b"]);
});

Deno.test("half a command that cannot be cut off is completed", async () => {
  await using writing = new Writing("no");
  await writing.run("SET k a");
  writing.files.failing = /^(write|truncate)/;
  writing.files.takesBeforeFailing = 7;
  await writing.run("SET k b");
  assertMatch(writing.log, /Could not remove short write from the append-only file/);
  writing.files.failing = /(?!)/;
  await writing.wait(100);
  assertEquals(writing.written, ["a", "b"]);
});

Deno.test("a sync that fails closes the server for writes until one succeeds", async () => {
  await using writing = new Writing("everysec");
  writing.files.failing = /^sync app/;
  await writing.run("SET k a");
  assertEquals(await writing.run("SET k b"), MISCONF);
  assertEquals(writing.status, "err");
  writing.files.failing = /(?!)/;
  await writing.wait(1000);
  assertEquals(await writing.run("SET k b"), "OK");
  assertEquals(writing.status, "ok");
  await writing.wait(1000);
  assertEquals(writing.onDisk, ["a", "b"]);
});

for (
  const [what, message] of [
    [
      "write",
      /Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting.../,
    ],
    ["sync", /Can't persist AOF for fsync error when the AOF fsync policy is 'always': No space/],
  ] as const
) {
  Deno.test(`with appendfsync always a ${what} that fails ends the server before it replies`, async () => {
    await using writing = new Writing("always");
    writing.files.failing = new RegExp(`^${what} app`);
    await writing.run("SET k a");
    assertEquals(writing.gateClosed, true);
    assertMatch(writing.log, message);
    assertEquals(writing.saving.log.at(-1), "(exit)");
  });
}

Deno.test("CONFIG SET appendfsync holds for what is written from then on", async () => {
  await using writing = new Writing("no");
  await writing.run("SET k a");
  await writing.run("CONFIG SET appendfsync always");
  await writing.run("SET k b");
  assertEquals(writing.onDisk, ["a", "b"]);
});

Deno.test("CONFIG SET appendfsync always while a sync takes long: nobody is told before it is written", async () => {
  await using writing = new Writing("everysec");
  writing.files.holdsSyncs = true;
  await writing.run("SET k a");
  await writing.run("SET k b");
  assertEquals(writing.written, ["a"]);
  writing.saving.harness.run("CONFIG SET appendfsync always");
  writing.saving.harness.run("SET k c");
  assertEquals([writing.gateClosed, writing.written], [true, ["a"]]);
  await settle();
  assertEquals([writing.gateClosed, writing.onDisk], [false, ["a", "b", "c"]]);
});

Deno.test("no-appendfsync-on-rewrite: nothing is synced while a rewrite runs", async () => {
  await using writing = new Writing("always", { "no-appendfsync-on-rewrite": "yes" });
  await writing.run("BGREWRITEAOF");
  await writing.run("SET k a");
  assertEquals([writing.written, writing.onDisk], [["a"], []]);
  await writing.saving.appendOnly.finished;
  const incr = "appendonly.aof.2.incr.aof";
  await writing.run("SET k b");
  assertEquals(writing.files.synced(incr), writing.files.text(incr).length);
});
