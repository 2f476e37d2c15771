import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { EMPTY_MANIFEST } from "../../src/persistence/aof_manifest.ts";
import { startMiniredis } from "../support/miniredis_server.ts";
import { RespClient } from "../support/resp_client.ts";
import { commands } from "./replaying.ts";
import { Saving } from "./saving.ts";

const REFUSAL = "ERR Error trying to load the AOF files, check server logs.";

Deno.test("DEBUG LOADAOF puts what the append-only file holds in the place of the data", async () => {
  using saving = new Saving({ config: { appendonly: "yes" } });
  saving.appendOnly.start(EMPTY_MANIFEST);
  const { harness } = saving;
  for (const line of ["SET a 1", "RPUSH l 1 2", "SELECT 3", "SET b 2", "MULTI", "INCR b", "EXEC"]) {
    harness.run(line);
  }
  const digest = saving.digest();
  assertEquals(harness.run("DEBUG LOADAOF"), "OK");
  assertEquals(saving.digest(), digest);
  assertEquals(harness.keyspace.dirty, 0);
  assertStringIncludes(saving.log.join(), "Append Only File loaded by DEBUG LOADAOF");
  // What comes next goes on behind what was loaded.
  assertEquals(harness.run("INCR b"), 4);
  assertEquals(harness.run("DEBUG LOADAOF"), "OK");
  assertEquals(harness.run("GET b"), "4");
  await saving.appendOnly.close();
});

Deno.test("DEBUG LOADAOF without a file is refused; the data stays", async () => {
  using saving = new Saving();
  const { harness } = saving;
  harness.run("SET a 1");
  assertEquals(harness.client.refusal("DEBUG LOADAOF"), REFUSAL);
  assertEquals(harness.run("GET a"), "1");
  assertEquals(saving.log.includes("(exit)"), false);
  await saving.appendOnly.close();
});

Deno.test("DEBUG LOADAOF of a manifest that cannot be read is refused; the data stays", async () => {
  using saving = new Saving();
  const { harness } = saving;
  harness.run("SET a 1");
  Deno.mkdirSync(join(saving.folder, "appendonlydir"));
  Deno.writeTextFileSync(join(saving.folder, "appendonlydir", "appendonly.aof.manifest"), "x\n");
  assertEquals(harness.client.refusal("DEBUG LOADAOF"), REFUSAL);
  assertEquals(harness.run("GET a"), "1");
  assertEquals(saving.log.includes("(exit)"), false);
  await saving.appendOnly.close();
});

Deno.test("the server ends when DEBUG LOADAOF or DEBUG RELOAD loads only a part: none is served or saved", async () => {
  for (const [command, name] of [["LOADAOF", "appendonly.aof"], ["RELOAD NOSAVE", "dump.rdb"]]) {
    const flags = { save: ["3600", "1"], "enable-debug-command": "yes" };
    await using server = await startMiniredis(flags);
    using client = await RespClient.connect({ port: server.port });
    await client.send("SET", "a", "1");
    await client.send("SAVE");
    const path = join(server.dir, name);
    const text = name === "dump.rdb"
      ? "REDIS0011\xfe\x00garbage"
      : commands("SET b 1") + "nonsense";
    Deno.writeFileSync(path, latin1Bytes(text));
    await client.send("DEBUG", ...command.split(" ")).catch(() => {}); // it ends the connection
    assertEquals((await server.ended).code, 1);
    assertStringIncludes(server.log, "at byte offset");
    assertStringIncludes(server.log, "not all of the file is loaded. Exiting...");
    if (name === "dump.rdb") assertEquals(Deno.readFileSync(path), latin1Bytes(text));
  }
});

Deno.test("DEBUG RELOAD NOSAVE without a dump is refused; the data stays", () => {
  using saving = new Saving();
  saving.harness.run("SET a 1");
  assertEquals(
    saving.harness.client.refusal("DEBUG RELOAD NOSAVE"),
    "ERR Error trying to load the RDB dump, check server logs.",
  );
  assertEquals(saving.harness.run("GET a"), "1");
  assertEquals(saving.log.includes("(exit)"), false);
});

Deno.test("commands behind DEBUG LOADAOF in a pipeline are still what they are", async () => {
  const flags = { appendonly: "yes", "enable-debug-command": "yes" };
  await using server = await startMiniredis(flags);
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const before = new Array(20).fill("SET a 1"); // as many as are looked at together, and more
  const lines = [...before, "DEBUG LOADAOF", "GET a", "INCR a", "LPUSH l x", "LLEN l", "DEL l"];
  await conn.write(latin1Bytes(commands(...lines)));
  const expected = "+OK\r\n".repeat(21) + "$1\r\n1\r\n:2\r\n:1\r\n:1\r\n:1\r\n";
  let replies = "";
  for (const buffer = new Uint8Array(1024); replies.length < expected.length;) {
    const count = await conn.read(buffer);
    if (count === null) break;
    replies += latin1(buffer, 0, count);
  }
  assertEquals(replies, expected);
});
