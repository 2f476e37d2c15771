/** Data by chance, of which files are made that a redis-server reads too. */

import { SEQUENCES } from "../differential/command_tables.ts";
import { stepsFrom } from "../differential/random_sequence.ts";
import type { Seeded } from "../support/seeded.ts";
import type { Saving } from "./saving.ts";

/** Both sides of every limit, for ours and theirs alike. */
export const SMALL_LIMITS = {
  "hash-max-listpack-entries": "4",
  "set-max-intset-entries": "4",
  "zset-max-listpack-entries": "4",
  "list-max-listpack-size": "3",
  "list-compress-depth": "1",
  "stream-node-max-entries": "3",
} as const;
const MADE_OF = ["strings", "lists", "sets", "hashes", "streams", "sorted sets", "zsets"];

/** Lines that make values which the sequences may miss. */
export const MORE = [
  "SET number:small -1",
  "SET number:large 9223372036854775807",
  "ZADD zset:small -inf a 0.1 b 1e300 c",
  "RPUSH list:numbers 1 -128 4096 70000 -8388608 2147483648 9223372036854775807",
  "SADD set:wide 1 70000 9223372036854775807",
  "HSET hash:binary \\x00\\xff \\r\\n '' ''",
];

/** Runs random commands on values of all types, and makes some large ones; what redis-server 7.0 knows. */
export function fillByChance(saving: Saving, random: Seeded, steps = 2500): void {
  const { client } = saving.harness;
  const rows = MADE_OF.flatMap((name) => SEQUENCES[name] ?? []);
  const draw = stepsFrom(rows.filter(({ syntax }) => !/^H(GETEX|SETEX|P?EXPIRE)/.test(syntax)));
  for (let step = 0; step < steps; step++) client.send(draw(random).words);
  for (const line of ["DISCARD", "UNWATCH", ...MORE]) client.send(line);
  client.takeReplies();
  for (let i = 0; i < 40; i++) {
    client.run(`ZADD zset:large ${i / 7} member:${i}`);
    client.run(["RPUSH", "list:large", `e${i}`, random.pick(["x", "y"]).repeat(i * 400)]);
    client.run(`XADD stream:large ${i + 1}-1 f ${i}`);
  }
  client.run("XGROUP CREATE stream:large group 5-1");
  client.run("XREADGROUP GROUP group consumer COUNT 7 STREAMS stream:large >");
}
