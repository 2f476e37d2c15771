/** Random command sequences of every group, against redis-server and this server. */

import { testWithRedis } from "../support/redis_server.ts";
import { SEQUENCE_VERSIONS, SEQUENCES } from "./command_tables.ts";
import { ServerPair } from "./pair.ts";
import { compareSequences } from "./random_sequence.ts";

/** DIFFERENTIAL_SEEDS=500 makes a longer search than the usual run. */
const SEEDS = Number(Deno.env.get("DIFFERENTIAL_SEEDS") ?? 12);

for (const [name, rows] of Object.entries(SEQUENCES)) {
  testWithRedis(`random commands on ${name} get the replies redis-server gives`, async () => {
    await using pair = await ServerPair.start();
    await compareSequences(pair, rows, { seeds: SEEDS, length: 600 });
  }, SEQUENCE_VERSIONS[name]);
}
