/** What the system does not allow for a while: files that may not grow, folders of somebody else. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { plain } from "../support/reply.ts";
import { RespClient } from "../support/resp_client.ts";
import { programCommand, projectDir } from "../support/miniredis_server.ts";
import { findProgram } from "../support/programs.ts";
import { type Flags, ServerProcess } from "../support/server_process.ts";
import { strayFiles } from "./data_folder.ts";
import { MISCONF_SAVE } from "./disk_scenarios.ts";
import { backgroundSave, type Guest, rewrite, type Scenario, untilInfo } from "./scenario.ts";

const SAVES: Flags = { save: ["3600", "1"], rdbcompression: "no" };
const APPENDS: Flags = { appendonly: "yes", save: "", "auto-aof-rewrite-percentage": 0 };
const VALUE_BYTES = 5000;
const LIMIT = "100000:unlimited", NO_LIMIT = "unlimited:unlimited";
const NOBODY = 65534;

/** Starts the program by another one, which gets its command line as arguments; stopped with the rest. */
async function startBy(
  starter: { command: string; args: string[] },
  program: { command: string; args: string[] },
  { flags, dir }: { flags: Flags; dir: string },
): Promise<Guest> {
  const server = await ServerProcess.start({
    command: starter.command,
    args: [...starter.args, program.command, ...program.args],
    cwd: projectDir,
    dir,
    flags,
  });
  const client = await RespClient.connect({ port: server.port });
  return { server, client, ask: async (...words) => plain(await client.send(...words)) };
}

/** Runs `check` with a server that is stopped after it. */
async function withGuest(start: Promise<Guest>, check: (guest: Guest) => Promise<void>) {
  const guest = await start;
  try {
    await check(guest);
  } finally {
    guest.client.close();
    await guest.server.stop("SIGKILL");
  }
}

const noLimit = Deno.build.os === "linux" && findProgram("prlimit") !== null
  ? undefined
  : "needs Linux and prlimit";

/** The signal that tells of the limit would end the server; the error of the write is enough. */
const IGNORING = { command: "sh", args: ["-c", 'trap "" XFSZ; exec "$0" "$@"'] };

