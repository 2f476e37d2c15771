// How memory is shared out: one account, for INFO memory, MEMORY STATS and MEMORY DOCTOR.
import type { Services } from "../../engine/call.ts";
import type { Database } from "../../store/database.ts";

/** Memory of the tables of one database, bytes. */
export interface DatabaseOverhead {
  readonly index: number;
  readonly mainBytes: number;
  readonly expiresBytes: number;
}

/**
 * All sizes in bytes. `used` is what the arena handed out: keys, values and tables. Connections live
 * outside of the arena and are counted on their own.
 */
export interface MemoryReport {
  readonly used: number;
  readonly peak: number;
  /** Before the first key came. */
  readonly startup: number;
  /** Tables and indexes: everything in the arena that is neither key nor value. */
  readonly overhead: number;
  readonly dataset: number;
  /** Share of the dataset in what was used since the start, percent. */
  readonly datasetPercent: number;
  readonly clients: number;
  readonly keys: number;
  readonly bytesPerKey: number;
  /** Spans that hold blocks, free blocks inside of them included. */
  readonly active: number;
  /** Arena memory that was ever touched, and so is resident. */
  readonly arenaResident: number;
  readonly resident: number;
  readonly databases: readonly DatabaseOverhead[];
}

/** The account as of now. */
export function memoryReport(services: Services): MemoryReport {
  const { keyspace, sessions, ports } = services;
  const { arena } = keyspace;
  const databases = keyspace.databases.filter(({ size }) => size > 0).map(overheadOf);
  const tables = databases.reduce(
    (sum, { mainBytes, expiresBytes }) => sum + mainBytes + expiresBytes,
    0,
  );
  const startup = keyspace.startupBytes;
  const used = arena.usedBytes;
  const overhead = Math.min(used, Math.max(startup, tables));
  const dataset = used - overhead;
  const net = Math.max(1, used - startup);
  const keys = keyspace.size;
  return {
    used,
    peak: arena.samplePeak(),
    startup,
    overhead,
    dataset,
    datasetPercent: used > startup ? Math.min(100, dataset * 100 / net) : 0,
    clients: sessions.all().reduce((sum, { transport }) => sum + transport.memoryBytes, 0),
    keys,
    bytesPerKey: keys === 0 ? 0 : Math.floor(net / keys),
    active: arena.mappedBytes,
    arenaResident: arena.touchedBytes,
    resident: ports.process.residentBytes(),
    databases,
  };
}

function overheadOf({ index, table, expires }: Database): DatabaseOverhead {
  return { index, mainBytes: table.tableBytes, expiresBytes: expires.bytes };
}

/** A quotient for a report, 0 where there is nothing to divide by. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** `1023B`, `1.50K`, `2.00M` ... as INFO shows sizes to people. */
export function humanBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  let unit = -1;
  do {
    bytes /= 1024;
    unit++;
  } while (bytes >= 1024 && unit < UNITS.length - 1);
  return bytes.toFixed(2) + UNITS[unit];
}

const UNITS = "KMGTP";
