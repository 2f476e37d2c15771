// What commands reach that lies above the engine: saving, replication, scripts, the process itself.
import type { CpuSeconds } from "../base/cpu_time.ts";
import type { Slice } from "../base/slice.ts";
import type { ReplySink } from "../resp/reply_sink.ts";
import type { Keyspace } from "../store/keyspace.ts";
import type { Session } from "./session.ts";
import type { Wait } from "./wait.ts";

/** Saving and loading. The persistence room implements it. */
export interface PersistencePort {
  /** Whether a dump or an append-only file is being loaded. */
  readonly loading: boolean;
  /** Lines of INFO persistence, `name:value`. */
  info(): [name: string, value: string | number][];
  /** CONFIG RESETSTAT. */
  resetStats(): void;
}

/** Takes the value of a payload of DUMP; it is called once at most. */
export interface PayloadTarget {
  /** A string, borrowed from the payload or for this target alone. */
  string(text: Slice, isInteger: boolean): void;
  /** A value of another type, that no key holds: whoever takes it stores it or releases it. */
  value(type: number, encoding: number, value: number): void;
}

/** How reading a payload ended; "unverified": its version or its checksum is wrong. */
export type PayloadResult = "stored" | "unverified" | "malformed";

/** What DEBUG RELOAD does. */
export interface ReloadOptions {
  /** Saves first. */
  readonly save: boolean;
  /** The dump takes the place of the data; it is added to it otherwise. */
  readonly flush: boolean;
  /** A key of the dump takes the place of one that is there; it is an error otherwise. */
  readonly merge: boolean;
}

/** Dumps: writing the file, reading it again, reading single values. */
export interface DumpPort {
  /** When the data was last on the disk, Unix ms; the start of the server at first. */
  readonly lastSavedAtMs: number;
  /** Whether a save is under way in the background. */
  readonly saving: boolean;
  /** Begins one; none is under way. */
  saveLater(): void;
  /** Begins one when nothing else is written in the background. */
  scheduleSave(): void;
  /** Saves, because a client asked for it, before it returns. False when it failed; the log says why. */
  save(): boolean;
  /**
   * All data were just flushed: a save in the background ends without a dump, and where save points
   * are configured the dump becomes empty too, lest a restart bring the data back. Answers whether
   * it was saved.
   */
  flushed(): boolean;
  /** Loads the dump before it returns. Answers an error or nothing. */
  reload(options: ReloadOptions): string | undefined;
  /** Puts what the append-only file holds in the place of the data, before it returns. Answers an error
   * or nothing. */
  reloadAppendOnly(): string | undefined;
  /** Reads what DUMP wrote; `sanitize` looks for repetitions in packed blocks. */
  readPayload(
    keyspace: Keyspace,
    payload: Slice,
    target: PayloadTarget,
    sanitize: boolean,
  ): PayloadResult;
}

/** The append-only file. */
export interface AppendOnlyPort {
  /** Whether it is being rewritten. */
  readonly rewriting: boolean;
  /** Effects that are on the disk, of those that `Propagation.count` counts; -1 while it is off or
   * its first file is being written. */
  readonly syncedEffects: number;
  /** Memory of what waits to be written. */
  readonly bufferBytes: number;
  /** The server sleeps for so long before it writes, as if the disk was slow (DEBUG). */
  delayWrites(ms: number): void;
  /** Begins to rewrite it; `later` where that must not happen at once. */
  rewrite(later: boolean): "started" | "scheduled" | "running" | "failed";
  /** Ends the wait of a session, as if its time was up, when so many effects are on the disk. */
  endWhenSynced(session: Session, wait: Wait, effects: number): void;
}

/** Replication. */
export interface ReplicationPort {
  readonly role: "master" | "replica";
  /** Lines of INFO replication. */
  info(): [name: string, value: string | number][];
  /** Writes the reply of ROLE. */
  writeRole(reply: ReplySink): void;
  /** Takes another replication ID (DEBUG). */
  changeId(): void;
}

/** How SHUTDOWN was asked for. */
export interface ShutdownOptions {
  save: "default" | "save" | "nosave";
  now: boolean;
  force: boolean;
}

/** The process around the server. */
export interface ProcessPort {
  /** Ends the server; answers an error message when it cannot, nothing when it will. */
  shutdown(options: ShutdownOptions): string | undefined;
  /** Takes back a shutdown that has not happened yet; false when there is none. */
  abortShutdown(): boolean;
  /** Writes the configuration file, with all directives or those needed; answers an error or nothing. */
  rewriteConfig(all?: boolean): string | undefined;
  /** Stops the whole server for a while (DEBUG SLEEP). */
  sleep(ms: number): void;
  /** Writes a line to the server's log. */
  log(message: string): void;
  /** Writes a text to the standard output (DEBUG). */
  print(text: string): void;
  readonly pid: number;
  readonly startedAtMs: number;
  readonly executable: string;
  readonly configFile: string;
  /** Name, release and architecture of the system: `Linux 6.1.0 x86_64`. */
  readonly system: string;
  /** Memory of the machine, bytes. */
  readonly systemMemoryBytes: number;
  /** Resident memory, bytes. */
  residentBytes(): number;
  /** Processor time of this process. */
  cpuSeconds(): CpuSeconds;
  /** Of the thread that runs commands, where the runtime can tell. */
  threadCpuSeconds(): CpuSeconds;
  readonly runId: string;
}

/** All ports; the composition root fills them. */
export interface Ports {
  persistence: PersistencePort;
  dumps: DumpPort;
  appendOnly: AppendOnlyPort;
  replication: ReplicationPort;
  process: ProcessPort;
}
