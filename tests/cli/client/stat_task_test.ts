import { assertEquals } from "@std/assert";
import { humanBytes, readInfo, statLine } from "../../../src/cli/client/stat_task.ts";

const INFO = "# Memory\r\nused_memory:1572864\r\n# Clients\r\nconnected_clients:3\r\n" +
  "blocked_clients:1\r\ntotal_commands_processed:120\r\ntotal_connections_received:9\r\n" +
  "loading:0\r\nrdb_bgsave_in_progress:1\r\naof_rewrite_in_progress:1\r\n" +
  "# Keyspace\r\ndb0:keys=10,expires=0,avg_ttl=0\r\ndb31:keys=5,expires=1,avg_ttl=7\r\n";

Deno.test("a line of statistics adds up all databases and shows requests since the last line", () => {
  const info = readInfo(INFO);
  assertEquals(
    statLine(info, 0),
    "15         1.50M    3       1       120 (+0)            9           SAVE+AOF\n",
  );
  assertEquals(
    statLine(info, 100),
    "15         1.50M    3       1       120 (+20)           9           SAVE+AOF\n",
  );
});

Deno.test("sizes are shown in the largest unit that fits", () => {
  assertEquals([0, 1023, 1024, 1048575, 1048576, 5 * 1024 ** 3, 3 * 1024 ** 5].map(humanBytes), [
    "0B",
    "1023B",
    "1.00K",
    "1024.00K",
    "1.00M",
    "5.00G",
    "3072.00T",
  ]);
});
