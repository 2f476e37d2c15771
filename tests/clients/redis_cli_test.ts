/** The real redis-cli: it complains when HELLO, COMMAND DOCS or INFO are not what it expects. */

import { assertEquals } from "@std/assert";
import { findProgram } from "../support/programs.ts";
import { LiveServer } from "../support/live_server.ts";

const redisCli = findProgram("redis-cli");

function testWithCli(name: string, fn: () => Promise<void>): void {
  if (redisCli === null) console.log(`skipped, redis-cli is not on the PATH: ${name}`);
  Deno.test({ name, ignore: redisCli === null, fn });
}

/** Runs redis-cli with arguments, and lines for its standard input. */
async function cli(
  server: LiveServer,
  args: string[],
  input = "",
): Promise<{ code: number; out: string; err: string }> {
  const child = new Deno.Command(redisCli!, {
    args: ["-p", String(server.port), ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { REDISCLI_HISTFILE: "/dev/null" },
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

for (const protocol of ["-2", "-3"]) {
  testWithCli(`redis-cli ${protocol} runs commands and complains of nothing`, async () => {
    await using server = LiveServer.start();
    const script = 'SET k "a b"\nGET k\nINCR n\nBOGUS\nMGET k missing\nCLIENT GETNAME\n';
    const { code, out, err } = await cli(server, [protocol], script);
    assertEquals({ code, err }, { code: 0, err: "" });
    assertEquals(out.split("\n").slice(0, 3), ["OK", "a b", "1"]);
    assertEquals(out.includes("ERR unknown command 'BOGUS'"), true);
  });
}

testWithCli("redis-cli --pipe sends a mass of commands and counts the replies", async () => {
  await using server = LiveServer.start();
  const commands = Array.from({ length: 20_000 }, (_, i) => `SET key:${i} ${i}\r\n`).join("");
  const { code, out } = await cli(server, ["--pipe"], commands);
  assertEquals(code, 0);
  assertEquals(out.includes("errors: 0, replies: 20000"), true, out);
  const size = await cli(server, ["DBSIZE"]);
  assertEquals(size.out.trim(), "20000");
});

testWithCli("redis-cli scans keys and repeats commands", async () => {
  await using server = LiveServer.start();
  await cli(server, ["MSET", "a:1", "1", "a:2", "2", "b", "3"]);
  const scan = await cli(server, ["--scan", "--pattern", "a:*"]);
  assertEquals(scan.out.trim().split("\n").sort(), ["a:1", "a:2"]);
  const repeated = await cli(server, ["-r", "3", "-i", "0.01", "INCR", "n"]);
  assertEquals(repeated.out.trim().split("\n"), ["1", "2", "3"]);
});

testWithCli("redis-cli authenticates with -a and --user, and is refused without", async () => {
  await using server = LiveServer.start({ requirepass: "secret" });
  const refused = await cli(server, ["PING"]);
  assertEquals(refused.out.trim(), "NOAUTH Authentication required.");
  const known = await cli(server, ["-a", "secret", "--no-auth-warning", "PING"]);
  assertEquals([known.out.trim(), known.err], ["PONG", ""]);
  const named = await cli(server, ["--user", "default", "--pass", "secret", "-3", "PING"]);
  assertEquals(named.out.trim(), "PONG");
});

testWithCli("redis-cli selects the database of -n", async () => {
  await using server = LiveServer.start();
  await cli(server, ["-n", "3", "SET", "k", "three"]);
  assertEquals((await cli(server, ["-n", "3", "GET", "k"])).out.trim(), "three");
  assertEquals((await cli(server, ["GET", "k"])).out.trim(), "");
});
