import { assertEquals } from "@std/assert";
import { LiveServer } from "../support/live_server.ts";
import { testWithRedis } from "../support/redis_server.ts";
import { beside, untilClosed } from "./beside_redis.ts";

/** Input that breaks the protocol, and what is answered before the connection is closed. */
const BROKEN: readonly (readonly [input: string, answer: string])[] = [
  ["*x\r\n", "-ERR Protocol error: invalid multibulk length\r\n"],
  ["*2147483648\r\n", "-ERR Protocol error: invalid multibulk length\r\n"],
  ["*9223372036854775808\r\n", "-ERR Protocol error: invalid multibulk length\r\n"],
  ["*1 \r\n", "-ERR Protocol error: invalid multibulk length\r\n"],
  ["*01\r\n", "-ERR Protocol error: invalid multibulk length\r\n"],
  ["*+1\r\n", "-ERR Protocol error: invalid multibulk length\r\n"],
  ["*\r\n", "-ERR Protocol error: invalid multibulk length\r\n"],
  ["*1\r\n$x\r\n", "-ERR Protocol error: invalid bulk length\r\n"],
  ["*1\r\n$-1\r\n", "-ERR Protocol error: invalid bulk length\r\n"],
  ["*1\r\n$536870913\r\n", "-ERR Protocol error: invalid bulk length\r\n"],
  ["*1\r\n$99999999999999999999\r\n", "-ERR Protocol error: invalid bulk length\r\n"],
  ["*1\r\n$\r\n", "-ERR Protocol error: invalid bulk length\r\n"],
  ["*1\r\nPING\r\n", "-ERR Protocol error: expected '$', got 'P'\r\n"],
  ["*1\r\n\r\n", "-ERR Protocol error: expected '$', got ' '\r\n"],
  ["*2\r\n$4\r\nPING\r\n:1\r\n", "-ERR Protocol error: expected '$', got ':'\r\n"],
  ["GET 'a\r\n", "-ERR Protocol error: unbalanced quotes in request\r\n"],
  ['GET "a"b\r\n', "-ERR Protocol error: unbalanced quotes in request\r\n"],
  ["PING\r\n*x\r\n", "+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n"],
  ["PING\r\n*x\r\nPING\r\n", "+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n"],
  ["x".repeat(70_000), "-ERR Protocol error: too big inline request\r\n"],
  ["*" + "1".repeat(70_000), "-ERR Protocol error: too big mbulk count string\r\n"],
  ["*1\r\n$" + "1".repeat(70_000), "-ERR Protocol error: too big bulk count string\r\n"],
];

Deno.test("a broken protocol is answered with what is wrong, and the connection closed", async () => {
  await using server = LiveServer.start();
  for (const [input, answer] of BROKEN) {
    const shown = input.slice(0, 40);
    assertEquals(
      { shown, answer: await untilClosed(server.port, input) },
      { shown, answer },
    );
  }
  assertEquals(server.engine.sessions.count, 0);
  assertEquals(server.log.filter((line) => line.includes("rror")), []);
});

testWithRedis("a broken protocol is answered byte for byte as by redis-server", async () => {
  await beside({}, async (redisPort, ourPort) => {
    for (const [input] of BROKEN) {
      const shown = input.slice(0, 40);
      assertEquals(
        { shown, answer: await untilClosed(ourPort, input) },
        { shown, answer: await untilClosed(redisPort, input) },
      );
    }
  });
}, { before: "7.2" });

/** Input that looks odd but is right; QUIT ends it. */
const ODD: readonly string[] = [
  "\r\n\n\r\nPING\r\nQUIT\r\n",
  "*0\r\n*-1\r\n*-10\r\nPING\r\nQUIT\r\n",
  "PING\nQUIT\n",
  "ping\r\nQuIt\r\n",
  '   PING   "a b\\x00\\n"   \r\nQUIT\r\n',
  "PING 'it\\'s'\r\nQUIT\r\n",
  "*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nQUIT\r\n",
  // The bytes behind a bulk are not looked at.
  "*1\r\n$4\r\nPINGxx*1\r\n$4\r\nQUIT\r\n",
  "*2\r\n$4\r\nECHO\r\n$0\r\n\r\nQUIT\r\n",
  "QUIT\r\nPING\r\n",
  "QUIT with arguments\r\n",
  "RESET\r\nQUIT\r\n",
  '""\r\nQUIT\r\n',
];

testWithRedis("odd but right input is answered byte for byte as by redis-server", async () => {
  await beside({}, async (redisPort, ourPort) => {
    for (const input of ODD) {
      assertEquals(
        { input, answer: await untilClosed(ourPort, input) },
        { input, answer: await untilClosed(redisPort, input) },
      );
    }
  });
});

Deno.test("POST and Host: lines end the connection with everything before them unanswered", async () => {
  await using server = LiveServer.start();
  const warnings: string[] = [];
  server.engine.ports.process.log = (message) => void warnings.push(message);
  const body = "POST / HTTP/1.1\r\nHost: localhost:6379\r\n\r\nFLUSHALL\r\n";
  for (const input of [body, "SET k v\r\nhost: localhost\r\nSET k w\r\n"]) {
    const answer = await untilClosed(server.port, input);
    assertEquals(answer === "" || answer === "(reset)", true, answer);
  }
  using client = await server.connect();
  assertEquals(await client.send("GET", "k"), { type: "bulk", text: "v" });
  assertEquals(warnings.length, 1); // one a minute
  assertEquals(warnings[0].startsWith("Possible SECURITY ATTACK detected."), true);
});
