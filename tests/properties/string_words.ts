// Commands that change long strings, for whoever writes them meanwhile.
import type { Saving } from "../persistence/saving.ts";
import type { Seeded } from "../support/seeded.ts";

type Words = (string | number)[];

/** Bytes of the longest string: compressed in several parts. */
const LONGEST = 200_000;

/** Text that LZF makes shorter, or cannot, or both in turn. */
function longText(random: Seeded): string {
  const length = random.pick([20, 1100, 2000, 5000, 70_000, LONGEST]);
  const noise = () => Array.from({ length: 997 }, () => String.fromCharCode(33 + random.below(90)));
  const [one, other] = [noise().join(""), random.chance(0.5) ? noise().join("") : "x".repeat(997)];
  const text = (random.chance(0.3) ? "y" : one).repeat(length / 997 + 1) + other;
  return random.chance(0.5) ? text.slice(0, length) : noisy(random, text, length);
}

/** Every few bytes are others, so that nothing repeats. */
function noisy(random: Seeded, text: string, length: number): string {
  let noisy = "";
  while (noisy.length < length) {
    noisy += text[noisy.length % text.length] + String.fromCharCode(33 + random.below(90));
  }
  return noisy.slice(0, length);
}

const stringKey = (random: Seeded) => `string:${random.below(6)}`;

const sketchKey = (random: Seeded) => `sketch:${random.below(4)}`;

export function fillStrings({ harness: { client } }: Saving, random: Seeded): void {
  for (let key = 0; key < 4; key++) {
    const members = Array.from({ length: random.pick([3, 100, 3000]) }, (_, i) => i);
    client.send(["PFADD", `sketch:${key}`, ...members]);
  }
  for (let key = 0; key < 6; key++) {
    client.send(["SELECT", random.below(2)]);
    client.send(["SET", `string:${key}`, longText(random)]);
  }
  client.send(["SELECT", 0]);
  client.takeReplies();
}

export function drawString(random: Seeded): string[] {
  const key = stringKey(random), other = stringKey(random), offset = random.below(LONGEST);
  return random.pick<() => Words>([
    () => ["APPEND", key, random.chance(0.3) ? longText(random) : "some more"],
    () => ["SETRANGE", key, offset, "something else"],
    () => ["SETBIT", key, offset * 8, random.below(2)],
    () => ["BITFIELD", key, "INCRBY", "u8", `#${offset}`, 1, "SET", "i5", `#${offset >> 2}`, 3],
    () => ["BITOP", random.pick(["NOT", "OR"]), other, key],
    () => ["SET", key, longText(random)],
    () => ["SET", key, "short", "KEEPTTL"],
    () => [random.pick(["DEL", "UNLINK", "GETDEL"]), key],
    () => [random.pick(["RENAME", "RENAMENX"]), key, other],
    () => ["COPY", key, other, "REPLACE"],
    () => random.chance(0.3) ? ["MOVE", key, 1] : ["GETRANGE", key, 0, 5],
    () => [random.pick(["PEXPIRE", "PEXPIREAT"]), key, random.pick([1, 50, 3000])],
    () => ["PFADD", key, "a"],
    () => ["PFADD", sketchKey(random), random.below(1000)],
    () => ["PFCOUNT", sketchKey(random)], // which keeps the estimate in the value
    () => ["SELECT", random.below(2)],
    () => random.chance(0.3) ? [random.pick(["FLUSHALL", "FLUSHDB"]), "ASYNC"] : ["SWAPDB", 0, 1],
    () => random.chance(0.5) ? ["FLUSHALL", "SYNC"] : ["SADD", key, "m"],
  ])().map(String);
}
