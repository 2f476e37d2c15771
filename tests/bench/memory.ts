/** Resident memory: what a million keys add, and what is left of it after deleting and rewriting. */

import type { ServerProcess } from "../support/server_process.ts";
import { type Row, rowOf } from "./figures.ts";
import { deleteCommand, feed, setCommand } from "./feed.ts";
import { alternate, type Bench, start } from "./opponents.ts";
import { residentBytes } from "./process_facts.ts";

/** A data set to fill a server with: one row of the report each. */
export interface Filling {
  title: string;
  bar: number;
  fill: (server: ServerProcess) => Promise<void>;
}

const KEYS = 1_000_000;
const MEGABYTE = 1024 * 1024;
const SETTLE_MS = 300;

const FILLINGS: Filling[] = [
  {
    title: "1M keys of 16 bytes, values of 64 bytes",
    bar: 0.9,
    fill: (server) => setKeys(server, 0, KEYS, () => 64),
  },
  {
    title: "1M keys of 16 bytes, values of 8 bytes",
    bar: 0.9,
    fill: (server) => setKeys(server, 0, KEYS, () => 8),
  },
  {
    title: "the 64-byte values, half deleted, half a million of 20 to 147 bytes written",
    bar: 1.1,
    fill: async (server) => {
      await setKeys(server, 0, KEYS, () => 64);
      await feed({
        port: server.port,
        from: 0,
        to: KEYS / 2,
        command: (number) => deleteCommand(number * 2),
        replyLength: 4,
      });
      await setKeys(server, KEYS, KEYS * 1.5, (number) => 20 + number % 128);
    },
  },
];

export function memory(bench: Bench): Promise<Row[]> {
  return residentGrowth(bench, FILLINGS);
}

/** One row for each filling. */
export async function residentGrowth(bench: Bench, fillings: readonly Filling[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const filling of fillings) {
    const pairs = await alternate(bench, async (who) => {
      await using server = await start(bench, who);
      const empty = await residentBytes(server.pid);
      await filling.fill(server);
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      return (await residentBytes(server.pid) - empty) / MEGABYTE;
    });
    const head = { name: filling.title, unit: "MiB grown", bar: { most: filling.bar } };
    rows.push(rowOf(head, pairs));
    bench.say(`${filling.title} measured`);
  }
  return rows;
}

/** SET of the keys `from` to `to` with values of the sizes given. */
export async function setKeys(
  server: ServerProcess,
  from: number,
  to: number,
  size: (number: number) => number,
): Promise<void> {
  await feed({
    port: server.port,
    from,
    to,
    command: (number) => setCommand(number, size(number)),
    replyLength: 5,
  });
}
