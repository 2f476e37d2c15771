/** Servers that share a folder, and servers that are told to stop in the middle of something. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { startMiniredis } from "../support/miniredis_server.ts";
import { plain } from "../support/reply.ts";
import { RespClient } from "../support/resp_client.ts";
import { storeBallast } from "./ballast.ts";
import { strayFiles } from "./data_folder.ts";
import { sleep } from "./save_requester.ts";
import { backgroundSave, type Guest, type Scenario, untilInfo } from "./scenario.ts";

const APPENDS = { appendonly: "yes", save: "" };
const SAVES = { save: ["3600", "1"] };
const KEYS = 60_000;

const sharing: Scenario[] = [
  {
    name: "two servers that save to the same dump",
    run: async ({ start }) => {
      const one = await start(SAVES), other = await start(SAVES);
      for (let round = 0; round < 10; round++) {
        await one.ask("SET", "who", "one", "EX", "10000");
        await other.ask("SET", "who", "other");
        for (const { ask } of [one, other]) {
          await ask("SET", `large:${round}`, "x".repeat(300_000));
          await ask("BGSAVE");
        }
        await sleep(round);
        await other.ask("SAVE"); // or its own BGSAVE is still under way
      }
      for (const guest of [one, other]) assert(await backgroundSave(guest));
      await one.server.stop("SIGKILL");
      await other.server.stop("SIGKILL");
      const next = await start(SAVES);
      assertEquals(await next.ask("GET", "who"), "other");
      assertEquals(await next.ask("DBSIZE"), 11);
    },
  },
  {
    name: "a second server on a folder with an append-only file",
    run: async ({ dir, start, executable }) => {
      const one = await start(APPENDS);
      await one.ask("SET", "k", "v");
      const second = await startMiniredis(APPENDS, {
        dir,
        executable: executable ?? "",
        withoutWaiting: true,
      });
      try {
        assertEquals((await second.ended).code, 1);
      } finally {
        await second.stop("SIGKILL");
      }
      assertMatch(second.log, /append-only files in .*appendonlydir: another server does/);
      assertEquals(await one.ask("SET", "l", "w"), "OK");
      await one.server.stop("SIGKILL");
      const next = await start(APPENDS);
      assertEquals(await next.ask("MGET", "k", "l"), ["v", "w"]);
    },
  },
  {
    name: "a second server that turns its append-only file on while another one has it",
    run: async ({ dir, start }) => {
      const one = await start(APPENDS), other = await start({ save: "" });
      await one.ask("SET", "k", "one");
      await other.ask("SET", "k", "other");
      // Older versions of the runtime know only a moment later that it is taken.
      await other.ask("CONFIG", "SET", "appendonly", "yes");
      await other.server.waitForLog(/Another server uses the files in .*appendonlydir/);
      assertEquals(await other.ask("CONFIG", "GET", "appendonly"), ["appendonly", "no"]);
      await other.ask("BGREWRITEAOF");
      assertEquals(await one.ask("SET", "l", "one"), "OK");
      await one.server.stop("SIGKILL");
      // Whoever was killed has nothing any more.
      await untilTaken(other);
      await other.ask("SET", "l", "other");
      await other.server.stop("SIGKILL");
      assertEquals(strayFiles(dir), []);
      const next = await start(APPENDS);
      assertEquals(await next.ask("MGET", "k", "l"), ["other", "other"]);
    },
  },
];

async function untilTaken(guest: Guest): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    await guest.ask("CONFIG", "SET", "appendonly", "yes");
    await sleep(50);
    if (String(await guest.ask("CONFIG", "GET", "appendonly")).endsWith("yes")) break;
  }
  await guest.server.waitForLog(/AOF rewrite finished successfully/);
}

/** Fills a server so that whatever it does then takes a while. */
async function filled(guest: Guest): Promise<void> {
  await storeBallast(guest.client, KEYS);
  await guest.ask("SELECT", 0);
}

