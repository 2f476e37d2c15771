// What commands reach that lies above the engine: saving, replication, scripts, the process itself.

/** Saving and loading. The persistence room implements it. */
export interface PersistencePort {
  /** Whether a dump or an append-only file is being loaded. */
  readonly loading: boolean;
  /** Lines of INFO persistence, `name:value`. */
  info(): [name: string, value: string | number][];
}

/** Replication. */
export interface ReplicationPort {
  readonly role: "master" | "replica";
  /** Lines of INFO replication. */
  info(): [name: string, value: string | number][];
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
  /** Writes the configuration file; answers an error message or nothing. */
  rewriteConfig(): string | undefined;
  readonly pid: number;
  readonly startedAtMs: number;
  readonly executable: string;
  readonly configFile: string;
  readonly tcpPort: number;
  /** Resident memory, bytes. */
  residentBytes(): number;
  /** System, user seconds of this process. */
  cpuSeconds(): { system: number; user: number };
  readonly runId: string;
}

/** All ports; the composition root fills them. */
export interface Ports {
  persistence: PersistencePort;
  replication: ReplicationPort;
  process: ProcessPort;
}
