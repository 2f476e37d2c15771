// The state of one client, whatever brings it: a socket, a script, the replica link.
import type { User } from "../acl/users.ts";
import type { ReplySink } from "../resp/reply_sink.ts";
import type { Request } from "../resp/request.ts";
import type { Wait } from "./wait.ts";

/** Admission looks at a session's bits before a command runs; zero lets it pass at once. */
export const SESSION_UNAUTHENTICATED = 1;
export const SESSION_IN_MULTI = 2;
/** Subscribed under RESP2: only a few commands make sense there. */
export const SESSION_SUBSCRIBED = 4;
/** Its user may not do everything. */
export const SESSION_RESTRICTED = 8;
/** CLIENT REPLY OFF or SKIP is on. */
export const SESSION_SILENT = 16;
/** Told to close: nothing more is run for it. */
export const SESSION_CLOSING = 32;

/** What the engine asks of the connection behind a session. */
export interface Transport {
  /** `ip:port` or a unix socket's path, of the peer and of this side. */
  readonly address: string;
  readonly localAddress: string;
  /** Bytes received and not decoded, and the read buffer's capacity. */
  readonly inputBytes: number;
  readonly inputCapacity: number;
  /** Bytes that wait to be written. */
  readonly outputBytes: number;
  /** Size of the output buffer that is filled now, and the most bytes it held lately. */
  readonly outputCapacity: number;
  readonly outputPeak: number;
  /** Whether a write is under way. */
  readonly writing: boolean;
  /** Memory of the connection's buffers. */
  readonly memoryBytes: number;
  /** Sends what stands in the session's reply; decoding goes on if it was parked. */
  resume(): void;
  /** Writes out of turn: what another client's command produced for this one. */
  flush(): void;
  /** Closes the connection; `afterReply` lets the reply being written out first. */
  close(afterReply: boolean): void;
}

/** Protocol of a session's replies. */
export interface SessionReply extends ReplySink {
  /** 2 or 3. */
  protocol: number;
}

/** A parked request: what to run again and what it waits for. */
export interface Parked {
  readonly request: Request;
  readonly wait: Wait;
  /** The wait is over: the connection runs the request before any that came after it. */
  over: boolean;
}

/**
 * CLIENT REPLY. "skip": the next command is not answered; "skipping": it is running; "skip-next": it is,
 * and asked for another one to be skipped.
 */
export type ReplyMode = "on" | "off" | "skip" | "skipping" | "skip-next";

/** One client. */
export class Session {
  readonly id: number;
  readonly reply: SessionReply;
  readonly transport: Transport;
  readonly createdAtMs: number;
  /** Bits SESSION_*: what admission has to look at. */
  bits = 0;
  databaseIndex = 0;
  user: User;
  /** Logged in, or connected while the default user needed no password. */
  authenticated = true;
  name: Uint8Array | undefined;
  libraryName = "";
  libraryVersion = "";
  /** Unix ms of the last request. */
  lastActiveAtMs: number;
  /** Full name of the last command, for CLIENT LIST. */
  lastCommand = "NULL";
  replyMode: ReplyMode = "on";
  /** CLIENT NO-EVICT and NO-TOUCH. */
  noEvict = false;
  noTouch = false;
  /** The request that waits, if one does. */
  parked: Parked | undefined;
  /** Requests queued by MULTI. */
  queued: Request[] | undefined;
  /** A queued request was refused: EXEC will abort. */
  transactionFailed = false;
  /** Flags that some queued command has, and flags that some queued command has not. */
  queuedFlags = 0;
  queuedLacks = 0;
  /** Number of the last effect that its commands had; {@link Propagation.count} tells how many there are. */
  lastEffect = 0;
  totalCommands = 0;
  netInputBytes = 0;
  netOutputBytes = 0;
  /** For those who keep state of their own per client (subscriptions, watches, tracking). */
  readonly subscriptions = new Set<string>();
  readonly patternSubscriptions = new Set<string>();
  readonly shardSubscriptions = new Set<string>();

  constructor(options: {
    id: number;
    reply: SessionReply;
    transport: Transport;
    user: User;
    nowMs: number;
  }) {
    this.id = options.id;
    this.reply = options.reply;
    this.transport = options.transport;
    this.user = options.user;
    this.createdAtMs = this.lastActiveAtMs = options.nowMs;
  }

  /** Whether it listens to channels: under RESP2 few commands make sense then. */
  get subscribed(): boolean {
    return (this.bits & SESSION_SUBSCRIBED) !== 0;
  }

  /** Sets or clears one of the SESSION_* bits. */
  mark(bit: number, on: boolean): void {
    this.bits = on ? this.bits | bit : this.bits & ~bit;
  }
}
