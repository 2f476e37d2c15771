/** Configuration files: on texts, and beside a real redis-server. */

import { assertEquals, assertThrows } from "@std/assert";
import { latin1 } from "../../src/base/bytes.ts";
import { ConfigFileError, loadConfigText } from "../../src/config/conf_file.ts";
import { Config } from "../../src/config/config.ts";
import { plain } from "../support/reply.ts";
import { redisServerPath, testWithRedis } from "../support/redis_server.ts";
import { RespClient } from "../support/resp_client.ts";
import { ServerProcess } from "../support/server_process.ts";
import { FakeDirectory } from "./fake_directory.ts";

function load(text: string, files: Record<string, string> = {}): Config {
  const config = new Config(new FakeDirectory());
  loadConfigText(config, text, (path) => files[path]);
  return config;
}

function refusal(text: string): string {
  return assertThrows(() => load(text), ConfigFileError).message;
}

Deno.test("blanks, comments, line ends of Windows and a byte order mark mean nothing", () => {
  const config = load("\xef\xbb\xbfport 7000\r\n\r\n  # hz 20\r\n\t LOGLEVEL   Debug \r\n");
  assertEquals(config.int("port"), 7000);
  assertEquals(config.value("loglevel"), "debug");
});

Deno.test("a later line wins, save points of several lines add up", () => {
  const config = load('port 1\nsave 900 1\nport 2\nsave "300 10 60 100"\n');
  assertEquals(config.int("port"), 2);
  assertEquals(config.rendered("save"), "900 1 300 10 60 100");
  assertEquals(load('save 900 1\nsave ""\n').value("save"), []);
  assertEquals(load('save 900 1\nsave ""\nsave 1 1').rendered("save"), "1 1");
});

Deno.test("include puts another file in the place of its line", () => {
  const files = { "a.conf": "port 2\ninclude b.conf\nsave 5 5", "b.conf": "hz 33" };
  const config = load("save 1 1\nport 1\ninclude a.conf\ntimeout 4", files);
  assertEquals([config.int("port"), config.int("hz"), config.int("timeout")], [2, 33, 4]);
  assertEquals(config.rendered("save"), "1 1 5 5");
});

Deno.test("files that include each other are refused", () => {
  const message =
    assertThrows(() => load("include a", { a: "include a" }), ConfigFileError).message;
  assertEquals(message.split("\n").at(-1), "Files include each other without end");
});

Deno.test("users and renamed commands are kept for those who know them", () => {
  const { declarations } = load('user bob on >pw ~*\nrename-command FLUSHALL ""\nuser eve off');
  assertEquals(declarations.users, [["bob", "on", ">pw", "~*"], ["eve", "off"]]);
  assertEquals(declarations.renamedCommands, [["FLUSHALL", ""]]);
});

Deno.test("a refusal names the line, its number and the reason", () => {
  assertEquals(
    refusal("port 1\n  prot 7000 \n"),
    "*** FATAL CONFIG FILE ERROR (miniredis 0.1.0) ***\n" +
      "Reading the configuration file, at line 2\n" +
      ">>> 'prot 7000'\n" +
      "Bad directive or wrong number of arguments",
  );
});

Deno.test("what this server cannot do is refused by its name", () => {
  for (const line of ["cluster-enabled yes", "daemonize yes", "syslog-enabled yes"]) {
    assertEquals(refusal(line).split("\n").slice(1, 3), [
      "Reading the configuration file, at line 1",
      `>>> '${line}'`,
    ]);
    load(line.replace("yes", "no"));
  }
  assertEquals(refusal("loadmodule x.so").split("\n")[3], "modules are not supported");
  assertEquals(refusal("search.timeout 1").split("\n")[3], "modules are not supported");
});

Deno.test("directives that nothing reads are reported when they are set", () => {
  assertEquals(load("io-threads 4\nhz 20\ndisable-thp yes").withoutEffect(), ["io-threads"]);
});

