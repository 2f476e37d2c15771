/** The system's clock jumps while a server saves, syncs and lets keys expire. */

import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { projectDir, taskCommand } from "../support/miniredis_server.ts";
import { RespClient } from "../support/resp_client.ts";
import { plain } from "../support/reply.ts";
import { ServerProcess } from "../support/server_process.ts";
import { ballastDigest, storeBallast } from "./ballast.ts";
import { type Guest, type Scenario, untilInfo } from "./scenario.ts";

const HOUR_MS = 3_600_000;
const KEYS = 20_000;
const EXPIRING = 100;
const FLAGS = {
  appendonly: "yes",
  appendfsync: "everysec",
  save: ["1", "1"],
  "enable-debug-command": "local",
  "auto-aof-rewrite-percentage": "0",
};

/** Starts the server from source, for its clock to be set. */
async function startWith(clock: string, dir: string): Promise<Guest> {
  const [, ...args] = taskCommand("start").split(" ").map((word) =>
    word === "main.ts" ? "tests/crash/jumping_server.ts" : word
  );
  const server = await ServerProcess.start({
    command: Deno.execPath(),
    args: [...args, clock],
    cwd: projectDir,
    dir,
    flags: FLAGS,
  });
  const client = await RespClient.connect({ port: server.port });
  return { server, client, ask: async (...words) => plain(await client.send(...words)) };
}

async function end({ server, client }: Guest): Promise<void> {
  client.close();
  await server.stop("SIGKILL");
}

/** How many of the keys that begin so are there. */
async function count({ ask }: Guest, name: string): Promise<unknown> {
  return await ask("EXISTS", ...Array.from({ length: EXPIRING }, (_, i) => `${name}:${i}`));
}

async function store({ ask }: Guest, name: string, pxMs: number): Promise<void> {
  for (let i = 0; i < EXPIRING; i++) {
    assertEquals(await ask("SET", `${name}:${i}`, "v", "PX", pxMs), "OK");
  }
}

/** What is written is on the disk soon, and save points are obeyed, whatever the clock says. */
async function checkGoesOn(guest: Guest, round: number): Promise<void> {
  assertEquals(await guest.ask("SET", `kept:${round}`, "v"), "OK");
  assertEquals(await guest.ask("WAITAOF", 1, 0, 5000), [1, 0], guest.server.log);
  await untilInfo(guest, "rdb_changes_since_last_save:0");
  await untilInfo(guest, "rdb_last_bgsave_status:ok");
}

/** Saves and rewrites, and sets the clock in the middle of it. */
async function jumpDuring(guest: Guest, command: string, jump: () => void): Promise<void> {
  const what = command === "BGSAVE" ? "rdb_bgsave" : "aof_rewrite";
  await untilInfo(guest, "rdb_bgsave_in_progress:0");
  await untilInfo(guest, "aof_rewrite_in_progress:0");
  await guest.ask(command);
  jump();
  for (let i = 0; i < 200; i++) await guest.ask("SET", `during:${command}:${i}`, i);
  await untilInfo(guest, `${what}_in_progress:0`);
  const status = command === "BGSAVE" ? "rdb_last_bgsave_status" : "aof_last_bgrewrite_status";
  await untilInfo(guest, `${status}:ok`);
}

function jumping(jumpsMs: readonly [first: number, second: number], title: string): Scenario {
  return {
    name: `the clock jumps ${title} while keys expire, during a save, a rewrite and everysec`,
    run: async ({ dir }) => {
      const clock = join(dir, "clock"), data = join(dir, "data");
      Deno.mkdirSync(data);
      const set = (aheadMs: number) => Deno.writeTextFileSync(clock, String(aheadMs));
      set(1);
      const guest = await startWith(clock, data);
      let ballast: string;
      try {
        await storeBallast(guest.client, KEYS);
        ballast = await ballastDigest(guest.client);
        await guest.ask("SELECT", 0);
        await store(guest, "soon", HOUR_MS / 2);
        await store(guest, "late", 100 * HOUR_MS);
        await jumpDuring(guest, "BGSAVE", () => set(jumpsMs[0]));
        await checkGoesOn(guest, 1);
        assertEquals(await count(guest, "soon"), jumpsMs[0] > HOUR_MS / 2 ? 0 : EXPIRING);
        await jumpDuring(guest, "BGREWRITEAOF", () => set(jumpsMs[1]));
        await checkGoesOn(guest, 2);
        // What was over once is gone, whatever time it is now.
        assertEquals(await count(guest, "soon"), 0);
        assertEquals(await count(guest, "late"), EXPIRING);
        await store(guest, "new", HOUR_MS);
        const left = Number(await guest.ask("PTTL", "new:0"));
        assert(left > HOUR_MS - 60_000 && left <= HOUR_MS, `${left} ms left`);
        await guest.ask("WAITAOF", 1, 0, 5000);
      } finally {
        await end(guest);
      }
      const again = await startWith(clock, data);
      try {
        assertEquals(await count(again, "soon"), 0);
        assertEquals(await count(again, "late"), EXPIRING);
        assertEquals(await count(again, "new"), EXPIRING);
        assertEquals(await again.ask("EXISTS", "kept:1", "kept:2"), 2);
        assertEquals(await again.ask("GET", "during:BGSAVE:199"), "199");
        assertEquals(await again.ask("GET", "during:BGREWRITEAOF:199"), "199");
        assertEquals(await ballastDigest(again.client), ballast);
      } finally {
        await end(again);
      }
    },
  };
}

export const CLOCK_SCENARIOS: readonly Scenario[] = [
  jumping([2 * HOUR_MS, -10 * HOUR_MS], "forward, then back"),
  jumping([-10 * HOUR_MS, 2 * HOUR_MS], "back, then forward"),
];
