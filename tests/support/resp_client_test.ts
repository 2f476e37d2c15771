import { assert, assertEquals, assertRejects } from "@std/assert";
import { parseReply, plain, quote, type Reply, show } from "./reply.ts";
import { latin1, ReplyTimeout } from "./resp_client.ts";
import { testWithRedis, withRedis } from "./redis_server.ts";

const NESTED = "*3\r\n%1\r\n+a\r\n:1\r\n~2\r\n#t\r\n_\r\n>2\r\n$3\r\na\r\n\r\n=7\r\ntxt:a b\r\n";

Deno.test("a reply parses to the same tree wherever its bytes are cut", () => {
  const bytes = latin1(NESTED);
  for (let end = 0; end < bytes.length; end++) {
    assertEquals(parseReply(bytes.subarray(0, end)), null);
  }
  const parsed = parseReply(bytes);
  assertEquals(parsed?.end, bytes.length);
  assertEquals(plain(parsed!.reply), [[["a", 1]], [true, null], ["a\r\n", "a b"]]);
});

Deno.test("show tells replies apart that look alike", () => {
  const shown = ["+1\r\n", "$1\r\n1\r\n", ":1\r\n", "-1\r\n", "(1\r\n", ",1\r\n"]
    .map((text) => show(parseReply(latin1(text))!.reply));
  assertEquals(new Set(shown).size, shown.length);
  assertEquals(quote('\x00"\xff\n'), '"\\x00\\"\\xff\\n"');
});

testWithRedis("the client reads RESP2 and RESP3 of a real server", async () => {
  await withRedis(async (client) => {
    const replies = await client.pipeline([
      ["SET", "key", "\x00\xff\r\n"],
      ["GET", "key"],
      ["GET", "missing"],
      ["LPOP", "key"],
      ["INCR", "n"],
      ["HELLO", 3],
      ["GET", "missing"],
      ["DEBUG", "PROTOCOL", "push"],
    ]);
    assertEquals(replies.slice(0, 3).map(plain), ["OK", "\x00\xff\r\n", null]);
    assertEquals(replies[3].type, "error");
    assertEquals(replies[4], { type: "integer", value: 1n });
    assertEquals(replies[5].type, "map");
    assertEquals(replies[6] as Reply, { type: "null", form: "resp3" });
    assertEquals(await client.sendRaw("PING"), latin1("+PONG\r\n"));
  });
});

testWithRedis(
  "a reply that does not come is a timeout, and the next one is still read",
  async () => {
    await withRedis(async (client) => {
      assert(await client.silentFor(20));
      await client.write("*1\r\n$4\r\nPI");
      assert(await client.silentFor(20));
      await client.write("NG\r\n");
      assertEquals(plain(await client.reply()), "PONG");
      await client.write("*1\r\n$-5\r\n");
      const rest = await client.readToEnd();
      assertEquals(rest, latin1("-ERR Protocol error: invalid bulk length\r\n"));
      await assertRejects(() => client.reply(), Error, "closed");
      assert(new ReplyTimeout("x") instanceof Error);
    });
  },
);
