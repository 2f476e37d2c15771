/**
 * Damaged payloads and dumps against two engines whose memories hold different rubbish. Each case is
 * refused or taken by both; what was taken is then read and changed with random commands of its type.
 * Nothing may break, take long, leave memory behind or show what is not its own.
 */

import { latin1Bytes } from "../../src/base/bytes.ts";
import { Logger } from "../../src/base/logger.ts";
import { DumpLoader } from "../../src/persistence/load.ts";
import { SEQUENCES } from "../differential/command_tables.ts";
import { stepsFrom } from "../differential/random_sequence.ts";
import { GuardedArena } from "../memory/guarded_arena.ts";
import { EngineHarness, type Line } from "../support/engine_harness.ts";
import { Seeded } from "../support/seeded.ts";
import { dumpFileOf, type FormedValue, payloadOf, sameServer } from "./fuzz_values.ts";

/** What is damaged, and how what is read is looked at. */
export interface FuzzKind {
  readonly what: "payload" | "dump";
  readonly sanitize: "no" | "yes";
}

export interface FuzzFigures {
  cases: number;
  taken: number;
  refused: number;
  commands: number;
  /** The longest that a case took. */
  longestMs: number;
}

const POISONS = [0xa5, 0x5a];
const ARENA_BYTES = 1 << 26;
const COMMANDS_PER_CASE = 14;
/** Far more than any case needs, also on a busy machine. */
const LONGEST_CASE_MS = 20_000;
/** Engines are made anew after so many cases: a failure is soon shown again. */
const CASES_PER_ENGINE = 200;
/** Commands that wait need somebody to end their wait. */
const WAITS = /^\(?(B[LRZ]|CONFIG)/;
const NOW_MS = 1_700_000_000_000;

const drawers = Object.fromEntries(
  Object.entries(SEQUENCES).map(([name, rows]) => [
    name,
    stepsFrom(rows.filter(({ syntax }) => !WAITS.test(syntax))),
  ]),
);

export class ValueFuzz {
  readonly figures: FuzzFigures = { cases: 0, taken: 0, refused: 0, commands: 0, longestMs: 0 };
  readonly #kind: FuzzKind;
  readonly #values: readonly FormedValue[];
  readonly #seed: number;
  readonly #path: string;
  #pair: EnginePair | undefined;

  /** `path` is a file that may be written. */
  constructor(kind: FuzzKind, values: readonly FormedValue[], seed: number, path: string) {
    this.#kind = kind;
    this.#values = values;
    this.#seed = seed;
    this.#path = path;
  }

  /** Runs one case; all before it have run. Throws what is wrong, with how to see it again. */
  run(number: number): void {
    if (this.#pair === undefined || number % CASES_PER_ENGINE === 0) {
      this.#pair = new EnginePair(this.#kind);
    }
    const startedMs = performance.now();
    const random = new Seeded(this.#seed + number * 7919);
    const value = random.pick(this.#values);
    try {
      this.#case(this.#pair, value, random);
    } catch (error) {
      const { what, sanitize } = this.#kind;
      const last = this.#pair.last;
      this.#pair = undefined;
      throw new Error(
        `${what} ${number}, seed ${this.#seed}, sanitize-dump-payload ${sanitize}, ` +
          `${value.name}, at ${last}: ${(error as Error).message}`,
        { cause: error },
      );
    }
    const tookMs = performance.now() - startedMs;
    this.figures.longestMs = Math.max(this.figures.longestMs, tookMs);
    if (tookMs > LONGEST_CASE_MS) throw new Error(`case ${number} took ${Math.round(tookMs)} ms`);
  }

  #case(pair: EnginePair, value: FormedValue, random: Seeded): void {
    this.figures.cases++;
    const taken = this.#kind.what === "payload"
      ? this.#restore(pair, value, random)
      : this.#load(pair, value, random);
    if (taken) {
      this.figures.taken++;
      this.#work(pair, drawers[value.commands], random);
    } else this.figures.refused++;
    pair.empty();
  }

  #restore(pair: EnginePair, value: FormedValue, random: Seeded): boolean {
    const body = damaged(value.body, random);
    const reply = pair.run(["RESTORE", "k0", 0, payloadOf({ ...value, body })]);
    if (reply.startsWith("-")) {
      if (reply !== "-ERR Bad data format\r\n") throw new Error(`refused with ${reply}`);
      return false;
    }
    pair.run(["RESTORE", "k1", 0, payloadOf(value)]);
    return true;
  }

  #load(pair: EnginePair, value: FormedValue, random: Seeded): boolean {
    const others = this.#values.filter((other) =>
      other.commands === value.commands && sameServer(value, other)
    );
    const bytes = dumpFileOf([random.pick(others), value, random.pick(others)]);
    const headerBytes = 9;
    const file = new Uint8Array(bytes.length);
    file.set(bytes.subarray(0, headerBytes));
    const rest = damaged(bytes.subarray(headerBytes), random);
    Deno.writeFileSync(this.#path, new Uint8Array([...file.subarray(0, headerBytes), ...rest]));
    return pair.load(this.#path);
  }

  #work(pair: EnginePair, draw: ReturnType<typeof stepsFrom>, random: Seeded): void {
    for (let left = COMMANDS_PER_CASE; left > 0; left--) {
      this.figures.commands++;
      pair.run(draw(random).words.map((word) => /^k\d$/.test(word) ? nearby(word) : word));
    }
    for (const key of ["k0", "k1"]) {
      pair.run(["PERSIST", key]); // or the digest of the copy would be another one
      pair.run(["MEMORY", "USAGE", key]);
      const payload = pair.run(["DUMP", key]);
      if (!payload.startsWith("$") || payload.startsWith("$-1")) continue;
      // What was taken is whole: others take it from us.
      const bytes = latin1Bytes(payload.slice(payload.indexOf("\n") + 1, -2));
      const reply = pair.run(["RESTORE", "again", 0, bytes, "REPLACE"]);
      if (reply !== "+OK\r\n") throw new Error(`its own DUMP is refused: ${reply}`);
      const digests = [key, "again"].map((name) => pair.run(["DEBUG", "DIGEST-VALUE", name]));
      if (digests[0] !== digests[1]) throw new Error("its DUMP is another value");
    }
    pair.run("DEBUG DIGEST");
  }
}

