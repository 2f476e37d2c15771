import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";

const SECRET = { config: { requirepass: "secret" } } as const;
const NOAUTH = "NOAUTH Authentication required.";
const WRONGPASS = "WRONGPASS invalid username-password pair or user is disabled.";

Deno.test("HELLO answers who the server is, and switches the protocol", () => {
  const { client } = new EngineHarness();
  const id = client.session.id;
  assertEquals(client.run("HELLO"), [
    ...["server", "redis", "version", "7.2.4", "proto", 2, "id", id],
    ...["mode", "standalone", "role", "master", "modules", []],
  ]);
  const reply = client.reply("HELLO 3");
  assertEquals(reply.type, "map");
  assertEquals(reply.type === "map" && reply.entries[2][1], { type: "integer", value: 3n });
  assertEquals(client.reply("GET missing"), { type: "null", form: "resp3" });
  client.run("HELLO");
  assertEquals(client.session.reply.protocol, 3);
  client.run("HELLO 2");
  assertEquals(client.reply("GET missing"), { type: "null", form: "bulk" });
});

Deno.test("HELLO with an option that is wrong changes nothing", () => {
  const { client } = new EngineHarness();
  const refusals = {
    "HELLO 4": "NOPROTO unsupported protocol version",
    "HELLO 1": "NOPROTO unsupported protocol version",
    "HELLO x": "ERR Protocol version is not an integer or out of range",
    "HELLO 3 BOGUS": "ERR Syntax error in HELLO option 'BOGUS'",
    "HELLO 3 SETNAME": "ERR Syntax error in HELLO option 'SETNAME'",
    "HELLO 3 AUTH default": "ERR Syntax error in HELLO option 'AUTH'",
    "HELLO 3 SETNAME good AUTH nobody x": WRONGPASS,
    'HELLO 3 SETNAME "a b"':
      "ERR Client names cannot contain spaces, newlines or special characters.",
  };
  for (const [line, refusal] of Object.entries(refusals)) {
    assertEquals({ line, refusal: client.refusal(line) }, { line, refusal });
  }
  assertEquals(client.run("CLIENT GETNAME"), null);
  assertEquals(client.session.reply.protocol, 2);
});

Deno.test("HELLO logs in and names the connection on the way", () => {
  const { client } = new EngineHarness(SECRET);
  assertEquals(client.refusal("HELLO 3").slice(0, 34), "NOAUTH HELLO must be called with t");
  assertEquals(client.refusal("HELLO 3 AUTH default wrong"), WRONGPASS);
  client.run("HELLO 3 AUTH default secret SETNAME me");
  assertEquals(client.run("CLIENT GETNAME"), "me");
});

Deno.test("AUTH takes a password, or a name and a password", () => {
  const { client, engine } = new EngineHarness(SECRET);
  assertEquals(client.refusal("GET k"), NOAUTH);
  assertEquals(client.refusal("AUTH wrong"), WRONGPASS);
  assertEquals(client.refusal("AUTH default wrong"), WRONGPASS);
  assertEquals(client.refusal("AUTH nobody secret"), WRONGPASS);
  assertEquals(client.refusal("AUTH a b c"), "ERR syntax error");
  assertEquals(engine.stats.aclDeniedAuth, 3);
  assertEquals(client.run("AUTH secret"), "OK");
  assertEquals(client.run("GET k"), null);
  assertEquals(client.refusal("AUTH wrong"), WRONGPASS);
  assertEquals(client.run("GET k"), null); // still logged in
});

Deno.test("AUTH password without a password configured says so; a name may come with any", () => {
  const { client } = new EngineHarness();
  assertEquals(
    client.refusal("AUTH x"),
    "ERR AUTH <password> called without any password configured for the default user. Are you" +
      " sure your configuration is correct?",
  );
  assertEquals(client.run("AUTH default anything"), "OK");
});

