import { assertEquals } from "@std/assert";
import { LiveServer } from "../support/live_server.ts";
import { plain } from "../support/reply.ts";
import { encodeCommand, latin1 } from "../support/resp_client.ts";
import { textOf, untilClosed } from "./beside_redis.ts";
import { concat } from "@std/bytes";

const PIPELINE = concat([
  encodeCommand(["SET", "key", "one\r\n two"]),
  latin1("PING inline\r\n"),
  encodeCommand(["GET", "key"]),
  latin1("\r\n"),
  encodeCommand(["ECHO", ""]),
  encodeCommand(["QUIT"]),
]);
const ANSWER = "+OK\r\n$6\r\ninline\r\n$9\r\none\r\n two\r\n$0\r\n\r\n+OK\r\n";

Deno.test("a pipeline cut in two at any byte gets the same answers", async () => {
  await using server = LiveServer.start();
  for (let cut = 1; cut < PIPELINE.length; cut++) {
    using client = await server.connect();
    await client.write(PIPELINE.subarray(0, cut));
    await new Promise((resolve) => setTimeout(resolve, 1));
    await client.write(PIPELINE.subarray(cut));
    assertEquals(textOf(await client.readToEnd()), ANSWER, `cut at ${cut}`);
  }
});

Deno.test("a pipeline sent byte by byte gets the same answers", async () => {
  await using server = LiveServer.start();
  using client = await server.connect();
  for (const byte of PIPELINE) await client.write(new Uint8Array([byte]));
  assertEquals(textOf(await client.readToEnd()), ANSWER);
});

Deno.test("a pipeline much longer than a batch is answered whole and in order", async () => {
  await using server = LiveServer.start();
  const commands = Array.from({ length: 20_000 }, (_, i) => encodeCommand(["ECHO", i]));
  const expected = commands.map((_, i) => `$${String(i).length}\r\n${i}\r\n`).join("") + "+OK\r\n";
  const answer = await untilClosed(server.port, concat([...commands, encodeCommand(["QUIT"])]));
  assertEquals(answer === expected, true);
});

Deno.test("another client is answered while one sends pipelines without end", async () => {
  await using server = LiveServer.start();
  using greedy = await server.connect({ timeoutMs: 30_000 });
  using modest = await server.connect();
  const pipeline = concat(Array.from({ length: 30_000 }, () => encodeCommand(["INCR", "n"])));
  const writing = greedy.write(pipeline);
  const reading = (async () => {
    for (let i = 0; i < 30_000; i++) await greedy.reply();
  })();
  const between = Number(plain(await modest.send("GET", "n")) ?? 0);
  assertEquals(between < 30_000, true, `only after ${between} commands`);
  await Promise.all([writing, reading]);
  assertEquals(await modest.send("GET", "n"), { type: "bulk", text: "30000" });
});

Deno.test("an argument of 64 MB arrives whole, however it is cut", async () => {
  await using server = LiveServer.start();
  using client = await server.connect({ timeoutMs: 30_000 });
  const length = 64 << 20;
  const value = new Uint8Array(length);
  for (let i = 0; i < length; i += 4093) value[i] = i;
  const started = performance.now();
  await client.write(`*3\r\n$3\r\nSET\r\n$3\r\nbig\r\n$${length}\r\n`);
  await client.write(value);
  await client.write("\r\n");
  assertEquals(await client.reply(), { type: "simple", text: "OK" });
  assertEquals(await client.send("STRLEN", "big"), { type: "integer", value: BigInt(length) });
  assertEquals(await client.send("GETRANGE", "big", 4093 * 7, 4093 * 7), {
    type: "bulk",
    text: String.fromCharCode(4093 * 7 & 0xff),
  });
  assertEquals(performance.now() - started < 20_000, true);
});
