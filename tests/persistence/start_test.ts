// Starting the real program on a dump, good and bad.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { dump, plain } from "../rdb/dump_builder.ts";
import { startMiniredis } from "../support/miniredis_server.ts";
import { RespClient } from "../support/resp_client.ts";

async function withDir(check: (dir: string) => Promise<void>): Promise<void> {
  const dir = Deno.makeTempDirSync({ prefix: "miniredis_test_" });
  try {
    await check(dir);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

/** Keys enough to take several slices of work. */
function hugeDump(keys: number): Uint8Array {
  let records = "";
  for (let n = 0; n < keys; n++) records += `\0${short(`key:${n}`)}${short(`value ${n}`)}`;
  return dump("REDIS0004", 0xfe, 0, records);
}

/** A string of less than 64 bytes with its length in front. */
function short(text: string): string {
  return String.fromCharCode(text.length) + text;
}

Deno.test("a server that cannot load its dump says why, ends with status 1 and leaves the file", async () => {
  await withDir(async (dir) => {
    const bytes = dump("REDIS0011", 0xfe, 0, 0, plain("k"), plain("v")).slice(0, 14);
    const path = join(dir, "dump.rdb");
    Deno.writeFileSync(path, bytes);
    await using server = await startMiniredis({}, { dir, withoutWaiting: true });
    const { code } = await server.ended;
    assertEquals(code, 1);
    assertStringIncludes(server.log, path);
    assert(/at byte offset \d+/.test(server.log), server.log);
    assertEquals(Deno.readFileSync(path), bytes);
  });
});

Deno.test("a large dump is loaded while clients are answered, and a stop does not wait for it", async () => {
  await withDir(async (dir) => {
    Deno.writeFileSync(join(dir, "dump.rdb"), hugeDump(600_000));
    await using server = await startMiniredis({}, { dir, withoutWaiting: true });
    await server.waitForLog(/Running mode=/);
    using client = await RespClient.connect({ port: server.port });
    const first = await client.send("GET", "key:1");
    if (first.type === "error") {
      assertEquals(first.text, "LOADING Redis is loading the dataset in memory");
    }
    await server.waitForLog(/Ready to accept connections/);
    assertEquals(await client.send("GET", "key:599999"), { type: "bulk", text: "value 599999" });
    assertEquals(await client.send("DBSIZE"), { type: "integer", value: 600_000n });
  });
  await withDir(async (dir) => {
    Deno.writeFileSync(join(dir, "dump.rdb"), hugeDump(600_000));
    await using server = await startMiniredis({}, { dir, withoutWaiting: true });
    await server.waitForLog(/Running mode=/);
    const { code } = await server.stop("SIGTERM");
    assertEquals(code, 0);
    assertStringIncludes(server.log, "bye bye");
  });
});