/** Few keys, so that commands meet the damaged value. */
function nearby(key: string): string {
  const number = Number(key[1]);
  return number < 5 ? "k0" : `k${number % 3}`;
}

/** Two engines that do the same. */
class EnginePair {
  /** The last line that was run. */
  last = "the start";
  readonly #engines: readonly { harness: EngineHarness; arena: GuardedArena; used: number }[];

  constructor({ sanitize }: FuzzKind) {
    this.#engines = POISONS.map((poison) => {
      const arena = new GuardedArena(poison, ARENA_BYTES);
      const harness = new EngineHarness({
        arena,
        startMs: NOW_MS,
        config: {
          "sanitize-dump-payload": sanitize,
          "enable-debug-command": "yes",
          "rdbchecksum": "no",
        },
      });
      // Tables that stay for good are there before it is counted.
      for (const line of ["PFADD k a", "SORT k ALPHA STORE l", "FLUSHALL SYNC"]) harness.run(line);
      return { harness, arena, used: arena.usedBytes };
    });
  }

  /** Runs a line and answers the bytes of the reply, the same from both. */
  run(line: Line): string {
    this.last = typeof line === "string" ? line : line.map(show).join(" ");
    const [one, other] = this.#engines.map(({ harness }) => harness.client.wire(line));
    if (one !== other) throw new Error(`it depends on what was in memory: ${one} / ${other}`);
    return one;
  }

  /** Loads a file; false when it is refused, for the same reason by both. */
  load(path: string): boolean {
    this.last = `load of ${path}`;
    const [one, other] = this.#engines.map(({ harness }) => refusal(harness, path));
    if (one !== other) throw new Error(`it depends on what was in memory: ${one} / ${other}`);
    if (one !== undefined && !/at byte offset \d+/.test(one)) throw new Error(`no offset: ${one}`);
    return one === undefined;
  }

  /** Deletes everything; nothing is left, and nobody wrote behind a block. */
  empty(): void {
    this.last = "FLUSHALL SYNC";
    for (const { harness, arena, used } of this.#engines) {
      arena.check();
      harness.run("FLUSHALL SYNC");
      harness.run("SELECT 0");
      while (harness.keyspace.graveyard.dig(1000)) { /* until what was unlinked is gone */ }
      if (arena.usedBytes !== used) throw new Error(`${arena.usedBytes - used} bytes are left`);
    }
  }
}

function show(word: unknown): string {
  const text = word instanceof Uint8Array ? String.fromCharCode(...word) : String(word);
  const hex = (character: string) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  return text.replace(/[^ -~]/g, hex);
}

function refusal(harness: EngineHarness, path: string): string | undefined {
  const logger = new Logger({ clock: harness.clock, sink: { write: () => {} }, pid: 1 });
  try {
    new DumpLoader(harness.engine, logger, Infinity).loadNow(path);
    return undefined;
  } catch (error) {
    if ((error as Error).name !== "LoadError") throw error;
    return (error as Error).message;
  }
}

/** Bytes that lengths and encodings begin with. */
const NOTABLE = [0, 1, 0x3f, 0x40, 0x7f, 0x80, 0x81, 0xc0, 0xc3, 0xe0, 0xf0, 0xf4, 0xfe, 0xff];

/** A copy with one to three faults, most of them flipped bits. */
function damaged(original: Uint8Array, random: Seeded): Uint8Array {
  let bytes = original.slice();
  for (let faults = 1 + random.below(3); faults > 0; faults--) {
    // Lengths and headers stand in front.
    const at = random.below(random.chance(0.4) ? Math.min(bytes.length, 40) : bytes.length);
    const fault = random.below(20);
    if (fault < 12) bytes[at] ^= 1 << random.below(8);
    else if (fault < 15) bytes[at] = random.pick(NOTABLE);
    else if (fault < 16) bytes[at] = random.below(256);
    else if (fault < 17) bytes = bytes.slice(0, at + 1);
    else if (fault < 18) {
      bytes = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + 1)]);
    } else bytes.copyWithin(at, random.below(bytes.length), random.below(bytes.length));
    if (bytes.length === 0) return original.slice(0, 1);
  }
  return bytes;
}
