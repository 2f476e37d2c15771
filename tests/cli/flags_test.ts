/** Command lines: on their own, and beside a real redis-server. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { latin1 } from "../../src/base/bytes.ts";
import { readCommandLine, readServerFlags } from "../../src/cli/flags.ts";
import { usage, versionLine } from "../../src/cli/usage.ts";
import { ConfigFileError, loadConfigText } from "../../src/config/conf_file.ts";
import { Config } from "../../src/config/config.ts";
import { FakeDirectory } from "../config/fake_directory.ts";
import { plain } from "../support/reply.ts";
import { redisServerPath, testWithRedis } from "../support/redis_server.ts";
import { RespClient } from "../support/resp_client.ts";
import { ServerProcess } from "../support/server_process.ts";

const SUBCOMMANDS = new Set(["cli"]);

function load(args: readonly string[]): Config {
  const config = new Config(new FakeDirectory());
  loadConfigText(config, `\n${readServerFlags(args).text}`, () => "");
  return config;
}

Deno.test("the first word picks help, version, a subcommand or the server", () => {
  for (const word of ["-h", "--help"]) {
    assertEquals(readCommandLine([word], SUBCOMMANDS), { kind: "help" });
  }
  for (const word of ["-v", "--version"]) {
    assertEquals(readCommandLine([word, "more"], SUBCOMMANDS), { kind: "version" });
  }
  assertEquals(readCommandLine(["cli", "-p", "7000", "--help"], SUBCOMMANDS), {
    kind: "subcommand",
    name: "cli",
    args: ["-p", "7000", "--help"],
  });
  assertEquals(readCommandLine([], SUBCOMMANDS), {
    kind: "server",
    flags: { configFile: undefined, readsStandardInput: false, text: "" },
  });
});

Deno.test("help and subcommands are only looked for in the first word", () => {
  const request = readCommandLine(["--requirepass", "--help"], SUBCOMMANDS);
  assert(request.kind === "server");
  assertEquals(request.flags.text, 'requirepass "--help"');
  const file = readCommandLine(["./cli"], SUBCOMMANDS);
  assert(file.kind === "server");
  assertEquals(file.flags.configFile, "./cli");
});

Deno.test("a file, flags of several words and standard input go together", () => {
  const args = ["a.conf", "--port", "7000", "--save", "900", "1", "--save", "300", "10", "-"];
  assertEquals(readServerFlags(args), {
    configFile: "a.conf",
    readsStandardInput: true,
    text: 'port "7000"\nsave "900" "1"\nsave "300" "10"',
  });
  assertEquals(readServerFlags(["-"]).readsStandardInput, true);
  assertEquals(readServerFlags(["--requirepass", "-", "--port", "1"]), {
    configFile: undefined,
    readsStandardInput: false,
    text: 'requirepass "-"\nport "1"',
  });
});

Deno.test("save without a value, in the middle or at the end, is no save points", () => {
  assertEquals(
    readServerFlags(["--save", "--hz", "40", "--save"]).text,
    'save ""\nhz "40"\nsave ""',
  );
});

Deno.test("words beyond ASCII are UTF-8", () => {
  assertEquals(load(["--dbfilename", "dümp.rdb"]).text("dbfilename"), "dümp.rdb");
});

Deno.test("help lists subcommands, the version line names both versions", () => {
  assert(usage([["cli", "a client"]]).includes("\n  cli                      a client\n"));
  assert(/^miniredis v=\d+\.\d+\.\d+ redis=7\.2\.\d+ .*\n$/.test(versionLine()));
});

/** Command lines that redis-server refuses. */
const REFUSED = [
  ["--prot", "7000"],
  ["--port"],
  ["--port", "x"],
  ["--port", "1", "2"],
  ["--port", "--hz", "10"],
  ["-p", "7000"],
  ["--port", "7000", "--loglevel", "loud"],
  ["--port", "7000", "--hz 20 30"],
  ["--save", "900"],
  ["--save", "900 1 x"],
  ["--requirepass", "a\nb", "c"],
  ["--", "port", "7000", "1"],
  ["--appendonly", "yes", "no"],
  ['--requirepass "open'],
  ["--dbfilename", 'tab\t"quote"/x'],
];

testWithRedis("flags are refused with the words of redis-server", async () => {
  for (const args of REFUSED) {
    const { stderr, code } = await new Deno.Command(redisServerPath!, { args }).output();
    const theirs = latin1(stderr).trim().replace(/\(Redis [\d.]+\)/, "(miniredis 0.1.0)");
    assertEquals(code, 1, args.join(" "));
    const { message } = assertThrows(() => load(args), ConfigFileError);
    assertEquals(message.replace("warning, nothing", "warning"), theirs, args.join(" "));
  }
}, { before: "7.2" });

/** Command lines that redis-server takes. */
const TAKEN = [
  ["--SAVE", "900", "1", "--save", "300 10", "--hz", "20"],
  ["--save", "", "--requirepass", "--x", "--masteruser", "two words"],
  ["--save", "--hz", "30"],
  ["--hz", "40", "--save"],
  ["--save", "1", "1", "--save", "", "--save", "2", "2"],
  ["--hz 50", "--masterauth 'a b'", "--masteruser", "\\x41\"'\n\t"],
  ["--bind", "127.0.0.1", "-::1", "--masteruser", ""],
  ["--client-output-buffer-limit", "pubsub", "1mb", "1mb", "10", "--slave-priority", "5"],
  ["--client-output-buffer-limit", "normal 0 0 0", "--shutdown-on-sigterm", "nosave", "now"],
  ["--list-max-ziplist-entries", "512", "--ignore-warnings", "h\u00e9"],
  ["--hz", "1000", "--repl-backlog-size", "20kb", "--maxmemory-clients", "5%"],
  ["--port", "1", "--hz", "60", "--masteruser", "-"],
];
const SHOWN = "save hz requirepass masteruser masterauth bind client-output-buffer-limit " +
  "replica-priority shutdown-on-sigterm ignore-warnings repl-backlog-size maxmemory-clients";

testWithRedis("flags mean what they mean to redis-server", async () => {
  await Promise.all(TAKEN.map(async (args) => {
    // What follows, and the port and directory that the harness adds, comes after the tested flags.
    const last = ["--save", "7 7"];
    const all = args.includes("--bind") ? args : [...args, "--bind", "127.0.0.1"];
    await using server = await ServerProcess.start({
      command: redisServerPath!,
      args: all,
      flags: { save: last[1] },
    });
    using client = await RespClient.connect({ port: server.port });
    if (args.includes("--requirepass")) await client.send("AUTH", "--x");
    const config = load([...all, ...last]);
    for (const name of SHOWN.split(" ")) {
      const theirs = plain(await client.send("CONFIG", "GET", name));
      const ours = config.get([new TextEncoder().encode(name)]).flat().map((text) => latin1(text));
      assertEquals(ours, theirs, args.join(" "));
    }
  }));
});
