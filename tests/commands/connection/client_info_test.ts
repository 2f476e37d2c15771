import { assertEquals, assertMatch } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";

const FIELDS =
  "id addr laddr fd name age idle flags db sub psub ssub multi qbuf qbuf-free argv-mem" +
  " multi-mem rbs rbp obl oll omem tot-mem events cmd user redir resp lib-name lib-ver";

function fieldsOf(line: unknown): Map<string, string> {
  return new Map(
    String(line).trimEnd().split(" ").map((field) => {
      const at = field.indexOf("=");
      return [field.slice(0, at), field.slice(at + 1)];
    }),
  );
}

Deno.test("CLIENT INFO has every field of Redis 7.2, in its order", () => {
  const { client } = new EngineHarness();
  const fields = fieldsOf(client.run("CLIENT INFO"));
  assertEquals([...fields.keys()].join(" "), FIELDS);
  assertEquals(fields.get("cmd"), "client|info");
  assertEquals(fields.get("argv-mem"), String("CLIENTINFO".length));
});

Deno.test("CLIENT INFO tells what the client did", () => {
  const { client, clock } = new EngineHarness();
  client.run("SELECT 3");
  client.run("CLIENT SETNAME worker");
  client.run("CLIENT SETINFO LIB-NAME redis-x(1)");
  client.run("CLIENT SETINFO lib-ver 1.2");
  client.run("CLIENT NO-EVICT on");
  client.run("CLIENT NO-TOUCH on");
  client.protocol = 3;
  clock.advanceMs(90_000);
  const fields = fieldsOf(client.run("CLIENT INFO"));
  const chosen = ["name", "age", "idle", "flags", "db", "multi", "user", "resp"];
  assertEquals(
    chosen.map((name) => fields.get(name)),
    ["worker", "90", "0", "eT", "3", "-1", "default", "3"],
  );
  assertEquals([fields.get("lib-name"), fields.get("lib-ver")], ["redis-x(1)", "1.2"]);
});

Deno.test("CLIENT LIST shows a client in a transaction, idle, with what it queued", () => {
  const harness = new EngineHarness();
  const other = harness.connect();
  other.run("WATCH k");
  other.run("MULTI");
  other.run("SET k 12345");
  harness.run("SET k changed");
  harness.clock.advanceMs(5000);
  const fields = fieldsOf(harness.run(`CLIENT LIST ID ${other.session.id}`));
  const chosen = ["flags", "multi", "multi-mem", "idle", "cmd"];
  assertEquals(chosen.map((name) => fields.get(name)), ["xd", "1", "9", "5", "set"]);
});

Deno.test("CLIENT LIST lists all clients, those of a type, or those with given ids", () => {
  const harness = new EngineHarness();
  const ids = [harness.client, harness.connect(), harness.connect()].map((c) => c.session.id);
  const listed = (line: string) =>
    [...String(harness.run(line)).matchAll(/^id=(\d+)/gm)].map(([, id]) => Number(id));
  assertEquals(listed("CLIENT LIST"), ids);
  assertEquals(listed("CLIENT LIST TYPE NORMAL"), ids);
  assertEquals(listed("CLIENT LIST TYPE pubsub"), []);
  assertEquals(listed("CLIENT LIST TYPE slave"), []);
  assertEquals(listed(`CLIENT LIST ID ${ids[2]} 999 ${ids[0]}`), [ids[2], ids[0]]);
  assertMatch(harness.client.refusal("CLIENT LIST TYPE x"), /^ERR Unknown client type 'x'$/);
  assertMatch(harness.client.refusal("CLIENT LIST ID x"), /^ERR Invalid client ID$/);
  assertMatch(harness.client.refusal("CLIENT LIST ID"), /^ERR syntax error$/);
});

Deno.test("CLIENT LIST is a verbatim text under RESP3", () => {
  const { client } = new EngineHarness();
  client.protocol = 3;
  const reply = client.reply("CLIENT LIST");
  assertEquals(reply.type === "verbatim" && reply.format, "txt");
});
