/** A folder as a server leaves it that was killed: a dump, and an append-only file of several parts. */

import { startMiniredis } from "../support/miniredis_server.ts";
import { RespClient } from "../support/resp_client.ts";
import { storeBallast } from "./ballast.ts";
import { commandsOf } from "./numbered_writes.ts";
import { ask } from "./read_state.ts";
import { sleep } from "./save_requester.ts";

const WRITES = 240;
const BALLAST_KEYS = 500;
const MOST_BYTES = 2000;

/** Fills a folder, which is empty. */
export async function makeSample(dir: string, executable: string | undefined): Promise<void> {
  const flags = { appendonly: "yes", save: "", "auto-aof-rewrite-percentage": 0 };
  const server = await startMiniredis(flags, { dir, executable: executable ?? "" });
  try {
    using client = await RespClient.connect({ port: server.port });
    await storeBallast(client, BALLAST_KEYS);
    await write(client, 0);
    await ask(client, [["SAVE"], ["BGREWRITEAOF"]]);
    while (!await rewritten(client)) await sleep(5);
    await write(client, WRITES);
  } finally {
    await server.stop("SIGKILL");
  }
}

async function write(client: RespClient, first: number): Promise<void> {
  for (const database of [1, 2]) {
    await ask(client, [["SELECT", database]]);
    for (let i = first; i < first + WRITES; i++) {
      const commands = commandsOf(database, i);
      // Files are loaded by the thousand: large values make that slow.
      if (commands.flat().some((word) => String(word).length > MOST_BYTES)) continue;
      await ask(client, commands.map((command) => [...command]));
    }
  }
}

async function rewritten(client: RespClient): Promise<boolean> {
  const [info] = await ask(client, [["INFO", "persistence"]]);
  return /aof_rewrite_in_progress:0/.test(String(info)) && /aof_rewrites:1/.test(String(info));
}