/** Lines that redis-server refuses at start; the reason and the place must be the same. */
const REFUSED = [
  "port",
  "port 1 2",
  "port x",
  "port 65536",
  'port ""',
  "# comment\n\n   nothing 1   ",
  "port 7000\nhz\ttwenty",
  'requirepass "open',
  'requirepass "a"b',
  "requirepass 'a'b",
  "requirepass 'open",
  "maxmemory 1tb",
  "maxmemory -1",
  "loglevel loud",
  "appendonly maybe",
  "save 900",
  "save 0 1",
  "save 900 -1",
  "save x",
  "bind 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17",
  "client-output-buffer-limit normal 1 1",
  "client-output-buffer-limit nobody 1 1 1",
  "client-output-buffer-limit normal 1 1 x",
  "notify-keyspace-events KEQ",
  "oom-score-adj-values 1 2",
  "replicaof localhost",
  "replicaof localhost 65536",
  "replicaof localhost 1x",
  "slaveof localhost -1",
  "unixsocketperm 999",
  "unixsocketperm 1000",
  "dir /missing",
  "dir",
  "dbfilename a/b",
  "appendfilename ''",
  "include",
  "include a b",
  "rename-command a",
  "user",
  "sentinel monitor",
  "some.module",
  "lua-replicate-commands yes no",
  "shutdown-on-sigterm save nosave",
  "shutdown-on-sigterm",
  "io-threads 0",
  "databases 0",
  "latency-tracking-info-percentiles 101",
  "tls-auth-clients maybe",
];

testWithRedis("files are refused with the words of redis-server", async () => {
  const path = await Deno.makeTempFile({ suffix: ".conf" });
  try {
    for (const text of REFUSED) {
      await Deno.writeTextFile(path, text);
      const { stderr, code } = await new Deno.Command(redisServerPath!, { args: [path] }).output();
      const theirs = latin1(stderr).trim().replace(/\(Redis [\d.]+\)/, "(miniredis 0.1.0)");
      assertEquals(code, 1, text);
      assertEquals(refusal(text).replace("warning, nothing", "warning"), theirs, text);
    }
  } finally {
    await Deno.remove(path);
  }
}, { before: "7.2" });

/** Words as a file may spell them, for directives that take any text. */
const SPELLINGS = [
  "plain",
  '"two words"',
  "'single \\' quote'",
  "'no \\n escape \\x41'",
  '"\\x41\\x6a\\xfF\\xe9"',
  '"\\n\\r\\t\\b\\a\\q\\\\ \\" \\x4"',
  'middle"quoted part"',
  "middle'quoted part'",
  '"closed" ',
  '""',
  "''",
  "back\\slash\\n",
  "tab\tend",
  "vertical\vtab",
  "h\xe9llo",
  "\"'mixed'\"",
  "#hash",
  "a#b",
];
const TEXT_NAMES = [
  ..."masterauth masteruser replica-announce-ip cluster-announce-ip ignore-warnings".split(" "),
  ..."syslog-ident tls-ciphers tls-protocols tls-key-file-pass tls-ciphersuites".split(" "),
];

testWithRedis("quoted words are read as redis-server reads them", async () => {
  for (let first = 0; first < SPELLINGS.length; first += TEXT_NAMES.length) {
    const spellings = SPELLINGS.slice(first, first + TEXT_NAMES.length);
    // A word that a blank splits is one too many for these directives: see REFUSED.
    const lines = spellings.map((spelling, i) =>
      spelling === "tab\tend" ? "" : `  ${TEXT_NAMES[i].toUpperCase()} \t ${spelling}\r`
    );
    const text = lines.join("\n");
    const dir = await Deno.makeTempDir();
    try {
      await Deno.writeFile(`${dir}/x.conf`, Uint8Array.from(text, (c) => c.charCodeAt(0)));
      await using server = await ServerProcess.start({
        command: redisServerPath!,
        args: [`${dir}/x.conf`],
        dir,
      });
      using client = await RespClient.connect({ port: server.port });
      const config = load(text);
      for (const name of TEXT_NAMES) {
        const theirs = plain(await client.send("CONFIG", "GET", name));
        const ours = config.get([new TextEncoder().encode(name)]).map(([, value]) => latin1(value));
        assertEquals([name, ...ours], theirs, text);
      }
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  }
});