async function limitFileSize({ server }: Guest, limit: string): Promise<void> {
  const args = ["--pid", String(server.pid), `--fsize=${limit}`];
  const { success, stderr } = await new Deno.Command("prlimit", { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

async function store({ ask }: Guest, keys: number): Promise<void> {
  for (let i = 0; i < keys; i++) await ask("SET", `key:${i}`, "x".repeat(VALUE_BYTES));
}

/** Stores until it is refused; answers the words, and how many were taken. */
async function storeUntilRefused({ ask }: Guest): Promise<{ refusal: string; keys: number }> {
  for (let keys = 0; keys < 100; keys++) {
    const reply = await ask("SET", `key:${keys}`, "x".repeat(VALUE_BYTES));
    if (reply instanceof Error) return { refusal: reply.message, keys };
  }
  throw new Error("nothing was refused");
}

const limits: Scenario[] = [
  {
    name: "an append-only file that may not grow for a while",
    skipped: noLimit,
    run: async ({ dir, executable, start }) => {
      const program = programCommand(executable ?? "");
      let stored = 0;
      await withGuest(startBy(IGNORING, program, { flags: APPENDS, dir }), async (guest) => {
        await limitFileSize(guest, LIMIT);
        const { refusal, keys } = await storeUntilRefused(guest);
        stored = keys;
        assertMatch(refusal, /^MISCONF Errors writing to the AOF file: File too large/);
        assertEquals(String(await guest.ask("GET", "key:0")).length, VALUE_BYTES);
        await limitFileSize(guest, NO_LIMIT);
        await untilInfo(guest, "aof_last_write_status:ok");
        assertEquals(await guest.ask("SET", "last", "word"), "OK");
      });
      const next = await start(APPENDS);
      // All that were acknowledged, the last word, and not the one that was refused.
      assertEquals(await next.ask("DBSIZE"), stored + 1);
      assertEquals(await next.ask("GET", "last"), "word");
    },
  },
  {
    name: "a dump whose writing fails half-way",
    skipped: noLimit,
    run: async ({ dir, executable, start }) => {
      const program = programCommand(executable ?? "");
      await withGuest(startBy(IGNORING, program, { flags: SAVES, dir }), async (guest) => {
        await store(guest, 10);
        assert(await backgroundSave(guest));
        const before = Deno.readFileSync(join(dir, "dump.rdb"));
        await store(guest, 60);
        await limitFileSize(guest, LIMIT);
        assert(!await backgroundSave(guest));
        assertEquals(String(await guest.ask("SET", "k", "v")), `Error: ${MISCONF_SAVE}`);
        assertMatch(String(await guest.ask("SAVE")), /ERR/);
        assertStringIncludes(guest.server.log, "File too large");
        assertEquals(Deno.readFileSync(join(dir, "dump.rdb")), before);
        assertEquals(strayFiles(dir), []);
        await limitFileSize(guest, NO_LIMIT);
        assert(await backgroundSave(guest));
        assertEquals(await guest.ask("SET", "k", "v"), "OK");
        assertEquals(await guest.ask("SAVE"), "OK");
      });
      const next = await start(SAVES);
      assertEquals(await next.ask("DBSIZE"), 61);
    },
  },
  {
    name: "a rewrite whose writing fails half-way, and the first one of CONFIG SET appendonly yes",
    skipped: noLimit,
    run: async ({ dir, executable, start }) => {
      const program = programCommand(executable ?? "");
      const flags = { ...APPENDS, rdbcompression: "no" };
      await withGuest(startBy(IGNORING, program, { flags, dir }), async (guest) => {
        await store(guest, 10);
        assert(await rewrite(guest));
        for (let i = 10; i < 30; i++) await guest.ask("APPEND", "big", "y".repeat(VALUE_BYTES));
        await limitFileSize(guest, LIMIT);
        assert(!await rewrite(guest));
        assertStringIncludes(guest.server.log, "File too large");
        assertEquals(strayFiles(dir), []);
        assertEquals(await guest.ask("SET", "k", "v"), "OK");
        await guest.ask("CONFIG", "SET", "appendonly", "no");
        await guest.ask("CONFIG", "SET", "appendonly", "yes");
        await untilInfo(guest, "aof_last_bgrewrite_status:err");
        assertEquals(await guest.ask("SET", "l", "w"), "OK");
        await limitFileSize(guest, NO_LIMIT);
        await guest.ask("BGREWRITEAOF");
        await untilInfo(guest, "aof_last_bgrewrite_status:ok");
        await untilInfo(guest, "aof_rewrite_in_progress:0");
        assertEquals(await guest.ask("SET", "m", "x"), "OK");
      });
      const next = await start(flags);
      assertEquals(await next.ask("MGET", "k", "l", "m"), ["v", "w", "x"]);
      assertEquals(await next.ask("STRLEN", "big"), 20 * VALUE_BYTES);
      assertEquals(strayFiles(dir), []);
    },
  },
];

/** How a program is run by somebody without rights. */
const AS_NOBODY = {
  command: "setpriv",
  args: [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"],
};

/** Why that cannot be done with the program that is tried. */
async function whyNotAsNobody(executable: string | undefined): Promise<string | undefined> {
  const { command, args } = programCommand(executable ?? "");
  const all = [...AS_NOBODY.args, command, ...args, "--version"];
  const { success } = await new Deno.Command(AS_NOBODY.command, { args: all, cwd: projectDir })
    .output();
  return success ? undefined : "the program cannot be run by nobody";
}

const isRoot = Deno.build.os === "linux" && Deno.uid() === 0 && findProgram("setpriv") !== null;

const rights: Scenario[] = [
  {
    name: "folders without write permission, for a dump and for an append-only file",
    skipped: isRoot ? undefined : "needs Linux, root and setpriv, to be nobody",
    run: async ({ dir, executable, start }) => {
      const reason = await whyNotAsNobody(executable);
      if (reason !== undefined) return reason;
      const program = programCommand(executable ?? ""), data = join(dir, "data");
      const folder = join(data, "appendonlydir");
      Deno.mkdirSync(data);
      Deno.chmodSync(dir, 0o755);
      Deno.chownSync(data, NOBODY, NOBODY);
      const options = { flags: SAVES, dir: data };
      await withGuest(startBy(AS_NOBODY, program, options), async (guest) => {
        await store(guest, 3);
        assert(await backgroundSave(guest));
        const before = Deno.readFileSync(join(data, "dump.rdb"));
        Deno.chmodSync(data, 0o555);
        await store(guest, 5);
        assert(!await backgroundSave(guest));
        assertMatch(guest.server.log, /dump.rdb was not saved: .*Permission denied/);
        assertEquals(String(await guest.ask("SET", "k", "v")), `Error: ${MISCONF_SAVE}`);
        assertEquals(Deno.readFileSync(join(data, "dump.rdb")), before);
        const refused = await guest.ask("CONFIG", "SET", "appendonly", "yes");
        assertMatch(String(refused), /Unable to turn on AOF. Check server logs.$/);
        assertMatch(guest.server.log, /append-only dir .*appendonlydir: Permission denied/);
        Deno.chmodSync(data, 0o755);
        assert(await backgroundSave(guest));
        assertEquals(await guest.ask("CONFIG", "SET", "appendonly", "yes"), "OK");
        await untilInfo(guest, "aof_rewrite_scheduled:0");
        await untilInfo(guest, "aof_rewrite_in_progress:0");
        Deno.chmodSync(folder, 0o555);
        assertEquals(await guest.ask("SET", "k", "v"), "OK"); // the file that is open is written
        assert(!await rewrite(guest));
        assertMatch(guest.server.log, /AOF rewrite failed: .*Permission denied/);
        assertEquals(await guest.ask("SET", "l", "w"), "OK");
        Deno.chmodSync(folder, 0o755);
        assert(await rewrite(guest));
        assertEquals(await guest.ask("SET", "m", "x"), "OK");
      });
      const next = await start(APPENDS, { dir: data });
      assertEquals(await next.ask("MGET", "k", "l", "m"), ["v", "w", "x"]);
      assertEquals(await next.ask("DBSIZE"), 8);
      assertEquals(strayFiles(data), []);
      return undefined;
    },
  },
];

export const LIMIT_SCENARIOS: readonly Scenario[] = [...limits, ...rights];
