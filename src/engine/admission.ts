// Whether a command may run now: one ordered list of gates. Most calls find all of them open at once.
import type { Config } from "../config/config.ts";
import { CommandError, ERR } from "./errors.ts";
import {
  FLAG_ALLOW_BUSY,
  FLAG_DENYOOM,
  FLAG_LOADING,
  FLAG_MAY_REPLICATE,
  FLAG_NO_AUTH,
  FLAG_NO_MULTI,
  FLAG_PROTECTED,
  FLAG_STALE,
  FLAG_WRITE,
} from "./flags.ts";
import type { Origin } from "./origins.ts";
import type { Command } from "./registry.ts";
import {
  type Session,
  SESSION_IN_MULTI,
  SESSION_SUBSCRIBED,
  SESSION_UNAUTHENTICATED,
} from "./session.ts";

/** Server-wide conditions; each closes a gate for some commands. */
export const GATE_LOADING = 1;
/** A script runs too long. */
export const GATE_BUSY = 2;
/** The last save failed and `stop-writes-on-bgsave-error` is on. */
export const GATE_MISCONF = 4;
/** This is a read-only replica. */
export const GATE_READONLY = 8;
/** The link to the master is down and stale data is not to be served. */
export const GATE_MASTER_DOWN = 16;
/** Fewer good replicas than `min-replicas-to-write`. */
export const GATE_NO_REPLICAS = 32;
/** Memory is over `maxmemory` and nothing can be evicted. */
export const GATE_OOM = 64;
/** The append-only file cannot be written. */
export const GATE_APPEND_ONLY = 128;

/** Refused like writes while nothing can be saved: who watches over the server is told so. */
const ASKS_FOR_HEALTH = new Set(["ping"]);

const SUBSCRIBED_MAY_CALL = new Set([
  "subscribe",
  "psubscribe",
  "ssubscribe",
  "unsubscribe",
  "punsubscribe",
  "sunsubscribe",
  "ping",
  "quit",
  "reset",
]);

interface Asked {
  readonly gates: number;
  readonly appendOnlyError: CommandError | undefined;
  readonly session: Session;
  readonly command: Command;
  /** Those of the command, or for EXEC also those of what it runs. */
  readonly flags: number;
  readonly origin: Origin;
}

type Gate = (asked: Asked) => CommandError | undefined;

const needsAuthentication: Gate = ({ session, flags, origin }) =>
  origin.checksAcl && session.bits & SESSION_UNAUTHENTICATED && !(flags & FLAG_NO_AUTH)
    ? ERR.noAuth
    : undefined;

const notInTransaction: Gate = ({ session, flags }) =>
  session.bits & SESSION_IN_MULTI && flags & FLAG_NO_MULTI ? ERR.notInTransaction : undefined;

const outOfMemory: Gate = ({ gates, flags, origin }) =>
  gates & GATE_OOM && flags & FLAG_DENYOOM && !origin.outranksGates ? ERR.oom : undefined;

const writes: Gate = ({ gates, appendOnlyError, flags, origin, command }) => {
  if (origin.outranksGates) return undefined;
  const isWrite = (flags & FLAG_WRITE) !== 0;
  if (isWrite || ASKS_FOR_HEALTH.has(command.facts.name)) {
    if (gates & GATE_MISCONF) return ERR.misconf;
    if (gates & GATE_APPEND_ONLY) return appendOnlyError;
  }
  if (!isWrite) return undefined;
  if (gates & GATE_NO_REPLICAS) return ERR.noReplicas;
  if (gates & GATE_READONLY) return ERR.readOnly;
  return undefined;
};

const subscribed: Gate = ({ session, command }) => {
  if (!(session.bits & SESSION_SUBSCRIBED) || session.reply.protocol > 2) return undefined;
  const name = command.facts.name;
  if (SUBSCRIBED_MAY_CALL.has(name)) return undefined;
  return new CommandError(
    `ERR Can't execute '${command.fullName}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING /` +
      " QUIT / RESET are allowed in this context",
  );
};

const masterDown: Gate = ({ gates, flags, origin }) =>
  gates & GATE_MASTER_DOWN && !(flags & FLAG_STALE) && !origin.outranksGates
    ? ERR.masterDown
    : undefined;

const loading: Gate = ({ gates, flags, origin }) =>
  gates & GATE_LOADING && !(flags & FLAG_LOADING) && !origin.outranksGates
    ? ERR.loading
    : undefined;

const busy: Gate = ({ gates, flags }) =>
  gates & GATE_BUSY && !(flags & FLAG_ALLOW_BUSY) ? ERR.busyScript : undefined;

/** In Redis's order: which error a client sees when several apply. */
const GATES: readonly Gate[] = [
  needsAuthentication,
  notInTransaction,
  outOfMemory,
  writes,
  subscribed,
  masterDown,
  loading,
  busy,
];

/** Those that depend on who asks and may close between queueing and EXEC. */
const GATES_OF_USERS: readonly Gate[] = [needsAuthentication];

/** The reason why the command may not run, or nothing. */
export function refusal(asked: Asked): CommandError | undefined {
  for (const gate of asked.origin.admitted ? GATES_OF_USERS : GATES) {
    const error = gate(asked);
    if (error !== undefined) return error;
  }
  return undefined;
}

/** Whether `enable-debug-command` lets this client run a protected command (DEBUG). */
export function mayRunProtected(flags: number, config: Config, session: Session): boolean {
  if (!(flags & FLAG_PROTECTED)) return true;
  const allowed = config.value("enable-debug-command");
  return allowed === "yes" || allowed === "local" && isLocal(session);
}

/** Whether the client came over loopback or a unix socket. */
export function isLocal({ transport }: Session): boolean {
  const { address } = transport;
  return /^(127\.|\[::1\]|\[::ffff:127\.|\/)/.test(address) || !/:[1-9]\d*$/.test(address);
}

/** Whether CLIENT PAUSE holds this command back; the WRITE mode holds what may replicate. */
export function heldByPause(flags: number, writesOnly: boolean): boolean {
  return !writesOnly || (flags & (FLAG_WRITE | FLAG_MAY_REPLICATE)) !== 0;
}
