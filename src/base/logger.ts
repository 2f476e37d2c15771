import type { Clock } from "./clock.ts";
import { utf8Bytes } from "./bytes.ts";

/** How much a message matters, least first; a logger at level "nothing" is silent. */
export type LogLevel = "debug" | "verbose" | "notice" | "warning" | "nothing";

/** Who writes: master, replica ("slave" in the log), a saving child, a sentinel. */
export type LogRole = "M" | "S" | "C" | "X";

/** Where lines go. `write` must not throw: a full disk does not stop the server. */
export interface LogSink {
  /** Takes text that ends in a newline. */
  write(text: string): void;
}

export interface LoggerOptions {
  readonly clock: Clock;
  readonly sink: LogSink;
  /** Process number at the start of a line. */
  readonly pid: number;
  /** Messages below it are dropped; "notice" by default. */
  readonly level?: LogLevel;
  readonly role?: LogRole;
}

const LEVEL_RANKS: Readonly<Record<LogLevel, number>> = {
  debug: 0,
  verbose: 1,
  notice: 2,
  warning: 3,
  nothing: 4,
};
const LEVEL_MARKS = ".-*#";
const MONTHS = [
  ...["Jan", "Feb", "Mar", "Apr", "May", "Jun"],
  ...["Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
];

/**
 * The log in redis-server's format, `PID:ROLE DD Mon YYYY HH:MM:SS.mmm MARK message` in local
 * time, which log shippers and test harnesses parse. User data in a message goes through
 * `printable` first.
 */
export class Logger {
  level: LogLevel;
  role: LogRole;
  sink: LogSink;
  readonly #clock: Clock;
  readonly #pid: number;

  constructor({ clock, sink, pid, level = "notice", role = "M" }: LoggerOptions) {
    this.#clock = clock;
    this.#pid = pid;
    this.sink = sink;
    this.level = level;
    this.role = role;
  }

  debug(message: string): void {
    this.#log("debug", message);
  }

  verbose(message: string): void {
    this.#log("verbose", message);
  }

  notice(message: string): void {
    this.#log("notice", message);
  }

  warning(message: string): void {
    this.#log("warning", message);
  }

  /** Whether messages of this level are written: spares building costly ones. */
  writes(level: LogLevel): boolean {
    return LEVEL_RANKS[level] >= LEVEL_RANKS[this.level];
  }

  /** Writes a text as it is, without the start of a line, at level "notice": a banner, say. */
  raw(text: string): void {
    if (this.writes("notice")) this.sink.write(text);
  }

  #log(level: LogLevel, message: string): void {
    if (!this.writes(level)) return;
    const mark = LEVEL_MARKS[LEVEL_RANKS[level]];
    const time = formatLogTime(this.#clock.nowMs());
    this.sink.write(`${this.#pid}:${this.role} ${time} ${mark} ${message}\n`);
  }
}

/** Whether a text names a level, as `loglevel` in a configuration must. */
export function isLogLevel(text: string): text is LogLevel {
  return Object.hasOwn(LEVEL_RANKS, text);
}

/** `DD Mon YYYY HH:MM:SS.mmm` in local time, month names in English on every system. */
export function formatLogTime(unixMs: number): string {
  const date = new Date(unixMs);
  const day = padded(date.getDate(), 2);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => padded(part, 2)).join(":");
  const milliseconds = padded(date.getMilliseconds(), 3);
  return `${day} ${MONTHS[date.getMonth()]} ${date.getFullYear()} ${time}.${milliseconds}`;
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

/** Writes to the standard output; lines are lost when its reader has gone. */
export class StdoutSink implements LogSink {
  write(text: string): void {
    try {
      writeAll(Deno.stdout, text);
    } catch {
      // Nobody is left to tell.
    }
  }
}

/**
 * Appends to a file, opened anew for each write, so that moving the file away (log rotation) starts
 * a new one without a signal. Lines are lost while the file cannot be written.
 */
export class FileSink implements LogSink {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Creates the file if need be; throws what the system says if it cannot be written. */
  check(): void {
    this.#open().close();
  }

  write(text: string): void {
    try {
      using file = this.#open();
      writeAll(file, text);
    } catch {
      // As redis-server does: a log that cannot be written is no reason to stop.
    }
  }

  #open(): Deno.FsFile {
    return Deno.openSync(this.path, { append: true, create: true });
  }
}

/** Keeps the lines in memory, for tests and for programs that embed the server. */
export class MemorySink implements LogSink {
  readonly lines: string[] = [];

  write(text: string): void {
    this.lines.push(...text.replace(/\n$/, "").split("\n"));
  }
}

function writeAll(target: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = utf8Bytes(text);
  for (let at = 0; at < bytes.length;) at += target.writeSync(bytes.subarray(at));
}
