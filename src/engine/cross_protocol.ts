// Web pages can make a browser send HTTP to a local port. Its lines look like inline commands, so the
// first of them that only HTTP would send ends the connection before any that could do harm.
import type { Slice } from "../base/slice.ts";
import { keyword } from "./arguments.ts";

const POST = keyword("post");
const HOST = keyword("host:");
/** At most one warning in the log per so many ms. */
const WARNING_INTERVAL_MS = 60_000;

/** Whether a command name that does not exist is a line of HTTP. */
export function isHttp(name: Slice): boolean {
  return name.equalsIgnoreCase(POST) || name.equalsIgnoreCase(HOST);
}

/** Warns of such connections, not more often than there is sense in. */
export class AttackWarning {
  readonly #warn: (message: string) => void;
  #lastAtMs = Number.NEGATIVE_INFINITY;

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /** A connection from `address` was ended. */
  note(address: string, nowMs: number): void {
    if (nowMs - this.#lastAtMs <= WARNING_INTERVAL_MS) return;
    this.#lastAtMs = nowMs;
    this.#warn(
      "Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands" +
        " to Redis. This is likely due to an attacker attempting to use Cross Protocol Scripting to" +
        ` compromise your Redis instance. Connection from ${address} aborted.`,
    );
  }
}
