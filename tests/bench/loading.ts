/** How long a server takes from its start until it is ready: with an empty folder, and with a dump. */

import { RespClient } from "../support/resp_client.ts";
import { plain } from "../support/reply.ts";
import { median, type Row, rowOf } from "./figures.ts";
import { setKeys } from "./memory.ts";
import { alternate, type Bench, type Opponent, start } from "./opponents.ts";
import { fillAllTypes } from "./type_fillings.ts";

/** A dump to load: one row of the report each. */
export interface DumpRow {
  title: string;
  bar: number;
  /** Fills the redis-server that writes the dump. */
  fill: Parameters<typeof writeDump>[1];
}

const DUMPS: DumpRow[] = [
  {
    title: "loading a dump of 1M string keys",
    bar: 1.0,
    fill: (server) => setKeys(server, 0, 1_000_000, () => 64),
  },
  { title: "loading a dump of all types together", bar: 1.0, fill: fillAllTypes },
];

const START_BAR_MS = 100;

export async function loading(bench: Bench): Promise<Row[]> {
  const empty = await Deno.makeTempDir({ prefix: "miniredis_bench_" });
  try {
    const starts = await alternate(bench, (who) => startMs(bench, who, empty));
    const startRow = rowOf({
      name: bench.executable === undefined ? "start from source" : "start without a dump",
      unit: "ms",
      bar: { most: START_BAR_MS, absolute: true },
    }, starts);
    const rows = [startRow];
    for (const dump of DUMPS) {
      rows.push(
        await loadRow(bench, dump, {
          ours: median(starts.map((pair) => pair.ours)),
          redis: median(starts.map((pair) => pair.other)),
        }),
      );
    }
    return rows;
  } finally {
    await Deno.remove(empty, { recursive: true });
  }
}

async function loadRow(
  bench: Bench,
  dump: DumpRow,
  emptyMs: { ours: number; redis: number },
): Promise<Row> {
  const dir = await Deno.makeTempDir({ prefix: "miniredis_bench_" });
  try {
    await writeDump(bench, dump.fill, dir);
    const pairs = await alternate(
      bench,
      async (who) => await startMs(bench, who, dir) - emptyMs[who],
    );
    bench.say(`${dump.title} measured`);
    return rowOf({ name: dump.title, unit: "ms beyond the start", bar: { most: dump.bar } }, pairs);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function startMs(bench: Bench, who: Opponent, dir: string): Promise<number> {
  const began = performance.now();
  await using _server = await start(bench, who, { dbfilename: "dump.rdb" }, dir);
  return performance.now() - began;
}

async function writeDump(
  bench: Bench,
  fill: (server: Awaited<ReturnType<typeof start>>) => Promise<void>,
  dir: string,
): Promise<void> {
  await using redis = await start(bench, "redis", { dbfilename: "dump.rdb" }, dir);
  await fill(redis);
  using client = await RespClient.connect({ port: redis.port, timeoutMs: 60_000 });
  const saved = plain(await client.send("SAVE"));
  if (saved !== "OK") throw new Error(`SAVE answered ${saved}`);
}
