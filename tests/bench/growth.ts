/**
 * The worst replies while a table grows: one connection asks GET without pipelining while another
 * process writes four million new keys at the same fixed rate to either server.
 */

import { projectDir } from "../support/miniredis_server.ts";
import { percentile, type Row, rowOf } from "./figures.ts";
import { keyOf } from "./feed.ts";
import { alternate, type Bench, start } from "./opponents.ts";
import { encodeCommand } from "../support/resp_client.ts";

const KEYS = 4_000_000;
const KEYS_PER_SECOND = 250_000;
const VALUE_SIZE = 16;
const BAR = 2.0;

export async function growth(bench: Bench): Promise<Row[]> {
  const medians: { ours: number[]; redis: number[] } = { ours: [], redis: [] };
  const pairs = await alternate(bench, async (who) => {
    await using server = await start(bench, who);
    const feeder = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--allow-net",
        `${import.meta.dirname}/feed.ts`,
        ...[server.port, KEYS, VALUE_SIZE, KEYS_PER_SECOND].map(String),
      ],
      cwd: projectDir,
    }).spawn();
    const latencies = await askUntil(server.port, feeder.status);
    medians[who].push(percentile(latencies, 0.5));
    return percentile(latencies, 0.999);
  });
  const head = { name: `GET while ${KEYS / 1e6}M keys are written, p99.9`, unit: "ms" };
  const middle = medians.ours.map((ours, index) => ({ ours, other: medians.redis[index] }));
  return [
    rowOf({ ...head, bar: { most: BAR } }, pairs),
    rowOf({ ...head, name: head.name.replace("p99.9", "median") }, middle),
  ];
}

/** Latencies in milliseconds of GETs, one after the other, until the feeder has ended. */
async function askUntil(
  port: number,
  fed: Promise<Deno.CommandStatus>,
): Promise<Float64Array> {
  let status: Deno.CommandStatus | undefined;
  fed.then((ended) => status = ended);
  const latencies = new Float64Array(5_000_000);
  let count = 0;
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const buffer = new Uint8Array(4096);
  try {
    conn.setNoDelay(true);
    for (let number = 0; status === undefined && count < latencies.length; number += 7919) {
      const request = encodeCommand(["GET", keyOf(number % KEYS)]);
      const asked = performance.now();
      await conn.write(request);
      if (await conn.read(buffer) === null) throw new Error("the server closed the connection");
      latencies[count++] = performance.now() - asked;
    }
  } finally {
    conn.close();
  }
  if (!status?.success) throw new Error("the feeder failed");
  return latencies.subarray(0, count);
}
