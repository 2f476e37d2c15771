import { assertEquals, assertMatch } from "@std/assert";
import { EMPTY_MANIFEST, parseManifest } from "../../src/persistence/aof_manifest.ts";
import { latin1Bytes } from "../../src/base/bytes.ts";
import { type HarnessClient } from "../support/engine_harness.ts";
import { FakeAofFiles, settle } from "./fake_aof_files.ts";
import { Replaying } from "./replaying.ts";
import { Saving } from "./saving.ts";

const NAMES = "appendonly.aof";
const BASE_1 = `${NAMES}.1.base.rdb`, BASE_2 = `${NAMES}.2.base.rdb`;
const INCR_1 = `${NAMES}.1.incr.aof`, INCR_2 = `${NAMES}.2.incr.aof`;
const MANIFEST = `${NAMES}.manifest`, TEMPORARY = `temp-${NAMES}.incr`;
const STARTED = "Background append only file rewriting started";

/** A server whose append-only file is in memory; off, unless `appendonly` says yes. */
class Server implements AsyncDisposable {
  readonly files = new FakeAofFiles();
  readonly saving: Saving;

  constructor(config: Record<string, string> = {}) {
    this.saving = new Saving({ aofFiles: this.files, config });
    this.saving.appendOnly.start(EMPTY_MANIFEST);
  }

  run(line: string): unknown {
    const reply = this.saving.harness.run(line);
    return reply instanceof Error ? reply.message : reply;
  }

  /** Runs the cron and lets what is under way in the background end. */
  async settle(): Promise<void> {
    const { appendOnly, dumps, harness, saver } = this.saving;
    harness.engine.keyspace.freezeClock();
    dumps.tick();
    appendOnly.tick();
    await saver.finished;
    await appendOnly.finished;
    await settle();
  }

  get info(): Map<string, unknown> {
    return new Map(this.saving.status.info());
  }

  get log(): string {
    return this.saving.log.join("\n");
  }