/** Stops it with SIGTERM; what it knew then is there after the next start. */
async function stopsWhole(
  { ask, server }: Guest,
  dir: string,
  next: () => Promise<Guest>,
): Promise<void> {
  assertEquals(await ask("SET", "last", "word"), "OK");
  const size = await ask("DBSIZE");
  const { code } = await server.stop("SIGTERM");
  assertEquals(code, 0, server.log);
  assertEquals(strayFiles(dir), []);
  const after = await next();
  assertEquals(await after.ask("GET", "last"), "word");
  assertEquals(await after.ask("DBSIZE"), size);
  assertEquals(plain(await after.client.send("SELECT", 9)), "OK");
  assert(Number(await after.ask("DBSIZE")) >= KEYS);
}

const stopping: Scenario[] = [
  {
    name: "SIGTERM during a BGSAVE",
    run: async ({ dir, start }) => {
      const guest = await start(SAVES);
      await filled(guest);
      await guest.ask("BGSAVE");
      await stopsWhole(guest, dir, () => start(SAVES));
    },
  },
  {
    name: "SIGTERM during a BGREWRITEAOF",
    run: async ({ dir, start }) => {
      const guest = await start(APPENDS);
      await filled(guest);
      await guest.ask("BGREWRITEAOF");
      await sleep(20);
      await stopsWhole(guest, dir, () => start(APPENDS));
    },
  },
  {
    name: "SIGTERM while CONFIG SET appendonly yes writes its first file waits for it",
    run: async ({ dir, start }) => {
      const guest = await start(SAVES);
      await filled(guest);
      assertEquals(await guest.ask("CONFIG", "SET", "appendonly", "yes"), "OK");
      guest.server.signal("SIGTERM");
      await guest.server.waitForLog(/Writing initial AOF, can't exit/);
      assert(guest.server.isRunning);
      await untilInfo(guest, "aof_rewrite_in_progress:0");
      await stopsWhole(guest, dir, () => start(APPENDS));
    },
  },
  ...[SAVES, APPENDS].map((flags): Scenario => ({
    name: `SIGTERM and kill -9 while ${
      flags === SAVES ? "a dump" : "an append-only file"
    } is loaded`,
    run: async ({ dir, start, executable }) => {
      const guest = await start(flags);
      await filled(guest);
      await guest.ask("SET", "k", "v");
      await guest.server.stop("SIGTERM");
      for (let round = 0; round < 8; round++) {
        const again = await startMiniredis(flags, {
          dir,
          executable: executable ?? "",
          withoutWaiting: true,
        });
        await again.waitForLog(/Running mode=/);
        await sleep(round * 10);
        const kills = round % 2 === 1, { code } = await again.stop(kills ? "SIGKILL" : "SIGTERM");
        if (!kills) assertEquals(code, 0, again.log);
        assertEquals(strayFiles(dir), []);
      }
      const next = await start(flags);
      assertEquals(await next.ask("GET", "k"), "v");
    },
  })),
  {
    name: "files that a killed server left are gone after the next start",
    run: async ({ dir, start }) => {
      const leave = (folder: string, names: string[]) => {
        for (const name of names) {
          Deno.writeTextFileSync(join(folder, name), "REDIS0011");
          const then = new Date(Date.now() - 120_000); // others might still write to a new one
          Deno.utimeSync(join(folder, name), then, then);
        }
      };
      leave(dir, ["temp-1.rdb", "temp-bgsave-1-1.rdb", "mine.txt"]);
      const flags = APPENDS;
      await (await start(flags)).server.stop("SIGKILL");
      const folder = join(dir, "appendonlydir");
      leave(folder, ["temp-rewriteaof-bg-1.aof"]);
      using client = await RespClient.connect({ port: (await start(flags)).server.port });
      assertEquals(plain(await client.send("PING")), "PONG");
      assertEquals(strayFiles(dir), ["mine.txt"]);
    },
  },
];

export const COMPANY_SCENARIOS: readonly Scenario[] = [...sharing, ...stopping];
