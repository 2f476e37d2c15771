/** Typed values, apply hooks and rollback of the configuration. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { latin1, latin1Bytes, utf8Bytes } from "../../src/base/bytes.ts";
import { Config, isSensitiveDirective } from "../../src/config/config.ts";
import { DIRECTIVES, NAMES } from "../../src/config/directives.ts";
import { KEYEVENT, parseEventClasses, STRING } from "../../src/config/keyspace_events.ts";
import { FakeDirectory } from "./fake_directory.ts";

function newConfig(directory = new FakeDirectory()): Config {
  return new Config(directory);
}

function set(config: Config, ...words: string[]): string | undefined {
  const pairs: [Uint8Array, Uint8Array][] = [];
  for (let i = 0; i < words.length; i += 2) {
    pairs.push([latin1Bytes(words[i]), latin1Bytes(words[i + 1])]);
  }
  return config.set(pairs).error;
}

Deno.test("the defaults are Redis's, but only the local machine is listened to", () => {
  const config = newConfig();
  assertEquals(config.int("port"), 6379);
  assertEquals(config.value("bind"), ["127.0.0.1"]);
  assertEquals(config.bool("protected-mode"), true);
  assertEquals(config.text("dbfilename"), "dump.rdb");
  assertEquals(config.text("dir"), "/data");
  assertEquals(config.value("maxmemory-policy"), "noeviction");
  assertEquals(config.value("replicaof"), undefined);
  assertEquals(config.value("save")[0], { seconds: 3600, changes: 1 });
  assertEquals(config.value("client-output-buffer-limit").replica, {
    hardBytes: 256 * 2 ** 20,
    softBytes: 64 * 2 ** 20,
    softSeconds: 60,
  });
  assertEquals(config.value("shutdown-on-sigterm"), []);
});

Deno.test("every directive takes the value it shows, and shows the same again", () => {
  const config = newConfig();
  for (const [name, { flags }] of DIRECTIVES) {
    const shown = config.rendered(name);
    // MULTI_ARGUMENT directives are lists; an empty replicaof means "no one".
    const words = (flags & 2) === 0 ? [shown] : shown === "" ? ["no", "one"] : shown.split(" ");
    assertEquals(config.assign(name, words), undefined, name);
    assertEquals(config.rendered(name), shown, name);
  }
  assert(DIRECTIVES.size > 180);
  assertEquals(NAMES.get("slaveof"), "replicaof");
});

Deno.test("a cell follows its directive", () => {
  const config = newConfig();
  const threshold = config.cell("slowlog-log-slower-than");
  const policy = config.cell("maxmemory-policy");
  assertEquals(
    set(config, "slowlog-log-slower-than", "5", "maxmemory-policy", "ALLKEYS-LRU"),
    undefined,
  );
  assertEquals([threshold.value, policy.value], [5, "allkeys-lru"]);
  assertStrictEquals(config.cell("maxmemory-policy"), policy);
});

Deno.test("texts are exact as bytes and UTF-8 as text", () => {
  const config = newConfig();
  const name = utf8Bytes("dümp.rdb");
  assertEquals(config.assign("dbfilename", [latin1(name)]), undefined);
  assertEquals(config.text("dbfilename"), "dümp.rdb");
  assertEquals(config.bytes("dbfilename"), name);
  assertEquals(set(config, "requirepass", "\xff\0\x80"), undefined);
  assertEquals([...config.bytes("requirepass")], [255, 0, 128]);
});

Deno.test("a hook runs once for all its parameters that changed, and only for changes", () => {
  const config = newConfig();
  const calls: number[][] = [];
  config.onChange(["hz", "timeout"], () => {
    calls.push([config.int("hz"), config.int("timeout")]);
  });
  assertEquals(set(config, "hz", "20", "timeout", "7"), undefined);
  assertEquals(set(config, "hz", "20"), undefined);
  assertEquals(set(config, "loglevel", "debug"), undefined);
  assertEquals(calls, [[20, 7]]);
});

Deno.test("a file name that is set again is a change: the file may be another", () => {
  const config = newConfig();
  let calls = 0;
  config.onChange("tls-cert-file", () => void calls++);
  set(config, "tls-cert-file", "a.pem");
  set(config, "tls-cert-file", "a.pem");
  assertEquals(calls, 2);
});

Deno.test("a hook that refuses puts all values back and runs the hooks again", () => {
  const config = newConfig();
  const seen: string[] = [];
  config.onChange("hz", () => void seen.push(`hz ${config.int("hz")}`));
  config.onChange("port", () => {
    seen.push(`port ${config.int("port")}`);
    return config.int("port") === 6379 ? undefined : "Unable to listen on this port.";
  });
  config.onChange("timeout", () => void seen.push(`timeout ${config.int("timeout")}`));
  assertEquals(
    set(config, "hz", "20", "Port", "80", "timeout", "9"),
    "ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this port.",
  );
  assertEquals([config.int("hz"), config.int("port"), config.int("timeout")], [10, 6379, 0]);
  assertEquals(seen, ["hz 20", "port 80", "hz 10", "port 6379", "timeout 0"]);
});

Deno.test("a hook may correct the value it was given", () => {
  const config = newConfig();
  config.onChange("port", () => {
    if (config.int("port") === 0) config.assign("port", ["40123"]);
  });
  assertEquals(set(config, "port", "0"), undefined);
  assertEquals(config.rendered("port"), "40123");
});

Deno.test("dir goes back to where it was when another parameter is refused", () => {
  const directory = new FakeDirectory("/data");
  const config = newConfig(directory);
  config.assign("enable-protected-configs", ["local"]);
  const pairs = [["dir", "sub"], ["hz", "x"]].map(([name, value]) =>
    [latin1Bytes(name), latin1Bytes(value)] as const
  );
  assertEquals(
    config.set(pairs, { local: true }).error,
    "ERR CONFIG SET failed (possibly related to argument 'hz') - argument couldn't be parsed into an integer",
  );
  assertEquals([directory.current(), config.text("dir")], ["/data", "/data"]);
  assertEquals(config.set(pairs.slice(0, 1), { local: true }), {});
  assertEquals([directory.current(), config.text("dir")], ["/data/sub", "/data/sub"]);
  assertEquals(
    config.set(pairs.slice(0, 1)).error,
    "ERR CONFIG SET failed (possibly related to argument 'dir') - can't set protected config",
  );
});

Deno.test("what a load depends on cannot be changed while it runs", () => {
  const config = newConfig();
  const pair = [latin1Bytes("appendonly"), latin1Bytes("yes")] as const;
  const { error } = config.set([pair], { loading: true });
  assertEquals(error, "LOADING Redis is loading the dataset in memory");
  assertEquals(config.set([[latin1Bytes("hz"), latin1Bytes("20")]], { loading: true }), {});
});

Deno.test("passwords are sensitive under every name and case", () => {
  assert(isSensitiveDirective(latin1Bytes("RequirePass")));
  assert(isSensitiveDirective(latin1Bytes("masterauth")));
  assert(!isSensitiveDirective(latin1Bytes("port")));
  assert(!isSensitiveDirective(latin1Bytes("\xff")));
});

Deno.test("event classes are a mask", () => {
  const config = newConfig();
  assertEquals(set(config, "notify-keyspace-events", "$E"), undefined);
  assertEquals(config.value("notify-keyspace-events"), STRING | KEYEVENT);
  assertEquals(parseEventClasses("A!"), undefined);
});

Deno.test("Redis 7.2's own parameters are checked as it does", () => {
  const failed = "ERR CONFIG SET failed (possibly related to argument ";
  const config = newConfig();
  assertEquals(set(config, "set-max-listpack-entries", "12"), undefined);
  assertEquals(
    set(config, "set-max-listpack-value", "-1"),
    `${failed}'set-max-listpack-value') - argument must be between 0 and 9223372036854775807 inclusive`,
  );
  assertEquals(
    set(config, "locale-collate", "nowhere"),
    `${failed}'locale-collate') - Invalid locale name`,
  );
  assertEquals(set(config, "locale-collate", "de_DE.UTF-8"), undefined);
  assertEquals(
    set(config, "cluster-announce-human-nodename", "a b!"),
    `${failed}'cluster-announce-human-nodename') - Announced human node name contained invalid character`,
  );
  assertEquals(set(config, "loglevel", "nothing"), undefined);
});
