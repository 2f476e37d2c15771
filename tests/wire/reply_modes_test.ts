import { assertEquals } from "@std/assert";
import { LiveServer } from "../support/live_server.ts";
import { testWithRedis } from "../support/redis_server.ts";
import { beside, untilClosed } from "./beside_redis.ts";

/** Each ends with an answered QUIT. */
const CONVERSATIONS: readonly string[] = [
  "CLIENT REPLY ON\r\nPING\r\nQUIT\r\n",
  "CLIENT REPLY OFF\r\nPING\r\nBOGUS\r\nGET\r\nCLIENT REPLY ON\r\nQUIT\r\n",
  "CLIENT REPLY SKIP\r\nPING 1\r\nPING 2\r\nQUIT\r\n",
  "CLIENT REPLY SKIP\r\nBOGUS\r\nPING 2\r\nQUIT\r\n",
  "CLIENT REPLY SKIP\r\nCLIENT REPLY SKIP\r\nPING 1\r\nPING 2\r\nQUIT\r\n",
  "CLIENT REPLY SKIP\r\nCLIENT REPLY ON\r\nPING 1\r\nPING 2\r\nQUIT\r\n",
  "CLIENT REPLY SKIP\r\nCLIENT REPLY OFF\r\nPING 1\r\nCLIENT REPLY ON\r\nPING 2\r\nQUIT\r\n",
  "CLIENT REPLY OFF\r\nCLIENT REPLY SKIP\r\nPING 1\r\nPING 2\r\nCLIENT REPLY ON\r\nQUIT\r\n",
  "CLIENT REPLY OFF\r\nCLIENT REPLY BOGUS\r\nCLIENT REPLY ON\r\nQUIT\r\n",
  "CLIENT REPLY BOGUS\r\nPING\r\nQUIT\r\n",
  "CLIENT REPLY OFF\r\nRESET\r\nPING\r\nQUIT\r\n",
  "CLIENT REPLY SKIP\r\nRESET\r\nPING\r\nQUIT\r\n",
  "MULTI\r\nCLIENT REPLY SKIP\r\nCLIENT REPLY SKIP\r\nEXEC\r\nPING 2\r\nPING 3\r\nQUIT\r\n",
  "CLIENT REPLY SKIP\r\nMULTI\r\nCLIENT REPLY SKIP\r\nCLIENT REPLY SKIP\r\nCLIENT REPLY SKIP\r\n" +
  "EXEC\r\nPING 2\r\nPING 3\r\nQUIT\r\n",
  "MULTI\r\nCLIENT REPLY SKIP\r\nPING 1\r\nEXEC\r\nPING 2\r\nPING 3\r\nQUIT\r\n",
];

testWithRedis("CLIENT REPLY silences byte for byte what redis-server silences", async () => {
  await beside({}, async (redisPort, ourPort) => {
    for (const input of CONVERSATIONS) {
      assertEquals(
        { input, answer: await untilClosed(ourPort, input) },
        { input, answer: await untilClosed(redisPort, input) },
      );
    }
  });
});

Deno.test("CLIENT REPLY OFF and SKIP run commands without answering them", async () => {
  await using server = LiveServer.start();
  const answer = await untilClosed(
    server.port,
    "CLIENT REPLY OFF\r\nINCR n\r\nCLIENT REPLY SKIP\r\nINCR n\r\nCLIENT REPLY ON\r\n" +
      "CLIENT REPLY SKIP\r\nINCR n\r\nGET n\r\nQUIT\r\n",
  );
  assertEquals(answer, "+OK\r\n$1\r\n3\r\n+OK\r\n");
});

Deno.test("a protocol error under CLIENT REPLY OFF closes without a word", async () => {
  await using server = LiveServer.start();
  assertEquals(await untilClosed(server.port, "CLIENT REPLY OFF\r\n*x\r\n"), "");
});

Deno.test("a blocking command under CLIENT REPLY SKIP is not answered when its wait ends", async () => {
  await using server = LiveServer.start();
  using paused = await server.connect();
  using other = await server.connect();
  await other.send("CLIENT", "PAUSE", 100_000, "WRITE");
  await paused.write("CLIENT REPLY SKIP\r\nINCR n\r\nINCR n\r\n");
  await server.until(() => server.engine.sessions.all()[0].parked !== undefined, "parked");
  await other.send("CLIENT", "UNPAUSE");
  assertEquals(await paused.reply(), { type: "integer", value: 2n });
});
