import { assertEquals } from "@std/assert";
import { LiveServer } from "../support/live_server.ts";
import { testWithRedis } from "../support/redis_server.ts";
import { beside, untilClosed } from "./beside_redis.ts";

const SECRET = { requirepass: "secret" };

/** Words that redis-server 7.0 does not have in its answer to HELLO. */
const SINCE_7_2 = "<proto> ";

/** What clients send that have not authenticated (yet); each ends with QUIT or breaks a limit. */
const STRANGERS: readonly string[] = [
  "PING\r\nGET a\r\nCLIENT ID\r\nQUIT\r\n",
  "BOGUS\r\nGET\r\nQUIT\r\n",
  "AUTH\r\nAUTH wrong\r\nAUTH default wrong\r\nAUTH nobody secret\r\nAUTH a b c\r\nQUIT\r\n",
  "AUTH secret\r\nPING\r\nQUIT\r\n",
  "AUTH default secret\r\nPING\r\nQUIT\r\n",
  "HELLO\r\nHELLO 2\r\nHELLO 9\r\nHELLO 2 AUTH default wrong\r\nQUIT\r\n",
  "RESET\r\nPING\r\nAUTH secret\r\nPING\r\nRESET\r\nPING\r\nQUIT\r\n",
  "*11\r\n",
  "*10\r\n$4\r\nPING\r\n$16385\r\n",
  // The limits are gone with the request after AUTH.
  `*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n*2\r\n$4\r\nECHO\r\n$16385\r\n${
    "e".repeat(16385)
  }\r\nQUIT\r\n`,
  "*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n*11\r\n$6\r\nEXISTS\r\n" + "$1\r\nk\r\n".repeat(10) +
  "QUIT\r\n",
];

testWithRedis(
  "clients without a password are treated byte for byte as by redis-server",
  async () => {
    await beside(SECRET, async (redisPort, ourPort) => {
      for (const input of STRANGERS) {
        const shown = input.slice(0, 60);
        assertEquals(
          { shown, answer: (await untilClosed(ourPort, input)).replaceAll(SINCE_7_2, "") },
          { shown, answer: await untilClosed(redisPort, input) },
        );
      }
    });
  },
  { before: "7.2" },
);

Deno.test("unauthenticated clients may send ten arguments of 16 KiB at most", async () => {
  await using server = LiveServer.start(SECRET);
  assertEquals(
    await untilClosed(server.port, "*11\r\n"),
    "-ERR Protocol error: unauthenticated multibulk length\r\n",
  );
  assertEquals(
    await untilClosed(server.port, "*1\r\n$16385\r\n"),
    "-ERR Protocol error: unauthenticated bulk length\r\n",
  );
});

Deno.test("CONFIG SET requirepass leaves those in who are in, and asks those who come", async () => {
  await using server = LiveServer.start();
  using early = await server.connect();
  await early.send("PING");
  await early.send("CONFIG", "SET", "requirepass", "secret");
  assertEquals((await early.send("PING")).type, "simple");
  using late = await server.connect();
  assertEquals((await late.send("PING")).type, "error");
  await early.send("CONFIG", "SET", "requirepass", "");
  assertEquals((await late.send("PING")).type, "simple");
  await early.send("CONFIG", "SET", "requirepass", "other");
  assertEquals((await late.send("PING")).type, "error");
  assertEquals((await late.send("AUTH", "other")).type, "simple");
  assertEquals((await late.send("PING")).type, "simple");
});