  /** Names and types of the files that the manifest on the disk tells of. */
  get manifest(): string[] {
    const { base, history, incrs } = parseManifest(latin1Bytes(this.files.text(MANIFEST)));
    return [...base ? [base] : [], ...history, ...incrs].map(({ name, type }) => `${type} ${name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.files.failing = /(?!)/;
    await this.saving.appendOnly.close();
    await this.saving.saver.finished;
    this.saving[Symbol.dispose]();
  }
}

Deno.test("a server that starts without an append-only file makes one: base, incr, manifest", async () => {
  await using server = new Server({ appendonly: "yes" });
  assertEquals(server.files.names, [BASE_1, INCR_1, MANIFEST]);
  assertEquals(server.manifest, [`b ${BASE_1}`, `i ${INCR_1}`]);
  assertMatch(server.files.text(BASE_1), /^REDIS0010.*aof-base/s);
  assertEquals(server.info.get("aof_enabled"), 1);
  assertEquals(server.info.get("aof_base_size"), server.files.text(BASE_1).length);
});

Deno.test("the manifest is never half: it is synced beside the old one and renamed", async () => {
  await using server = new Server({ appendonly: "yes" });
  const steps = server.files.log.filter((line) => line.includes(MANIFEST));
  const temporary = `temp-${MANIFEST}`;
  const expected = ["create", "write", "sync", "close", "rename"].map((what) =>
    `${what} ${temporary}`
  );
  assertEquals(steps, expected);
  const renamed = server.files.log.indexOf(`rename ${temporary}`);
  assertEquals(server.files.log[renamed + 1], "sync folder appendonlydir");
});

Deno.test("BGREWRITEAOF puts a new base in the place of base and incr, while others write", async () => {
  await using server = new Server({ appendonly: "yes" });
  server.run("SET a 1");
  assertEquals(server.run("BGREWRITEAOF"), STARTED);
  assertEquals(server.info.get("aof_rewrite_in_progress"), 1);
  assertEquals(
    server.run("BGREWRITEAOF"),
    "ERR Background append only file rewriting already in progress",
  );
  server.run("SET b 2");
  await server.settle();
  server.run("SET c 3");
  await server.settle();
  assertEquals(server.files.names, [BASE_2, INCR_2, MANIFEST]);
  assertEquals(server.manifest, [`b ${BASE_2}`, `i ${INCR_2}`]);
  assertMatch(server.files.text(INCR_2), /^\*2\r\n\$6\r\nSELECT.*c\r\n\$1\r\n3\r\n$/s);
  const { info } = server;
  assertEquals(info.get("aof_last_bgrewrite_status"), "ok");
  assertEquals([info.get("aof_rewrites"), info.get("aof_rewrite_in_progress")], [1, 0]);
  const bytes = server.files.text(BASE_2).length + server.files.text(INCR_2).length;
  assertEquals(info.get("aof_current_size"), bytes);
  assertEquals(server.run("CONFIG RESETSTAT"), "OK");
  assertEquals(server.info.get("aof_rewrites"), 0);
});

Deno.test("BGREWRITEAOF of a server without an append-only file writes a base alone", async () => {
  await using server = new Server();
  server.run("SET a 1");
  assertEquals(server.run("BGREWRITEAOF"), STARTED);
  await server.settle();
  assertEquals(server.manifest, [`b ${BASE_1}`]);
  server.run("SET b 1");
  await server.settle();
  assertEquals(server.files.names, [BASE_1, MANIFEST]);
});

Deno.test("in a transaction, and while a dump is saved, BGREWRITEAOF is put off; BGSAVE while it runs", async () => {
  await using server = new Server({ appendonly: "yes" });
  const scheduled = "Background append only file rewriting scheduled";
  server.run("MULTI");
  server.run("BGREWRITEAOF");
  assertEquals(server.run("EXEC"), [scheduled]);
  assertEquals(server.info.get("aof_rewrite_scheduled"), 1);
  await server.settle();
  assertEquals(server.info.get("aof_rewrites"), 1);

  assertEquals(server.run("BGSAVE"), "Background saving started");
  assertEquals(server.run("BGREWRITEAOF"), scheduled);
  await server.settle();
  await server.settle();
  assertEquals(server.info.get("aof_rewrites"), 2);

  assertEquals(server.run("BGREWRITEAOF"), STARTED);
  assertMatch(String(server.run("BGSAVE")), /^ERR Another child process is active \(AOF\?\)/);
  assertEquals(server.run("BGSAVE SCHEDULE"), "Background saving scheduled");
  await server.settle();
  await server.settle();
  assertEquals(server.info.get("rdb_saves"), 2);
  assertEquals(server.info.get("aof_last_bgrewrite_status"), "ok");
});

Deno.test("CONFIG SET appendonly yes: on when the first rewrite is complete, with all that came since", async () => {
  await using server = new Server();
  server.run("SET a 1");
  assertEquals(server.run("CONFIG SET appendonly yes"), "OK");
  assertEquals(server.saving.appendOnly.state, "waiting");
  server.run("SET b 2");
  assertEquals(server.files.names, []);
  await server.settle();
  assertEquals(server.saving.appendOnly.state, "on");
  server.run("INCR b");
  await server.settle();
  assertEquals(server.manifest, [`b ${BASE_1}`, `i ${INCR_1}`]);
  assertMatch(server.files.text(INCR_1), /INCR\r\n\$1\r\nb\r\n$/);
  assertEquals(server.run("CONFIG SET appendonly no"), "OK");
  await server.settle();
  assertEquals(server.files.synced(INCR_1), server.files.text(INCR_1).length);
  const written = server.files.text(INCR_1);
  server.run("SET c 3");
  await server.settle();
  assertEquals(server.files.text(INCR_1), written);
  assertEquals(server.info.has("aof_current_size"), false);
});

Deno.test("CONFIG SET appendonly no gives up a rewrite; the files that were there hold", async () => {
  await using server = new Server({ appendonly: "yes" });
  server.run("SET a 1");
  server.run("BGREWRITEAOF");
  server.run("CONFIG SET appendonly no");
  await server.settle();
  assertEquals(server.manifest, [`b ${BASE_1}`, `i ${INCR_1}`]);
  assertEquals(server.files.names, [BASE_1, INCR_1, MANIFEST]);
  server.run("CONFIG SET appendonly yes");
  await server.settle();
  assertEquals(server.manifest, [`b ${BASE_2}`, `i ${INCR_2}`]);
});

Deno.test("CONFIG SET appendonly yes is refused where the folder cannot be made", async () => {
  await using server = new Server();
  server.files.failing = /^make folder/;
  assertEquals(
    server.run("CONFIG SET appendonly yes"),
    "ERR CONFIG SET failed (possibly related to argument 'appendonly') - Unable to turn on AOF." +
      " Check server logs.",
  );
  assertEquals(server.saving.appendOnly.state, "off");
  assertMatch(
    String(server.run("BGREWRITEAOF")),
    /^ERR Can't execute an AOF background rewriting\. Please check the server logs/,
  );
});

for (
  const failing of [
    "create temp-rewriteaof",
    "write temp-rewriteaof",
    "sync temp-rewriteaof",
    "rename temp-rewriteaof",
    `open ${INCR_2}`,
    `create temp-${MANIFEST}`,
    `rename temp-${MANIFEST}`,
  ]
) {
  Deno.test(`a rewrite that fails (${failing}) leaves an append-only file that holds everything`, async () => {
    const folder = Deno.makeTempDirSync({ prefix: "miniredis_test_" });
    try {
      await using server = new Server({ appendonly: "yes" });
      server.run("SET a 1");
      await server.settle();
      server.files.failing = new RegExp(`^${failing}`);
      server.run("BGREWRITEAOF");
      await server.settle();
      server.run("SET b 2");
      await server.settle();
      assertEquals(server.info.get("aof_last_bgrewrite_status"), "err", server.log);
      assertEquals(server.info.get("aof_rewrites_consecutive_failures"), 1);
      using again = new Replaying({ folder });
      again.write({ "unused.base.aof": "" });
      for (const name of server.files.names) {
        Deno.writeFileSync(again.path(name), latin1Bytes(server.files.text(name)));
      }
      again.load();
      assertEquals(again.harness.keys(), ["a", "b"]);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

Deno.test("the first rewrite is tried again until it succeeds, later and later", async () => {
  await using server = new Server();
  server.files.failing = /^write temp-rewriteaof/;
  server.run("CONFIG SET appendonly yes");
  const { clock } = server.saving.harness;
  for (let i = 0; i < 6; i++) await server.settle();
  assertEquals(server.info.get("aof_rewrites_consecutive_failures"), 3);
  assertMatch(server.log, /triggered the limit, will retry in 1 minutes/);
  assertEquals(server.files.names.includes(TEMPORARY), false);
  server.files.failing = /(?!)/;
  clock.advanceMs(59_000);
  await server.settle();
  assertEquals(server.saving.appendOnly.state, "waiting");
  clock.advanceMs(1000);
  await server.settle();
  await server.settle();
  assertEquals(server.saving.appendOnly.state, "on");
  assertEquals(server.info.get("aof_rewrites_consecutive_failures"), 0);
});

Deno.test("the file is rewritten by itself when it has grown by so many percent", async () => {
  await using server = new Server({
    appendonly: "yes",
    "auto-aof-rewrite-min-size": "1000",
    "auto-aof-rewrite-percentage": "100",
  });
  server.run("SET small 1");
  await server.settle();
  assertEquals(server.info.get("aof_rewrites"), 0);
  for (let i = 0; i < 40; i++) server.run(`SET same ${i}`);
  await settle();
  await server.settle();
  assertEquals(server.info.get("aof_rewrites"), 1);
  assertMatch(server.log, /Starting automatic rewriting of AOF on \d+% growth/);
  await server.settle();
  assertEquals(server.info.get("aof_rewrites"), 1);
});

Deno.test("aof-disable-auto-gc keeps the files of the past until it is switched off", async () => {
  await using server = new Server({ appendonly: "yes", "aof-disable-auto-gc": "yes" });
  for (let i = 0; i < 2; i++) {
    server.run("BGREWRITEAOF");
    await server.settle();
  }
  const base = `b ${NAMES}.3.base.rdb`, incr = `i ${NAMES}.3.incr.aof`;
  const history = [`h ${BASE_2}`, `h ${BASE_1}`, `h ${INCR_2}`, `h ${INCR_1}`];
  assertEquals(server.manifest.toSorted(), [base, ...history, incr].toSorted());
  assertEquals(server.files.names.length, 7);
  server.run("CONFIG SET aof-disable-auto-gc no");
  await server.settle();
  assertEquals(server.manifest, [base, incr]);
  assertEquals(server.files.names.length, 3);
});

Deno.test("SAVE during a rewrite goes first; the rewrite begins again", async () => {
  await using server = new Server({ appendonly: "yes" });
  server.run("SET a 1");
  server.run("BGREWRITEAOF");
  assertEquals(server.run("SAVE"), "OK");
  assertEquals(server.info.get("aof_rewrite_scheduled"), 1);
  await server.settle();
  await server.settle();
  assertEquals(server.manifest, [`b ${BASE_2}`, `i ${INCR_2}`]);
});

/** Sends a command that waits; answers what it is replied when `work` is done. */
async function replyAfter(
  client: HarnessClient,
  line: string,
  work: () => Promise<void> | void,
): Promise<unknown> {
  client.send(line);
  if (!client.parked) return client.takeReplies();
  await work();
  return client.takeReplies().map((reply) => "items" in reply ? reply.items : reply);
}

const integers = (...values: number[]) => [
  values.map((value) => ({ type: "integer", value: BigInt(value) })),
];

Deno.test("WAITAOF waits until what the client wrote is on the disk", async () => {
  await using server = new Server({ appendonly: "yes" });
  const { client } = server.saving.harness;
  assertEquals(server.run("WAITAOF 1 0 0"), [1, 0]); // it wrote nothing
  server.run("SET a 1");
  const replies = await replyAfter(client, "WAITAOF 1 0 0", () => server.settle());
  assertEquals(replies, integers(1, 0));
  assertEquals(server.run("WAITAOF 1 0 0"), [1, 0]);
  server.run("SET a 2");
  const other = server.saving.harness.connect();
  assertEquals(other.run("WAITAOF 1 0 100"), [1, 0]);
  assertEquals(server.run("WAITAOF 0 0 100"), [0, 0]);
});

Deno.test("WAITAOF answers what is so when its time is up", async () => {
  await using server = new Server({ appendonly: "yes", appendfsync: "no" });
  const { harness } = server.saving;
  server.run("SET a 1");
  await server.settle();
  const late = () => harness.later(100, () => harness.engine.parking.expire(harness.clock.nowMs()));
  assertEquals(await replyAfter(harness.client, "WAITAOF 1 0 100", late), integers(0, 0));
  const other = harness.connect();
  assertEquals(await replyAfter(other, "WAITAOF 1 1 100", late), integers(1, 0));
});

Deno.test("WAITAOF refuses what it cannot do", async () => {
  await using server = new Server();
  for (
    const [line, error] of [
      ["WAITAOF 2 0 0", "ERR value is out of range, value must between 0 and 1"],
      ["WAITAOF x 0 0", "ERR value is not an integer or out of range"],
      ["WAITAOF 0 -1 0", "ERR value is out of range, must be positive"],
      ["WAITAOF 0 0 x", "ERR timeout is not an integer or out of range"],
      ["WAITAOF 0 0 -1", "ERR timeout is negative"],
      [
        "WAITAOF 1 0 0",
        "ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.",
      ],
    ]
  ) assertEquals(server.run(line), error);
  assertEquals(server.run("WAITAOF 0 0 0"), [0, 0]);
});

Deno.test("WAITAOF waits for the first file, and no longer when there will be none", async () => {
  await using server = new Server();
  const { client } = server.saving.harness;
  server.run("SET a 1");
  server.run("CONFIG SET appendonly yes");
  const replies = await replyAfter(client, "WAITAOF 1 0 0", () => server.settle());
  assertEquals(replies, integers(1, 0));
  server.run("CONFIG SET appendonly no");
  server.run("CONFIG SET appendonly yes");
  const other = server.saving.harness.connect();
  const refused = await replyAfter(other, "WAITAOF 1 0 0", () => {
    server.run("CONFIG SET appendonly no");
  });
  assertEquals(refused, [{
    type: "error",
    text: "ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.",
  }]);
});

Deno.test("no two rewrites have the same file beside the base: one given up removes only its own", async () => {
  await using server = new Server({ appendonly: "yes" });
  for (let i = 0; i < 2; i++) {
    server.run("BGREWRITEAOF");
    await server.settle();
  }
  const created = server.files.log.filter((line) => line.startsWith("create temp-rewriteaof"));
  assertEquals(new Set(created).size, 3); // one at the start
});
