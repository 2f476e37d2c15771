import { assertEquals, assertThrows } from "@std/assert";
import { latin1 } from "../../../src/base/bytes.ts";
import { OptionError } from "../../../src/cli/client/option_error.ts";
import { parseOptions } from "../../../src/cli/client/options.ts";
import { parseServerUri } from "../../../src/cli/client/server_uri.ts";

function commandOf(args: string[]): string[] {
  return parseOptions(args, undefined).command.map((word) => latin1(word));
}

Deno.test("without options the client runs commands on 127.0.0.1:6379, database 0", () => {
  const options = parseOptions([], undefined);
  assertEquals(options.address, { kind: "tcp", hostname: "127.0.0.1", port: 6379 });
  assertEquals([options.task, options.database, options.repeat, options.resp3], [
    "commands",
    0,
    1,
    "no",
  ]);
  assertEquals([options.mode, options.password, options.command], [undefined, undefined, []]);
});

Deno.test("words after the first that is no option belong to the command, untouched", () => {
  assertEquals(commandOf(["-p", "7000", "set", "-n", "1e3", "--", "--json", "true", "007"]), [
    "set",
    "-n",
    "1e3",
    "--",
    "--json",
    "true",
    "007",
  ]);
  assertEquals(commandOf(["--raw", "true"]), ["true"]);
  assertEquals(commandOf(["-x", "--no-raw", "SET", ""]), ["SET", ""]);
  assertEquals(commandOf(["--quoted-input", "set", '"\\x41 \\"b"', "'c d'"]), [
    "set",
    'A "b',
    "c d",
  ]);
});

Deno.test("the value of an option is the next word, whatever it looks like", () => {
  const options = parseOptions(["-a", "-secret=x", "-r", "-1", "-d", "", "-X", "--tag"], undefined);
  assertEquals(options.password, "-secret=x");
  assertEquals(options.repeat, -1);
  assertEquals(options.elementDelimiter.length, 0);
  assertEquals(options.standardInputTag, "--tag");
  assertEquals(parseOptions(["--pattern=a=b"], undefined).pattern, new TextEncoder().encode("a=b"));
});

Deno.test("of several output modes the last one counts, and JSON prefers RESP3", () => {
  assertEquals(parseOptions(["--raw", "--json", "--no-raw"], undefined).mode, "standard");
  assertEquals(parseOptions(["--json"], undefined).resp3, "preferred");
  assertEquals(parseOptions(["-2", "--json"], undefined).resp3, "no");
  assertEquals(parseOptions(["-3", "--json"], undefined).resp3, "asked");
});

Deno.test("a password on the command line wins over the environment and is warned of", () => {
  const given = parseOptions(["-a", "shown"], "hidden");
  assertEquals([given.password, given.passwordIsVisible], ["shown", true]);
  const silent = parseOptions(["-a", "shown", "--no-auth-warning"], "hidden");
  assertEquals([silent.password, silent.passwordIsVisible], ["shown", false]);
  const fromEnvironment = parseOptions([], "hidden");
  assertEquals([fromEnvironment.password, fromEnvironment.passwordIsVisible], ["hidden", false]);
});

Deno.test("-h without a value asks for help, with one it names the host", () => {
  assertEquals(parseOptions(["-h"], undefined).task, "help");
  const { address } = parseOptions(["-h", "::1", "-p", "1"], undefined);
  assertEquals(address, { kind: "tcp", hostname: "::1", port: 1 });
  assertEquals(parseOptions(["-s", "/tmp/a", "-p", "1"], undefined).address, {
    kind: "unix",
    path: "/tmp/a",
  });
});

Deno.test("options that cannot be meant are refused by name", () => {
  const wrong = [
    ["-p", "70000"],
    ["-p", "x"],
    ["-n", "-1"],
    ["-n", "1.5"],
    ["-r", "many"],
    ["-i", "-1"],
    ["-2", "-3"],
    ["-x", "-X", "t"],
    ["-p"],
    ["--unknown"],
    ["-p7000"],
    ["--show-pushes", "perhaps"],
    ["--quoted-pattern", '"a'],
    ["--quoted-input", "'a"],
    ["-u", "http://x"],
    ["-u", "rediss://x"],
  ];
  for (const args of wrong) {
    assertThrows(() => parseOptions(args, undefined), OptionError, undefined, args.join(" "));
  }
});

Deno.test("a URI gives user, password, host, port and database, each of them optional", () => {
  assertEquals(parseServerUri("redis://us%40er:p%3Aw@host:7000/3"), {
    user: "us@er",
    password: "p:w",
    hostname: "host",
    port: "7000",
    database: "3",
  });
  assertEquals(parseServerUri("REDIS://secret@host"), { password: "secret", hostname: "host" });
  assertEquals(parseServerUri("redis://:secret@host/"), { password: "secret", hostname: "host" });
  assertEquals(parseServerUri("redis://[::1]:7000"), { hostname: "::1", port: "7000" });
  assertEquals(parseServerUri("redis:///2"), { database: "2" });
  assertEquals(parseServerUri("redis://"), {});
  assertThrows(() => parseServerUri("redis://a%zz@h"), OptionError);
  assertThrows(() => parseOptions(["-u", "redis://h:x"], undefined), OptionError);
});
