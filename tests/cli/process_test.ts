// What the real program owes to service managers, terminals and consoles.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { removePidFile } from "../../src/cli/pid_file.ts";
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

Deno.test("pidfile holds the number of the process while it runs, and is gone when it stopped", async () => {
  await withDir(async (dir) => {
    const pidfile = join(dir, "the pid");
    await using server = await startMiniredis({ pidfile }, { dir });
    assertEquals(Deno.readTextFileSync(pidfile), `${server.pid}\n`);
    using client = await RespClient.connect({ port: server.port });
    await client.write("SHUTDOWN\r\n");
    assertEquals((await server.ended).code, 0);
    assertStringIncludes(server.log, "Removing the pid file.");
    assertEquals([...Deno.readDirSync(dir)], []);
  });
});

Deno.test("a pidfile that cannot be written is told, and the server serves", async () => {
  await withDir(async (dir) => {
    await using server = await startMiniredis({ pidfile: "no such folder/pid" }, { dir });
    assertStringIncludes(server.log, "Failed to write PID file: ");
  });
});

Deno.test("a server that cannot listen leaves the pidfile of the one that has the port", async () => {
  await withDir(async (dir) => {
    const pidfile = join(dir, "pid");
    await using first = await startMiniredis({ pidfile }, { dir });
    const flags = { pidfile, port: first.port };
    await using second = await startMiniredis(flags, { withoutWaiting: true });
    assertEquals((await second.ended).code, 1);
    assertEquals(Deno.readTextFileSync(pidfile), `${first.pid}\n`);
  });
});

Deno.test("a pidfile that another process wrote meanwhile stays", async () => {
  await withDir((dir) => {
    const path = join(dir, "pid");
    Deno.writeTextFileSync(path, "123\n");
    removePidFile(path, 12);
    assertEquals(Deno.readTextFileSync(path), "123\n");
    removePidFile(path, 123);
    assertEquals([...Deno.readDirSync(dir)], []);
    removePidFile(path, 123); // it is gone already
    return Promise.resolve();
  });
});

Deno.test({
  name: "SIGHUP, as a terminal sends it when it is closed, does not end the server",
  ignore: Deno.build.os === "windows", // there it is how the console says that it closes
  fn: async () => {
    await using server = await startMiniredis({ save: ["3600", "1"] });
    using client = await RespClient.connect({ port: server.port });
    await client.send("SET", "k", "v");
    server.signal("SIGHUP");
    // The next signal would end it; in between there is time for the first one to do its harm.
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert(server.isRunning);
    assertEquals(await client.send("GET", "k"), { type: "bulk", text: "v" });
  },
});
