/**
 * Transcripts: text files of commands that are sent to both servers, reply by reply.
 *
 * A line is a command in redis-cli's quoting, a comment (`#`), or a directive:
 *
 *     @resp 3        this client says HELLO 3 (or 2)
 *     @client NAME   the commands that follow come from that client; the first is `main`
 *     @sleep MS      wait
 *     @flags N=V ..  start the servers with these flags; before the first command
 *     @versions 7.4  the whole transcript is for a redis-server of that version or newer; with a second
 *                    word only for one that is older than that
 *     @since 7.2     the next line is run only with a redis-server of that version or newer
 *     @before 8.0    the next line is run only with an older redis-server
 *     @unordered @type @answer @instants @ignore @near N
 *                    how the reply of the next command is compared (see compare.ts)
 *     @raw TEXT      send these bytes (redis-cli's quoting) as they are and compare one reply
 *     @message       compare the next message the client gets without sending anything
 *     @closed        both servers must close the connection now
 */

import { isAmong, type Versions } from "../support/redis_server.ts";
import { show } from "../support/reply.ts";
import { latin1 } from "../support/resp_client.ts";
import type { Flags } from "../support/server_process.ts";
import { splitWords } from "../support/words.ts";
import { type Comparison, EXACT, sameReply } from "./compare.ts";
import { isKnownToDiffer } from "./known_differences.ts";
import { type ClientPair, describe, type ServerPair } from "./pair.ts";

export interface Line {
  number: number;
  /** The directive's name without `@`, or `command`. */
  kind: string;
  words: string[];
  comparison: Comparison;
  since: string;
  before: string;
}

export interface Transcript {
  flags: Flags;
  /** Which redis-server it is for. */
  versions: Versions;
  lines: Line[];
}

const COMPARISONS = new Set(["unordered", "type", "answer", "instants", "ignore", "near"]);
const ACTIONS = new Set(["resp", "client", "sleep", "raw", "message", "closed"]);

/** Reads a transcript. Throws on a directive it does not know. */
export function parseTranscript(text: string): Transcript {
  const flags: Flags = {};
  const lines: Line[] = [];
  let comparison = EXACT;
  let versions: Versions = {};
  let since = "", before = "";
  for (const [index, source] of text.split("\n").entries()) {
    const line = source.trim();
    if (line === "" || line.startsWith("#")) continue;
    const words = splitWords(line.startsWith("@") ? line.slice(1) : line);
    const kind = line.startsWith("@") ? words.shift()! : "command";
    if (kind === "flags") {
      for (const word of words) flags[word.split("=")[0]] = word.slice(word.indexOf("=") + 1);
    } else if (kind === "versions") {
      versions = { since: words[0], before: words[1] };
    } else if (kind === "since") {
      since = words[0];
    } else if (kind === "before") {
      before = words[0];
    } else if (COMPARISONS.has(kind)) {
      comparison = { how: kind, by: Number(words[0] ?? 0) } as Comparison;
    } else if (kind === "command" || ACTIONS.has(kind)) {
      lines.push({ number: index + 1, kind, words, comparison, since, before });
      comparison = EXACT;
      since = before = "";
    } else {
      throw new Error(`line ${index + 1}: unknown directive @${kind}`);
    }
  }
  return { flags, versions, lines };
}

/** Runs a transcript against both servers; returns the differences in readable form. */
export async function runTranscript(pair: ServerPair, transcript: Transcript): Promise<string[]> {
  const clients = new Map<string, ClientPair>();
  const differences: string[] = [];
  let current = "main";
  const client = async (): Promise<ClientPair> => {
    const known = clients.get(current) ?? await pair.connect();
    clients.set(current, known);
    return known;
  };
  for (const line of transcript.lines) {
    if (!isAmong(pair.redisVersion, line)) continue;
    if (line.kind === "command" && isKnownToDiffer(pair.redisVersion, line.words)) continue;
    if (line.kind === "client") {
      current = line.words[0];
      await client();
    } else if (line.kind === "sleep") {
      await new Promise((resolve) => setTimeout(resolve, Number(line.words[0])));
    } else {
      const difference = await runLine(await client(), line).catch((error: Error) => {
        throw new Error(`line ${line.number}: ${error.message}`, { cause: error });
      });
      if (difference !== null) differences.push(`line ${line.number}\n${difference}`);
    }
  }
  for (const each of clients.values()) each.close();
  return differences;
}

async function runLine(client: ClientPair, line: Line): Promise<string | null> {
  const { words, comparison } = line;
  switch (line.kind) {
    case "command": {
      const difference = await client.run([{ words, comparison }]);
      return difference === null ? null : describe(difference);
    }
    case "resp": {
      const hello = { words: ["HELLO", words[0]], comparison: { how: "type" } as Comparison };
      const difference = await client.run([hello]);
      return difference === null ? null : describe(difference);
    }
    case "closed": {
      const rest = await Promise.all([client.redis.readToEnd(), client.ours.readToEnd()]);
      const [expected, actual] = rest.map((bytes) => new TextDecoder("latin1").decode(bytes));
      return expected === actual ? null : `before closing: ${expected}\nmust be ${actual}`;
    }
    default: {
      if (line.kind === "raw") {
        const bytes = latin1(words.join(" "));
        await Promise.all([client.redis.write(bytes), client.ours.write(bytes)]);
      }
      const [expected, actual] = await Promise.all([
        client.redis.message(),
        client.ours.message(),
      ]);
      if (sameReply(expected, actual, comparison)) return null;
      return `redis-server: ${show(expected)}\nminiredis:    ${show(actual)}`;
    }
  }
}
