// Commands that change streams with groups, for whoever writes them meanwhile.
import type { Saving } from "../persistence/saving.ts";
import type { Seeded } from "../support/seeded.ts";

type Words = (string | number)[];

/** Entries of a stream whose groups have many of them pending. */
const MOST_PENDING = 1500;
const pendingId = (random: Seeded) => `${random.between(1, MOST_PENDING)}-1`;

export function fillPending({ harness: { client } }: Saving, random: Seeded): void {
  for (const key of ["pending:0", "pending:1"]) {
    for (let n = 1; n <= MOST_PENDING; n++) client.send(["XADD", key, `${n}-1`, "f", n]);
    for (const group of ["g0", "g1"]) {
      client.send(["XGROUP", "CREATE", key, group, "0"]);
      for (let left = random.pick([40, 300, MOST_PENDING]); left > 0; left -= 100) {
        const words = ["XREADGROUP", "GROUP", group, `c${random.below(3)}`, "COUNT", 100];
        client.send([...words, "STREAMS", key, ">"]);
      }
    }
  }
  client.takeReplies();
}

export function drawPending(random: Seeded): string[] {
  const key = `pending:${random.below(2)}`, group = `g${random.below(2)}`;
  const consumer = `c${random.below(4)}`, first = pendingId(random);
  const reading = ["XREADGROUP", "GROUP", group, consumer, "COUNT", 20, "STREAMS", key];
  return random.pick<() => Words>([
    () => ["XACK", key, group, ...Array.from({ length: 60 }, () => pendingId(random))],
    () => ["XACK", key, group, ...Array.from({ length: 300 }, (_, i) => `${i + 1}-1`)],
    () => ["XCLAIM", key, group, consumer, 0, first, pendingId(random), "RETRYCOUNT", 7],
    () => ["XCLAIM", key, group, consumer, 0, first, "FORCE", "JUSTID"],
    () => ["XAUTOCLAIM", key, group, consumer, 0, first, "COUNT", 30],
    () => [...reading, ">"],
    () => [...reading, first],
    () => ["XGROUP", random.chance(0.2) ? "DELCONSUMER" : "CREATECONSUMER", key, group, consumer],
    () => ["XGROUP", random.chance(0.1) ? "DESTROY" : "HELP", key, group],
    () => ["XGROUP", "CREATE", key, group, "0"],
    () => ["XGROUP", "SETID", key, group, first],
    () => ["XDEL", key, first],
    () => random.chance(0.05) ? ["UNLINK", key] : ["RENAME", "pending:0", "pending:2"],
    () => random.chance(0.05) ? ["FLUSHALL"] : ["COPY", "pending:1", "pending:3", "REPLACE"],
  ])().map(String);
}

/** Streams with many groups, and a group with many consumers. */
const GROUPS = 40;
const CONSUMERS = 90;
const GROUPS_KEYS = ["groups:0", "groups:1"];

const anyGroup = (random: Seeded) => random.chance(0.4) ? "many" : `g${random.below(GROUPS + 3)}`;
const anyConsumer = (random: Seeded) => `c${random.below(CONSUMERS + 10)}`;

export function fillGroups({ harness: { client } }: Saving, random: Seeded): void {
  for (const key of GROUPS_KEYS) {
    for (let n = 1; n <= 60; n++) client.send(["XADD", key, `${n}-1`, "f", n]);
    client.send(["XGROUP", "CREATE", key, "many", "0"]);
    for (let consumer = 0; consumer < CONSUMERS; consumer++) {
      if (random.chance(0.5)) {
        client.send(["XGROUP", "CREATECONSUMER", key, "many", `c${consumer}`]);
      } else client.send(readingWords(key, "many", `c${consumer}`, random.pick([1, 2])));
    }
    for (let group = 0; group < GROUPS; group++) {
      client.send(["XGROUP", "CREATE", key, `g${group}`, random.pick(["0", "7-1", "$"])]);
      for (let reads = random.below(3); reads > 0; reads--) {
        client.send(readingWords(key, `g${group}`, anyConsumer(random), random.pick([1, 50])));
      }
    }
  }
  client.takeReplies();
}

function readingWords(key: string, group: string, consumer: string, count: number): Words {
  return ["XREADGROUP", "GROUP", group, consumer, "COUNT", count, "STREAMS", key, ">"];
}

export function drawGroups(random: Seeded): string[] {
  const key = random.pick(GROUPS_KEYS), group = anyGroup(random), consumer = anyConsumer(random);
  const id = `${random.between(1, 60)}-1`;
  return random.pick<() => Words>([
    () => readingWords(key, group, consumer, 1),
    () => readingWords(key, group, consumer, 30),
    () => ["XADD", key, "*", "f", "v"],
    () => ["XACK", key, group, id, "1-1", "2-1"],
    () => ["XCLAIM", key, group, consumer, 0, id, "FORCE", "LASTID", "50-1"],
    () => ["XAUTOCLAIM", key, group, consumer, 0, "0", "COUNT", 3],
    () => ["XGROUP", "CREATECONSUMER", key, group, consumer],
    () => ["XGROUP", "DELCONSUMER", key, group, consumer],
    () => ["XGROUP", "DELCONSUMER", key, "many", consumer],
    () => ["XGROUP", "SETID", key, group, id, "ENTRIESREAD", random.below(60)],
    () => ["XGROUP", "CREATE", key, group, id],
    () => ["XGROUP", random.chance(0.5) ? "DESTROY" : "HELP", key, group],
    () => ["XSETID", key, "100000-0"],
    () => random.chance(0.03) ? ["UNLINK", key] : ["TOUCH", key],
    () => random.chance(0.05) ? ["COPY", key, "groups:2", "REPLACE"] : ["EXISTS", key],
  ])().map(String);
}
