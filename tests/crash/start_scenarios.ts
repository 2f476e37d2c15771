/** Starts on files that are damaged, and files that may not grow: what the program says and answers. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { plain } from "../support/reply.ts";
import { RespClient } from "../support/resp_client.ts";
import { programCommand, projectDir, startMiniredis } from "../support/miniredis_server.ts";
import { findProgram } from "../support/programs.ts";
import { Seeded } from "../support/seeded.ts";
import { ServerProcess } from "../support/server_process.ts";
import { namesIn } from "./data_folder.ts";
import { makeSample } from "./sample.ts";
import { type Scenario, untilInfo } from "./scenario.ts";

const TRIES = 8;

/** A start on a folder in which one file has a flipped byte, or only its beginning. */
function startOnDamage(what: string, names: RegExp, appendonly: "yes" | "no"): Scenario {
  return {
    name: `a start on ${what} that is damaged serves, or ends with file, offset and reason`,
    run: async ({ dir, executable }) => {
      await makeSample(dir, executable);
      const folder = appendonly === "yes" ? join(dir, "appendonlydir") : dir;
      const name = namesIn(folder).findLast((name) => names.test(name))!;
      const path = join(folder, name), whole = Deno.readFileSync(path);
      for (let number = 0; number < TRIES; number++) {
        const random = new Seeded(number);
        const bytes = whole.slice(0, number % 2 === 0 ? whole.length : random.below(whole.length));
        if (number % 2 === 0) bytes[random.below(bytes.length)] ^= 0x55;
        Deno.writeFileSync(path, bytes);
        const server = await startMiniredis({ appendonly }, {
          dir,
          executable: executable ?? "",
          withoutWaiting: true,
        });
        const end = await Promise.race([server.ended, ready(server)]);
        await server.stop("SIGKILL");
        assert(!/Internal error|InvariantError|panicked|Uncaught/.test(server.log), server.log);
        if (end === undefined) continue;
        assertEquals(end.code, 1, server.log);
        assert(server.log.includes(name), server.log);
        assertMatch(server.log, /at byte offset \d+/);
        assertEquals(Deno.readFileSync(path), bytes, "a file that is refused stays as it is");
      }
    },
  };
}

async function ready(server: ServerProcess): Promise<undefined> {
  // One that ends says so elsewhere.
  await server.waitForLog(/Ready to accept/).catch(() => new Promise(() => {}));
}

const noLimit = Deno.build.os === "linux" && findProgram("prlimit") !== null
  ? undefined
  : "needs Linux and prlimit";

async function limitFileSize(pid: number, limit: string): Promise<void> {
  const args = ["--pid", String(pid), `--fsize=${limit}`];
  const { success, stderr } = await new Deno.Command("prlimit", { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

const limited: Scenario = {
  name: "an append-only file that may not grow for a while",
  skipped: noLimit,
  run: async ({ dir, executable }) => {
    const flags = { appendonly: "yes", save: "", "auto-aof-rewrite-percentage": 0 };
    const { command, args } = programCommand(executable ?? "");
    const server = await ServerProcess.start({
      // The signal that tells of the limit would end it; the error of the write is enough.
      command: "sh",
      args: ["-c", 'trap "" XFSZ; exec "$0" "$@"', command, ...args],
      cwd: projectDir,
      dir,
      flags,
    });
    try {
      using client = await RespClient.connect({ port: server.port });
      const ask = async (...words: string[]) => plain(await client.send(...words));
      const guest = {
        server,
        client,
        ask: async (...words: unknown[]) => await ask(...words.map(String)),
      };
      await limitFileSize(server.pid, "100000:unlimited");
      let keys = 0, refused = "";
      for (; refused === "" && keys < 100; keys++) {
        const reply = await ask("SET", `key:${keys}`, "x".repeat(5000));
        if (reply instanceof Error) refused = reply.message;
      }
      assertMatch(refused, /^MISCONF Errors writing to the AOF file: File too large/);
      assertEquals(String(await ask("GET", "key:0")).length, 5000);
      await limitFileSize(server.pid, "unlimited:unlimited");
      await untilInfo(guest, "aof_last_write_status:ok");
      assertEquals(await ask("SET", "last", "word"), "OK");
      await server.stop("SIGKILL");
      const next = await startMiniredis(flags, { dir, executable: executable ?? "" });
      try {
        using other = await RespClient.connect({ port: next.port });
        // All that were acknowledged, the last word, and not the one that was refused.
        assertEquals(plain(await other.send("DBSIZE")), keys - 1 + 1);
        assertEquals(plain(await other.send("GET", "last")), "word");
      } finally {
        await next.stop("SIGKILL");
      }
    } finally {
      await server.stop("SIGKILL");
    }
  },
};

export const START_SCENARIOS: readonly Scenario[] = [
  startOnDamage("a dump", /^dump\.rdb$/, "no"),
  startOnDamage("an incremental file", /\.incr\.aof$/, "yes"),
  startOnDamage("a base file", /\.base\.rdb$/, "yes"),
  limited,
];