Deno.test("passwords are bytes", () => {
  const harness = new EngineHarness(SECRET);
  harness.run("AUTH secret");
  harness.run(["CONFIG", "SET", "requirepass", new Uint8Array([0, 255, 10, 128])]);
  const client = harness.connect();
  assertEquals(client.refusal(["AUTH", new Uint8Array([0, 255, 10, 129])]), WRONGPASS);
  assertEquals(client.run(["AUTH", new Uint8Array([0, 255, 10, 128])]), "OK");
});

Deno.test("the slow log never shows a password", () => {
  const { client } = new EngineHarness({ config: { "slowlog-log-slower-than": "0" } });
  client.refusal("AUTH nobody hunter2");
  client.refusal("HELLO 3 AUTH nobody hunter3 SETNAME x");
  const log = JSON.stringify(client.run("SLOWLOG GET"));
  assertEquals(/hunter|nobody/.test(log), false, log);
  assertEquals(
    log.includes('"HELLO","3","AUTH","(redacted)","(redacted)","SETNAME","x"'),
    true,
    log,
  );
});

Deno.test("RESET puts a connection back to where it was, but not what its library is called", () => {
  const harness = new EngineHarness(SECRET);
  const { client } = harness;
  client.run("HELLO 3 AUTH default secret SETNAME me");
  client.run("CLIENT SETINFO LIB-NAME lib");
  client.run("SELECT 2");
  client.run("CLIENT NO-TOUCH on");
  client.run("WATCH k");
  client.run("MULTI");
  client.run("SET k v");
  assertEquals(client.wire("RESET"), "+RESET\r\n");
  assertEquals(client.refusal("GET k"), NOAUTH);
  client.run("AUTH secret");
  assertEquals(client.run("CLIENT GETNAME"), null);
  const info = String(client.run("CLIENT INFO"));
  for (const field of ["flags=N", "db=0", "multi=-1", "resp=2", "lib-name=lib"]) {
    assertEquals(info.includes(` ${field} `), true, info);
  }
  assertEquals(harness.engine.watches.sessionCount, 0);
  assertEquals(client.run("GET k"), null);
});

Deno.test("SELECT takes the numbers of the databases and nothing else", () => {
  const { client } = new EngineHarness();
  assertEquals(client.run("SELECT 15"), "OK");
  client.run("SET k 15");
  for (const index of ["16", "-1", "2147483647"]) {
    assertEquals(client.refusal(`SELECT ${index}`), "ERR DB index is out of range");
  }
  for (const index of ["x", '""', "1.5", "99999999999999999999"]) {
    assertEquals(
      client.refusal(`SELECT ${index}`),
      "ERR value is not an integer or out of range",
    );
  }
  assertEquals(
    client.refusal("SELECT 2147483648"),
    "ERR value is out of range, value must between -2147483648 and 2147483647",
  );
  assertEquals(client.run("GET k"), "15");
});

Deno.test("QUIT answers and closes, whatever its arguments and the client's state", () => {
  for (const before of ["PING", "MULTI", "CLIENT NO-TOUCH on"]) {
    const { client } = new EngineHarness();
    client.run(before);
    assertEquals(client.wire("QUIT now please"), "+OK\r\n");
    assertEquals(client.wire("PING"), "");
  }
});

Deno.test("PING answers a pair to a subscriber under RESP2, and takes one argument at most", () => {
  const { client } = new EngineHarness();
  assertEquals(client.wire("PING"), "+PONG\r\n");
  assertEquals(client.wire("PING hello"), "$5\r\nhello\r\n");
  assertEquals(client.refusal("PING a b"), "ERR wrong number of arguments for 'ping' command");
  client.session.mark(4, true);
  assertEquals(client.wire("PING"), "*2\r\n$4\r\npong\r\n$0\r\n\r\n");
  assertEquals(client.wire("PING x"), "*2\r\n$4\r\npong\r\n$1\r\nx\r\n");
  client.protocol = 3;
  assertEquals(client.wire("PING"), "+PONG\r\n");
});
