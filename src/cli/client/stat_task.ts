/** `--stat`: a line of the server's statistics at every interval, until it is stopped. */

import { latin1 } from "../../base/bytes.ts";
import type { Session } from "./session.ts";

const LINES_PER_HEADING = 20;
const DEFAULT_INTERVAL_MS = 1000;
const HEADING = "------- data ------ --------------------- load -------------------- - child -\n" +
  "keys       mem      clients blocked requests            connections          \n";
/** By bit: saving, rewriting the append-only file, loading. */
const CHILDREN = ["", "SAVE", "AOF", "SAVE+AOF", "LOAD"];

/** Prints lines for ever, connecting again whenever the server is gone; ends only on an error reply. */
export async function runStat(session: Session): Promise<number> {
  const { options, output } = session.settings;
  let previousRequests = 0;
  let attempts = 0;
  for (let line = 0;;) {
    const reply = await session.ask(["INFO"]);
    if (reply === undefined) {
      await output.ascii(`\r\x1b[0KReconnecting... ${++attempts}\r`).flush();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      continue;
    }
    if (attempts > 0) output.ascii("\r\x1b[0K");
    attempts = 0;
    if (reply.kind === "error" || !("bytes" in reply)) {
      await session.complain(
        "bytes" in reply ? `ERROR: ${latin1(reply.bytes)}` : "INFO is no text",
      );
      return 1;
    }
    const info = readInfo(latin1(reply.bytes));
    if (line++ % LINES_PER_HEADING === 0) output.ascii(HEADING);
    await output.ascii(statLine(info, previousRequests)).flush();
    previousRequests = Number(info.get("total_commands_processed") ?? 0);
    await new Promise((resolve) => setTimeout(resolve, options.intervalMs || DEFAULT_INTERVAL_MS));
  }
}

/** Fields of INFO by name. */
export function readInfo(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0 && !line.startsWith("#")) {
      fields.set(line.slice(0, colon), line.slice(colon + 1));
    }
  }
  return fields;
}

/** One line of the table. `previousRequests` 0 means that this is the first. */
export function statLine(info: ReadonlyMap<string, string>, previousRequests: number): string {
  const number = (name: string) => Number(info.get(name) ?? 0);
  let keys = 0;
  for (const [name, value] of info) {
    if (/^db\d+$/.test(name)) keys += Number(/keys=(\d+)/.exec(value)?.[1] ?? 0);
  }
  const requests = number("total_commands_processed");
  const added = previousRequests === 0 ? 0 : requests - previousRequests;
  const child = (number("rdb_bgsave_in_progress") && 1) | (number("aof_rewrite_in_progress") && 2) |
    (number("loading") && 4);
  return `${keys}`.padEnd(11) + humanBytes(number("used_memory")).padEnd(8) + " " +
    `${number("connected_clients")}`.padEnd(8) + `${number("blocked_clients")}`.padEnd(8) +
    `${requests} (+${added})`.padEnd(19) + " " +
    `${number("total_connections_received")}`.padEnd(12) + (CHILDREN[child] ?? "") + "\n";
}

/** A size as `1.23M`. */
export function humanBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  let value = bytes / 1024;
  let unit = 0;
  for (; value >= 1024 && unit < 3; unit++) value /= 1024;
  return value.toFixed(2) + "KMGT"[unit];
}
