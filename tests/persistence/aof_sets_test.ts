/** Append-only files of many parts, whose manifests are made or damaged by chance, here and in redis-server. */

import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { EMPTY_MANIFEST } from "../../src/persistence/aof_manifest.ts";
import { LoadError } from "../../src/persistence/load_state.ts";
import { digestOfKeyspace } from "../../src/store/digest.ts";
import { plain } from "../support/reply.ts";
import { redisServerPath, testWithRedis } from "../support/redis_server.ts";
import { RespClient } from "../support/resp_client.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";
import { ServerProcess } from "../support/server_process.ts";
import { fillByChance, SMALL_LIMITS } from "./filling.ts";
import { commands, Replaying } from "./replaying.ts";
import { Saving } from "./saving.ts";

const CONFIG = { ...SMALL_LIMITS, "enable-debug-command": "yes", appendonly: "yes" };
const MANIFEST = "appendonly.aof.manifest";
const NAMES = ["appendonly.aof.#.incr.aof", "part # of it", "Ünïcode-#", 'quo"te#', "#"];

/** Whole commands, transactions in one piece, each with the database that it belongs to. */
interface Unit {
  readonly text: string;
  readonly database: number;
}

/** Random data as a server writes it down, with transactions and keys that expired. */
async function unitsByChance(random: Seeded): Promise<Unit[]> {
  const config = { ...CONFIG, "aof-use-rdb-preamble": "no", "auto-aof-rewrite-percentage": "0" };
  using saving = new Saving({ seed: random.next32(), config, startMs: Date.now() });
  saving.appendOnly.start(EMPTY_MANIFEST);
  const { harness } = saving;
  for (let round = 0; round < 4; round++) {
    harness.run(`SELECT ${random.below(4)}`);
    fillByChance(saving, random, 250);
    for (let i = 0; i < 8; i++) {
      const key = `in:${random.below(5)}`;
      for (
        const line of [
          "MULTI",
          `SET ${key} ${i}`,
          `EXPIRE ${key} ${random.pick([-1, 100_000])}`,
          `SELECT ${random.below(4)}`,
          `RPUSH list:${key} ${i} b`,
          `XADD stream:${key} * f ${i}`,
          "EXEC",
        ]
      ) harness.run(line);
    }
  }
  await saving.appendOnly.close();
  const file = join(saving.folder, "appendonlydir", "appendonly.aof.1.incr.aof");
  return unitsOf(latin1(Deno.readFileSync(file)));
}

function unitsOf(text: string): Unit[] {
  const units: Unit[] = [];
  let database = 0, unit = "", unitDatabase = 0, open = false;
  for (let at = 0; at < text.length;) {
    const { words, end } = commandAt(text, at);
    const name = words[0].toUpperCase();
    if (unit === "") unitDatabase = database;
    if (name === "SELECT") database = Number(words[1]);
    if (name === "MULTI") open = true;
    if (name === "EXEC") open = false;
    unit += text.slice(at, end);
    at = end;
    if (open) continue;
    units.push({ text: unit, database: unitDatabase });
    unit = "";
  }
  return units;
}

function commandAt(text: string, at: number): { words: string[]; end: number } {
  const number = () => {
    const lineEnd = text.indexOf("\r\n", at), value = Number(text.slice(at + 1, lineEnd));
    at = lineEnd + 2;
    return value;
  };
  const words: string[] = [];
  for (let left = number(); left > 0; left--) {
    const length = number();
    words.push(text.slice(at, at + length));
    at += length + 2;
  }
  return { words, end: at };
}

/** Files and a manifest, in the order in which they are to be loaded. */
interface AofSet {
  readonly files: Map<string, string>;
  readonly manifest: string;
}

/** Divides units among files; the base may be a dump. */
function setByChance(units: readonly Unit[], random: Seeded): AofSet {
  const files = new Map<string, string>(), lines: string[] = [];
  const count = random.between(1, 6);
  const cuts = Array.from({ length: count - 1 }, () => random.below(units.length + 1))
    .sort((a, b) => a - b);
  let sequence = random.between(1, 5);
  for (const [i, from] of [0, ...cuts].entries()) {
    const part = units.slice(from, [...cuts, units.length][i]);
    const first = part.length === 0 ? "" : commands(`SELECT ${part[0].database}`);
    const text = first + part.map((unit) => unit.text).join("");
    const isBase = i === 0 && random.chance(0.7);
    const name = random.pick(NAMES).replace("#", String(sequence)) + (isBase ? ".base" : "");
    files.set(name, isBase && random.chance(0.5) ? dumpOf(text) : text);
    lines.push(lineOf(name, sequence, isBase ? "b" : "i", random));
    sequence += random.pick([1, 1, 1, 7]);
    if (random.chance(0.3)) lines.push("# a comment\n");
    if (random.chance(0.3)) lines.push(lineOf(`gone.${i}`, i + 1, "h", random));
  }
  return { files, manifest: lines.join("") };
}

