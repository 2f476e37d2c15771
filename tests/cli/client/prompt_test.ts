import { assertEquals } from "@std/assert";
import { findProgram } from "../../support/programs.ts";
import { redisServerPath, startRedis } from "../../support/redis_server.ts";
import type { ServerProcess } from "../../support/server_process.ts";
import { clientCommand, LiveProcess } from "./client_process.ts";

const CTRL_C = "\x03", CTRL_D = "\x04", CTRL_U = "\x15", UP = "\x1b[A";

// Only the script of util-linux takes a command line with -c.
const script = Deno.build.os === "linux" ? findProgram("script") : null;

/** A test at the prompt, which needs a pseudo-terminal and a server. */
function testAtPrompt(
  name: string,
  check: (live: LiveProcess, server: ServerProcess, history: string) => Promise<void>,
): void {
  const ignore = script === null || redisServerPath === null;
  if (ignore) console.log(`skipped, it needs redis-server and the program script: ${name}`);
  Deno.test({
    name,
    ignore,
    fn: async () => {
      const dir = await Deno.makeTempDir();
      try {
        await using server = await startRedis();
        const history = `${dir}/history`;
        await Deno.writeTextFile(history, "echo from-an-earlier-session\n");
        await using live = atTerminal([...clientCommand, "-p", `${server.port}`], history);
        await check(live, server, history);
      } finally {
        await Deno.remove(dir, { recursive: true });
      }
    },
  });
}

function atTerminal(command: readonly string[], history: string): LiveProcess {
  const line = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const sized = `stty cols 100 rows 30; exec ${line}`;
  const env = { MINIREDIS_HISTFILE: history, TERM: "xterm", SHELL: "/bin/sh" };
  return new LiveProcess([script!, "-qec", sized, "/dev/null"], env);
}

testAtPrompt("the prompt shows address, database and transaction", async (live, server) => {
  const place = `127.0.0.1:${server.port}`;
  let at = await live.waitFor(`${place}> `);
  await live.send("select 2\r");
  at = await live.waitFor(`${place}[2]> `, at);
  await live.send("multi\r");
  at = await live.waitFor(`${place}[2](TX)> `, at);
  await live.send("3 incr n\r");
  at = await live.waitFor("QUEUED\r\nQUEUED\r\nQUEUED\r\n", at);
  await live.send("exec\r");
  at = await live.waitFor("1) (integer) 1\r\n2) (integer) 2\r\n3) (integer) 3\r\n", at);
  await live.waitFor(`${place}[2]> `, at);
  await live.send("connect 127.0.0.1 1\r");
  at = await live.waitFor("Connection refused\r\n", at);
  at = await live.waitFor("not connected> ", at);
  await live.send(`connect 127.0.0.1 ${server.port}\r`);
  at = await live.waitFor(`${place}[2]> `, at);
  await live.send("quit\r");
  assertEquals(await live.end(), 0);
});

testAtPrompt("a dim hint shows the arguments still missing, TAB completes", async (live) => {
  let at = await live.waitFor("> ");
  await live.send("getset ");
  at = await live.waitFor("\x1b[90mkey value\x1b[0m", at);
  await live.send("k");
  at = await live.waitFor("\x1b[90m value\x1b[0m", at);
  await live.send(CTRL_U);
  at = await live.waitFor("> ", at);
  await live.send("bitfie\t");
  at = await live.waitFor("bitfield", at - 1);
  await live.send(CTRL_U + ":set nohints\r");
  at = await live.waitFor(":set nohints", at);
  at = await live.waitFor("> ", at);
  await live.send("get some");
  at = await live.waitFor("some", at);
  assertEquals(live.text.slice(at).includes("\x1b[90m"), false);
  await live.send(CTRL_U + "help get\r");
  at = await live.waitFor("summary:", at);
  await live.waitFor("> ", at);
  await live.send(CTRL_C);
  assertEquals(await live.end(), 0);
});

testAtPrompt("Ctrl-C ends a subscription and brings the prompt back", async (live) => {
  let at = await live.waitFor("> ");
  await live.send("subscribe news\r");
  at = await live.waitFor("3) (integer) 1\r\n", at);
  await live.send(CTRL_C);
  at = await live.waitFor("> ", at);
  await live.send("ping\r");
  at = await live.waitFor("PONG\r\n", at);
  await live.send("blpop nothing 0\r");
  // The command has to be under way before it can be given up.
  at = await live.waitFor("\r\n", await live.waitFor("blpop", at));
  await new Promise((resolve) => setTimeout(resolve, 300));
  await live.send(CTRL_C);
  at = await live.waitFor("> ", at);
  await live.send(CTRL_D);
  assertEquals(await live.end(), 0);
});

testAtPrompt(
  "history comes back with the arrow keys and has no passwords",
  async (live, _s, path) => {
    let at = await live.waitFor("> ");
    await live.send(UP);
    at = await live.waitFor("echo from-an-earlier-session", at);
    // Hints would come between the letters that are echoed.
    await live.send(CTRL_U + ":set nohints\r");
    at = await live.waitFor("> ", await live.waitFor(":set nohints\r", at));
    for (const line of ["ping first", "auth secret", "acl setuser joe >secret", "set k 1"]) {
      await live.send(line + "\r");
      at = await live.waitFor("> ", await live.waitFor("\r\n", await live.waitFor(line, at)));
    }
    await live.send(UP);
    at = await live.waitFor("set k 1", at);
    await live.send(UP);
    at = await live.waitFor("ping first", at);
    await live.send("\r");
    at = await live.waitFor('"first"', at);
    await live.waitFor("> ", at);
    await live.send("exit\r");
    assertEquals(await live.end(), 0);
    const kept = (await Deno.readTextFile(path)).trim().split("\n");
    assertEquals(kept.filter((line) => line.includes("secret")), []);
    assertEquals(kept.slice(-4), ["ping first", "set k 1", "ping first", "exit"]);
  },
);
