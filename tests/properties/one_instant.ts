// Whether a file that is written while its data changes shows the instant at which that began.
import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { Snapshot, type SnapshotGrain } from "../../src/persistence/snapshot.ts";
import { endRehash } from "../../src/persistence/snapshot_walk.ts";
import { CommandWriter } from "../../src/rdb/commands/command_writer.ts";
import { type ByteSink } from "../../src/rdb/rdb_output.ts";
import { RdbWriter } from "../../src/rdb/writer.ts";
import { digestOfKeyspace } from "../../src/store/digest.ts";
import type { Keyspace } from "../../src/store/keyspace.ts";
import { Replaying } from "../persistence/replaying.ts";
import type { EngineInFolder } from "../persistence/engine_in_folder.ts";
import { Saving } from "../persistence/saving.ts";
import type { HarnessClient, HarnessOptions } from "../support/engine_harness.ts";
import type { Seeded } from "../support/seeded.ts";
import { framesTo } from "./frames_to.ts";

/** Collections get their large form early, and lists and streams have many small blocks. */
const LIMITS = {
  "hash-max-listpack-entries": "4",
  "set-max-listpack-entries": "4",
  "set-max-intset-entries": "4",
  "zset-max-listpack-entries": "4",
  "stream-node-max-entries": "4",
};

/** A dump, or commands. */
export type Form = "dump" | "commands";

/** What is written, and in which steps. */
export interface Writing {
  readonly form: Form;
  readonly grain: SnapshotGrain;
  /** A dump goes through frames, as to a worker. */
  readonly framed?: boolean;
}

/** A writer of either form, whose file is what the sink got once `end` is called. */
function writerOf(
  { form, framed }: Writing,
  keyspace: Keyspace,
  sink: ByteSink,
): RdbWriter | CommandWriter {
  if (form === "commands") return new CommandWriter(keyspace, sink);
  const options = { version: 12, compress: true, checksum: true, access: "none" } as const;
  const writer = new RdbWriter(keyspace, framed ? framesTo(sink) : sink, options);
  writer.begin({});
  return writer;
}

/** All that can be told of the keys: the digest, and what that does not look at. */
function stateOf({ harness: { client, keyspace } }: EngineInFolder): unknown[] {
  const found = [0, 1].flatMap((database) => {
    client.run(["SELECT", database]);
    const keys = (client.run("KEYS *") as string[]).sort();
    return keys.map((key) => {
      const type = client.run(["TYPE", key]), expiry = client.run(["PEXPIRETIME", key]);
      return [database, key, type, expiry, detailsOf(client, key, String(type))];
    });
  });
  client.run("SELECT 0");
  return [digestOfKeyspace(keyspace).toString(), found];
}

/** What a stream says of itself and of its groups; when fields of a hash expire. */
function detailsOf(client: HarnessClient, key: string, type: string): unknown {
  if (type === "stream") return client.run(["XINFO", "STREAM", key, "FULL", "COUNT", 0]);
  if (type !== "hash") return undefined;
  const fields = (client.run(["HKEYS", key]) as string[]).sort();
  const expiries = client.run(["HPEXPIRETIME", key, "FIELDS", fields.length, ...fields]);
  return [fields, expiries];
}

/** Takes a snapshot while `disturb` is called between its slices; answers the file and how often that was. */
export function takeWhile(
  { harness: { keyspace } }: Saving,
  writing: Writing,
  isOver: () => boolean,
  disturb: (snapshot: Snapshot) => void,
): { bytes: Uint8Array; slices: number } {
  const parts: Uint8Array[] = [];
  const sink = { write: (bytes: Uint8Array) => void parts.push(bytes.slice()) };
  const writer = writerOf(writing, keyspace, sink);
  while (!endRehash(keyspace));
  const snapshot = new Snapshot(keyspace, writer, writing.grain);
  snapshot.begin();
  let slices = 0;
  for (; !snapshot.run(isOver); slices++) disturb(snapshot);
  snapshot.end();
  writer.end();
  assertEquals(keyspace.barrier, undefined);
  return { bytes: concat(parts), slices };
}

/** What a run of {@link takesOneInstant} is about. */
export interface Subject {
  fill(saving: Saving, random: Seeded): void;
  draw(random: Seeded): string[];
  readonly elements: readonly number[];
}

/**
 * Fills a server, takes a snapshot while it changes, and compares what is loaded from it with what is
 * loaded from one that was taken in one go. Answers slices and waiting bytes.
 */
export function takesOneInstant(
  random: Seeded,
  form: Form,
  { fill, draw, elements }: Subject,
): [number, number] {
  const config = {
    ...LIMITS,
    save: "", // with save points FLUSHALL saves
    "list-max-listpack-size": random.pick(["5", "16"]),
    "list-compress-depth": random.pick(["0", "1"]),
  };
  using saving = new Saving({ seed: random.next32(), config, startMs: 1_700_000_000_000 });
  const { client, keyspace, clock } = saving.harness;
  fill(saving, random);
  const expected = stateOf(saving);
  const startMs = clock.nowMs(), often = random.pick([0.3, 0.9]);
  const atOnce = { elements: Infinity, piecesFrom: Infinity };
  const { bytes: whole } = takeWhile(saving, { form, grain: atOnce }, () => false, () => {});
  const grain = {
    elements: random.pick(elements),
    piecesFrom: random.pick([0, 10]),
    mayWait: random.pick([0, 20_000, undefined]),
  };
  let waited = 0;
  const isOver = () => random.chance(often);
  const writing = { form, grain, framed: random.chance(0.5) };
  const { bytes, slices } = takeWhile(saving, writing, isOver, (snapshot) => {
    for (let i = random.below(4); i > 0; i--) client.send(draw(random));
    client.takeReplies();
    if (random.chance(0.1)) clock.advanceMs(random.pick([1, 60]));
    if (random.chance(0.1)) saving.harness.later(0, () => keyspace.graveyard.dig(5));
    waited = Math.max(waited, snapshot.waitingBytes);
  });
  const [now, before] = [bytes, whole].map((file) => stateIn(file, form, { config, startMs }));
  assertEquals(now, before);
  // Commands do not say when a consumer was seen, and claim nothing that is deleted.
  if (form === "dump") assertEquals(before, expected);
  else assertEquals(before[0], expected[0]);
  client.send("FLUSHALL");
  client.takeReplies();
  while (keyspace.graveyard.dig(1000)) { /* until nothing is left */ }
  assertEquals(keyspace.arena.usedBytes, keyspace.startupBytes, "everything is given back");
  return [slices, waited];
}

/** What a file holds. */
function stateIn(
  file: Uint8Array,
  form: Form,
  options: HarnessOptions,
): unknown[] {
  using loaded = load(file, form, options);
  return stateOf(loaded);
}

/** The string that a file holds under a key. */
export function valueIn(file: Uint8Array, form: Form, key: string): unknown {
  using loaded = load(file, form, {});
  return loaded.harness.client.run(["GET", key]);
}

/** An engine that has loaded a file. */
function load(file: Uint8Array, form: Form, options: HarnessOptions): EngineInFolder {
  if (form === "commands") {
    const replaying = new Replaying(options);
    replaying.write({ "appendonly.aof.1.base.aof": file });
    replaying.load();
    return replaying;
  }
  const saving = new Saving(options);
  Deno.writeFileSync(saving.path, file);
  saving.loader.loadNow(saving.path); // refuses a key that comes twice
  return saving;
}