/** As Redis quotes names, with words for versions to come now and then. */
function lineOf(name: string, sequence: number, type: string, random: Seeded): string {
  const bytes = latin1(new TextEncoder().encode(name));
  const plainName = /^[\w.-]+$/.test(bytes);
  const quoted = bytes.replace(/[\\"]/g, "\\$&").replace(
    /[^\x20-\x7e]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  const more = random.chance(0.2) ? " more words" : "";
  return `file ${plainName ? name : `"${quoted}"`} seq ${sequence} type ${type}${more}\n`;
}

/** The dump of what commands make. */
function dumpOf(text: string): string {
  using saving = new Saving({ config: CONFIG, startMs: Date.now() });
  for (const unit of unitsOf(text)) {
    for (let at = 0; at < unit.text.length;) {
      const { words, end } = commandAt(unit.text, at);
      saving.harness.run(words);
      at = end;
    }
  }
  assertEquals(saving.harness.run("SAVE"), "OK");
  return latin1(saving.file()!);
}

function writeSet({ files, manifest }: AofSet, dir: string): void {
  const folder = join(dir, "appendonlydir");
  Deno.mkdirSync(folder, { recursive: true });
  for (const [name, text] of files) Deno.writeFileSync(join(folder, name), latin1Bytes(text));
  Deno.writeFileSync(join(folder, MANIFEST), latin1Bytes(manifest));
}

/** The digest of what is loaded, or why nothing is. */
function ours(set: AofSet): string {
  using replaying = new Replaying({ config: CONFIG, startMs: Date.now() });
  writeSet(set, replaying.folder);
  try {
    replaying.load();
  } catch (error) {
    if (error instanceof LoadError) return `refused: ${error.message}`;
    throw error;
  }
  return digestOfKeyspace(replaying.harness.keyspace).toString();
}

async function theirs(set: AofSet): Promise<string> {
  const dir = Deno.makeTempDirSync({ prefix: "miniredis_test_" });
  try {
    writeSet(set, dir);
    await using server = await ServerProcess.start({
      command: redisServerPath!,
      flags: CONFIG,
      dir,
      withoutWaiting: true,
    });
    try {
      await server.waitForLog(/Ready to accept connections/);
    } catch {
      return `refused: ${server.log}`;
    }
    using client = await RespClient.connect({ port: server.port });
    return String(plain(await client.send("DEBUG", "DIGEST")));
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

testWithRedis("files of many parts are the same data here and in redis-server", async () => {
  await forEachSeed(2, async (random) => {
    const units = await unitsByChance(random);
    let digest: string | undefined;
    for (let i = 0; i < 4; i++) {
      const set = setByChance(units, random);
      const loaded = ours(set);
      assertEquals(await theirs(set), loaded, set.manifest);
      digest ??= loaded;
      assertEquals(loaded, digest, "however they are divided");
    }
  });
}, { before: "7.2" });

/** Damages a manifest: a byte, a line, the order of lines, a number, the end. */
function damaged(manifest: string, random: Seeded): string {
  const lines = manifest.match(/[^\n]*\n/g) ?? [], at = random.below(lines.length);
  switch (random.below(6)) {
    case 0: {
      const byte = random.below(manifest.length);
      const other = String.fromCharCode(manifest.charCodeAt(byte) ^ 1 << random.below(8));
      return manifest.slice(0, byte) + other + manifest.slice(byte + 1);
    }
    case 1:
      return lines.toSpliced(at, 1).join("");
    case 2:
      return lines.toSpliced(at, 0, random.pick(lines)).join("");
    case 3:
      return [...lines.slice(at), ...lines.slice(0, at)].join("");
    case 4:
      return manifest.replace(
        /seq \d+/,
        `seq ${random.pick(["0", "-1", "x", "9007199254740991"])}`,
      );
    default:
      return manifest.slice(0, random.below(manifest.length));
  }
}

testWithRedis(
  "a damaged manifest is refused where redis-server refuses it, or where it would lose data",
  async () => {
    await forEachSeed(1, async (random) => {
      const lines = ["SET a 1", "RPUSH l 1 2", "INCR a", "SADD s x", "INCR a", "RPUSH l 3"];
      const units = lines.map((line): Unit => ({ text: commands(line), database: 0 }));
      let taken = 0, refused = 0, saved = 0;
      for (let i = 0; i < 60; i++) {
        const whole = setByChance(units, random);
        const set = { ...whole, manifest: damaged(whole.manifest, random) };
        const [here, there] = [ours(set), await theirs(set)];
        const isRefused = here.startsWith("refused");
        if (isRefused && !there.startsWith("refused")) {
          assert(/ does not name /.test(here), `${set.manifest}\n${here}\n${there}`);
          saved++;
        } else if (there.startsWith("refused")) {
          assert(isRefused, `${JSON.stringify(set.manifest)}\n${here}\n${there}`);
          refused++;
        } else {
          assertEquals(here, there, set.manifest);
          taken++;
        }
      }
      assert(taken > 3 && refused > 3, `${taken} taken, ${refused} refused, ${saved} saved`);
    });
  },
);
