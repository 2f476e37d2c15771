/** Random command sequences against both servers, and what is left of one once it is cut to what matters. */

import { isAmong, isOlder, redisServerVersion } from "../support/redis_server.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";
import { plain } from "../support/reply.ts";
import type { CommandRow } from "./command_tables.ts";
import { EXACT } from "./compare.ts";
import { generate, parseSyntax, type Syntax } from "./grammar.ts";
import { isKnownToDiffer } from "./known_differences.ts";
import { type ClientPair, describe, type Difference, type ServerPair, showWords } from "./pair.ts";
import type { Step } from "./pair.ts";
import { VOCABULARY } from "./vocabulary.ts";

const BATCH = 40;
const REPLAYS = 150;

/** Runs sequences of `length` commands, one for each seed, and fails on the first difference. */
export async function compareSequences(
  pair: ServerPair,
  rows: readonly CommandRow[],
  options: { seeds: number; length: number },
): Promise<void> {
  const version = pair.redisVersion;
  const drawStep = stepsFrom(rows.filter((row) => isAmong(version, row)));
  await forEachSeed(options.seeds, async (random) => {
    const steps = Array.from({ length: options.length }, () => drawStep(random))
      .filter(({ words }) => !isKnownToDiffer(version, words));
    // Every other sequence in RESP3.
    if (random.seed % 2 === 1) {
      steps.unshift({ words: ["HELLO", "3"], comparison: { how: "type" } });
    }
    const found = await firstDifference(pair, steps);
    if (found === null) return;
    const shortest = await minimize(pair, steps.slice(0, found.index + 1));
    throw new Error(
      `\n${describe(found)}\nAfter FLUSHALL these ${shortest.length} commands show it:\n` +
        shortest.map((step) => `  ${showWords(step.words)}`).join("\n"),
    );
  });
}

/** A function that draws random commands of these rows. */
export function stepsFrom(rows: readonly CommandRow[]): (random: Seeded) => Step {
  const table: { syntax: Syntax; row: CommandRow }[] = [];
  for (const row of rows) {
    const syntax = parseSyntax(row.syntax);
    for (let left = row.weight ?? 1; left > 0; left--) table.push({ syntax, row });
  }
  return (random) => {
    const { syntax, row } = random.pick(table);
    const words = generate(syntax, VOCABULARY, random);
    const sent = row.whole === true ? words : spoil(words, random);
    return { words: sent, comparison: row.comparison ?? EXACT };
  };
}

/** Now and then one word too many or too few: arity and syntax errors have to be the same too. */
function spoil(words: string[], random: Seeded): string[] {
  if (!random.chance(0.02)) return words;
  if (random.chance(0.5)) return words.slice(0, Math.max(1, words.length - 1));
  return [...words, random.pick(["x", "NX", "", "1"])];
}

async function firstDifference(
  pair: ServerPair,
  steps: readonly Step[],
): Promise<Difference | null> {
  await pair.flush();
  const client = await pair.connect();
  try {
    for (let start = 0; start < steps.length; start += BATCH) {
      const found = await client.run(steps.slice(start, start + BATCH));
      if (found !== null) return { ...found, index: start + found.index };
    }
    // Of another client: this one may be in the middle of a transaction.
    const found = await compareData(await pair.connect());
    return found === null ? null : { ...found, index: steps.length - 1 };
  } finally {
    client.close();
  }
}

/** Leaves out as many commands as it can while some difference stays; bounded, so not always minimal. */
async function minimize(pair: ServerPair, steps: Step[]): Promise<Step[]> {
  let kept = steps;
  let replays = 0;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let end = kept.length; end > 0 && replays < REPLAYS; end -= size) {
      const shorter = [...kept.slice(0, Math.max(0, end - size)), ...kept.slice(end)];
      replays++;
      if (shorter.length > 0 && await firstDifference(pair, shorter) !== null) kept = shorter;
    }
  }
  return kept;
}

const DATABASES = 16;

/** Compares every key of every database: type, encoding, value, expiry; then the digest of all. */
export async function compareData(client: ClientPair): Promise<Difference | null> {
  for (let database = 0; database < DATABASES; database++) {
    const listing: Step[] = [
      { words: ["SELECT", String(database)], comparison: EXACT },
      { words: ["DBSIZE"], comparison: EXACT },
      { words: ["KEYS", "*"], comparison: { how: "unordered" } },
    ];
    const found = await client.run(listing);
    if (found !== null) return found;
    const keys = plain(await client.redis.send("KEYS", "*")) as string[];
    const details = await client.run(await readingSteps(client, keys)) ??
      await client.run(await fieldExpirySteps(client, keys));
    if (details !== null) return details;
  }
  return await client.run([{ words: ["DEBUG", "DIGEST"], comparison: EXACT }]);
}

const READ_BY_TYPE: Record<string, (key: string) => Step> = {
  string: (key) => ({ words: ["GET", key], comparison: EXACT }),
  list: (key) => ({ words: ["LRANGE", key, "0", "-1"], comparison: EXACT }),
  set: (key) => ({ words: ["SMEMBERS", key], comparison: { how: "unordered" } }),
  hash: (key) => ({ words: ["HGETALL", key], comparison: { how: "unordered" } }),
  zset: (key) => ({ words: ["ZRANGE", key, "0", "-1", "WITHSCORES"], comparison: EXACT }),
  // Not XINFO STREAM FULL: it tells when consumers were seen, and has more fields in 7.2.
  stream: (key) => ({ words: ["XRANGE", key, "-", "+"], comparison: EXACT }),
};

/** Types that have an encoding more from 7.2 on: what an older server answers says nothing. */
const ENCODED_OTHERWISE_BEFORE = new Set(["list", "set"]);

function encodingStep(key: string, type: string): Step {
  const how = ENCODED_OTHERWISE_BEFORE.has(type) ? "type" : "exact";
  return { words: ["OBJECT", "ENCODING", key], comparison: { how } };
}

async function readingSteps(client: ClientPair, keys: readonly string[]): Promise<Step[]> {
  const types = await client.redis.pipeline(keys.map((key) => ["TYPE", key]));
  return keys.flatMap((key, index) => [
    { words: ["TYPE", key], comparison: EXACT },
    encodingStep(key, String(plain(types[index]))),
    { words: ["PTTL", key], comparison: { how: "near", by: 2000 } },
    ...optional(READ_BY_TYPE[String(plain(types[index]))]?.(key)),
    { words: ["DEBUG", "DIGEST-VALUE", key], comparison: EXACT },
  ]);
}

/** When the fields of hashes expire; a redis-server before 7.4 does not know. */
async function fieldExpirySteps(client: ClientPair, keys: readonly string[]): Promise<Step[]> {
  if (isOlder(redisServerVersion, "7.4")) return [];
  const replies = await client.redis.pipeline(keys.map((key) => ["HKEYS", key]));
  return keys.flatMap((key, index) => {
    const fields = plain(replies[index]);
    if (!Array.isArray(fields) || fields.length === 0) return [];
    const words = ["HPEXPIRETIME", key, "FIELDS", String(fields.length), ...fields as string[]];
    return [{ words, comparison: { how: "near", by: 2000 } }];
  });
}

function optional(step: Step | undefined): Step[] {
  return step === undefined ? [] : [step];
}
