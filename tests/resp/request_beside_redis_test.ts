// Raw input, well-formed or not, to the decoder and to redis-server: the same bytes must come back.
import { assertEquals } from "@std/assert";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { ReplyWriter } from "../../src/resp/reply_writer.ts";
import { startRedis, testWithRedis } from "../support/redis_server.ts";
import { RespClient } from "../support/resp_client.ts";
import { decodeWhole, multibulk } from "./decoding.ts";

const ECHO = multibulk("ECHO", "before");

const INPUTS = [
  ECHO + multibulk("ECHO", "\r\n\0\xff"),
  "ECHO a\r\nECHO b\nECHO c\r\n",
  `ECHO "a\\x41\\n" \r\nECHO 'it\\'s'\r\n`,
  "\r\n\n\r\n" + ECHO,
  "*0\r\n*-5\r\n" + ECHO,
  "ECHO a\vb\r\n",
  `ECHO "a"b\r\n`,
  `ECHO "a\r\n`,
  `ECHO 'a\r\n`,
  'ECHO "\\x4" \r\n',
  ECHO + "*x\r\n",
  "*\r\n",
  "*1x\r\n",
  "* 1\r\n",
  "*+1\r\n",
  "*01\r\n",
  "*2147483648\r\n",
  "*99999999999999999999\r\n",
  ECHO + "*1\r\nPING\r\n",
  "*1\r\n\r\n",
  "*1\r\n:4\r\nPING\r\n",
  "*1\r\n\xff\r\n",
  "*1\r\n$\r\n",
  "*1\r\n$-1\r\n",
  "*1\r\n$4x\r\nPING\r\n",
  "*1\r\n$536870913\r\n",
  "*1\r\n$99999999999999999999\r\n",
  // What stands in the place of a line end is not looked at.
  "*1xx$4\r\nPING\r\n",
  "*1\rx$4\rxPINGxx" + ECHO,
  "*2\r\n$4\r\nECHO\r\n$3\r\nabcXY" + ECHO,
  "*1\r\n$4\r\nPING\r\n*1\r\n$3",
  "x".repeat(65_536 + 20),
  "*" + "1".repeat(65_536 + 20),
  "*1\r\n$" + "1".repeat(65_536 + 20),
];

/** What a server says that knows nothing but ECHO and PING. */
function ours(input: string): string {
  const { requests, error } = decodeWhole(input);
  const writer = new ReplyWriter();
  for (const [name, word] of requests) {
    if (name === "PING") writer.pong();
    else writer.bulkRange(latin1Bytes(word), 0, word.length);
  }
  if (error !== "") writer.error(`ERR Protocol error: ${error}`);
  return latin1(writer.buffer, 0, writer.length);
}

testWithRedis("input of every shape is answered as redis-server answers it", async () => {
  await using server = await startRedis();
  for (const input of INPUTS) {
    using client = await RespClient.connect({ port: server.port });
    await client.write(input);
    await client.closeWrite();
    const theirs = latin1(await client.readToEnd());
    const shown = JSON.stringify(input.slice(0, 100));
    assertEquals(ours(input), theirs, shown);
  }
}, { before: "7.2" });
