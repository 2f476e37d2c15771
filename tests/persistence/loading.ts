/** Loads dumps into an engine of this process, and reads what is there through commands. */

import { join } from "node:path";
import { Logger } from "../../src/base/logger.ts";
import { DumpLoader } from "../../src/persistence/load.ts";
import { LoadError } from "../../src/persistence/load_state.ts";
import { EngineHarness, type HarnessOptions } from "../support/engine_harness.ts";
import { type Argument, RespClient } from "../support/resp_client.ts";
import { type Plain, plain } from "../support/reply.ts";

export const NOW_MS = 1_700_000_000_000;

/** An engine that loads any number of dumps in turn. */
export class Loading {
  readonly harness: EngineHarness;
  readonly loader: DumpLoader;
  readonly log: string[] = [];
  readonly #path = join(Deno.makeTempDirSync({ prefix: "miniredis_test_" }), "dump.rdb");

  constructor(options: HarnessOptions = {}) {
    const config = { "enable-debug-command": "yes", ...options.config };
    this.harness = new EngineHarness({ startMs: NOW_MS, ...options, config });
    const { clock, engine } = this.harness;
    const logger = new Logger({
      clock,
      sink: { write: (line) => void this.log.push(line) },
      pid: 1,
    });
    this.loader = new DumpLoader(engine, logger, Infinity);
  }

  /** Loads the bytes; the message of the error when they are refused. */
  async load(bytes: Uint8Array): Promise<string | undefined> {
    Deno.writeFileSync(this.#path, bytes);
    try {
      await this.loader.load(this.#path);
      return undefined;
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      return error.message.slice(error.message.indexOf(this.#path) + this.#path.length + 2);
    }
  }

  /** Loads what must be without fault. */
  async loadWhole(bytes: Uint8Array): Promise<void> {
    const message = await this.load(bytes);
    if (message !== undefined) throw new Error(message);
  }

  readonly ask: Ask = (...words) => Promise.resolve(this.harness.run(words));

  [Symbol.dispose](): void {
    Deno.removeSync(join(this.#path, ".."), { recursive: true });
  }
}

/** Runs a command and answers its reply. */
export type Ask = (...words: Argument[]) => Promise<Plain>;

/** Asks a server over the wire. */
export function askOver(client: RespClient): Ask {
  return async (...words) => plain(await client.send(...words));
}

/** What is to be known about a key. */
export interface KeyView {
  type: string;
  encoding: string;
  expireAtMs: number;
  value: unknown;
}

/** Reads a key with the commands of its type. */
export async function viewKey(ask: Ask, key: string): Promise<KeyView> {
  const type = String(await ask("TYPE", key));
  return {
    type,
    encoding: String(await ask("OBJECT", "ENCODING", key)),
    expireAtMs: Number(await ask("PEXPIRETIME", key)),
    value: await READERS[type](ask, key),
  };
}

/** Reads all keys of the selected database. */
export async function viewKeys(ask: Ask): Promise<Record<string, KeyView>> {
  const keys = (await ask("KEYS", "*") as string[]).sort();
  const views: Record<string, KeyView> = {};
  for (const key of keys) views[key] = await viewKey(ask, key);
  return views;
}

const READERS: Record<string, (ask: Ask, key: string) => Promise<unknown>> = {
  string: (ask, key) => ask("GET", key),
  list: (ask, key) => ask("LRANGE", key, 0, -1),
  set: async (ask, key) => (await ask("SMEMBERS", key) as string[]).sort(),
  zset: (ask, key) => ask("ZRANGE", key, 0, -1, "WITHSCORES"),
  hash: async (ask, key) => pairsOf(await ask("HGETALL", key) as Plain[]).sort(),
  stream: async (ask, key) => ({
    entries: await ask("XRANGE", key, "-", "+"),
    facts: streamFacts(await ask("XINFO", "STREAM", key, "FULL", "COUNT", 0) as Plain[]),
  }),
};

/** Neighbours of a flat list of names and values. */
export function pairsOf(items: readonly Plain[]): [string, Plain][] {
  return Array.from(
    { length: items.length / 2 },
    (_, i) => [String(items[2 * i]), items[2 * i + 1]],
  );
}

/** XINFO STREAM FULL without what differs from version to version. */
function streamFacts(items: Plain[]): Record<string, unknown> {
  const { entries: _, groups, ...facts } = Object.fromEntries(pairsOf(items));
  delete facts["radix-tree-keys"];
  delete facts["radix-tree-nodes"];
  return { ...facts, groups: (groups as Plain[][]).map(groupFacts) };
}

function groupFacts(items: Plain[]): Record<string, unknown> {
  const { consumers, ...facts } = Object.fromEntries(pairsOf(items));
  return {
    ...facts,
    consumers: (consumers as Plain[][]).map((consumer) => {
      const { "active-time": _, ...known } = Object.fromEntries(pairsOf(consumer));
      return known;
    }),
  };
}
