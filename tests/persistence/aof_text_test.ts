/** What commands leave in the append-only file, beside what redis-server writes for the same commands. */

import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { latin1 as textOf } from "../../src/base/bytes.ts";
import { startMiniredis } from "../support/miniredis_server.ts";
import { parseReply, type Reply } from "../support/reply.ts";
import { startRedis, testWithRedis } from "../support/redis_server.ts";
import { RespClient } from "../support/resp_client.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { splitWords } from "../support/words.ts";
import { FAMILIES } from "./aof_families.ts";

/** The lines that each family left in the file. */
type Written = Map<string, string[]>;

/** Runs all families and answers what each left in the file. */
async function run(server: ServerProcess): Promise<Written> {
  using first = await RespClient.connect({ port: server.port });
  using second = await RespClient.connect({ port: server.port });
  await first.send("DEBUG", "SET-ACTIVE-EXPIRE", "0"); // keys that are over are found by commands
  await first.send("SET", "v", "v");
  const payload = textIn(await first.send("DUMP", "v"));
  for (const [name, lines] of Object.entries(FAMILIES)) {
    await first.send("SET", "family", name);
    let waiting = 0;
    for (const line of lines) {
      const pause = /^sleep (\d+)$/.exec(line);
      if (pause !== null) await new Promise((resolve) => setTimeout(resolve, Number(pause[1])));
      else if (!line.startsWith("2> ")) {
        const words = splitWords(line);
        await first.send(...words.map((word) => word === "<payload>" ? payload : word));
      } else {
        await second.write(splitWords(line.slice(3)).join(" ") + "\r\n");
        waiting++;
      }
    }
    for (; waiting > 0; waiting--) await second.reply();
    await first.send("FLUSHALL");
  }
  const folder = join(server.dir, "appendonlydir");
  return byFamily(await Deno.readFile(join(folder, "appendonly.aof.1.incr.aof")));
}

function byFamily(bytes: Uint8Array): Written {
  const families: Written = new Map();
  let current: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const parsed = parseReply(bytes, at);
    if (parsed === null) throw new Error(`half a command: ${textOf(bytes.subarray(at))}`);
    at = parsed.end;
    const words = wordsOf(parsed.reply);
    if (words[1] === "family") families.set(words[2], current = []);
    else current.push(comparable(words));
  }
  return families;
}

function wordsOf(reply: Reply): string[] {
  if (reply.type !== "array") throw new Error(`no command: ${JSON.stringify(reply)}`);
  return reply.items.map(textIn);
}

function textIn(reply: Reply): string {
  if (reply.type !== "bulk") throw new Error(`no string: ${JSON.stringify(reply)}`);
  return reply.text;
}

/** Instants are those of either run; words of a command are in whatever case they came. */
function comparable(words: readonly string[]): string {
  const now = Date.now();
  return words.map((word, i) => {
    const isNow = /^\d{13}$/.test(word) && Math.abs(Number(word) - now) < 300_000;
    if (i === 0 || /^(left|right)$/.test(word)) return word.toUpperCase();
    return isNow ? "<instant>" : /^[\w.:+-]+$/.test(word) ? word : JSON.stringify(word);
  }).join(" ");
}

/**
 * What 7.2, which we follow, writes and 7.0 does not: how far a group has read, after each read; and
 * SELECT within the transaction that needs it.
 */
function asBefore72(lines: readonly string[]): string[] {
  const kept = lines.filter((line, i) =>
    !(/^XGROUP SETID .* ENTRIESREAD/.test(line) && lines[i - 1]?.startsWith("XCLAIM") &&
      lines[i + 1] === "EXEC")
  );
  const result: string[] = [];
  for (let i = 0; i < kept.length; i++) {
    const [line, next, after] = kept.slice(i);
    if (line === "MULTI" && after === "EXEC") {
      result.push(next);
      i += 2;
    } else if (line === "MULTI" && next.startsWith("SELECT")) {
      result.push(next, line);
      i++;
    } else result.push(line);
  }
  return result;
}

/**
 * What differs by version without saying anything else: the version within a payload, and from 8.0 on
 * HSETEX in the place of HSET for a field that does not expire.
 */
function withoutVersion(lines: readonly string[]): string[] {
  return lines.map((line) =>
    line.replace(/^(RESTORE \S+ \S+) "[^"]*"/, "$1 <payload>")
      .replace(/^HSETEX (\S+) KEEPTTL FIELDS 1 /, "HSET $1 ")
  );
}

testWithRedis(
  "the append-only file says what redis-server's says after the same commands",
  async (t) => {
    const flags = { appendonly: "yes", "enable-debug-command": "yes" };
    await using redis = await startRedis(flags);
    await using ours = await startMiniredis(flags);
    const [theirs, own] = await Promise.all([run(redis), run(ours)]);
    for (const name of Object.keys(FAMILIES)) {
      await t.step(name, () => {
        assertEquals(
          withoutVersion(asBefore72(own.get(name)!)),
          withoutVersion(asBefore72(theirs.get(name)!)),
        );
      });
    }
  },
);
