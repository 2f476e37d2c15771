/** A server run as a subprocess of a test: it has a folder of its own, keeps its log, and is stopped by its pid. */

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;
const PORT_TRIES = 3;

/** Directives by name; one of several words is a list. */
export type Flags = Record<string, string | number | string[]>;

export interface ServerOptions {
  /** The program and the arguments before the flags. */
  command: string;
  args?: string[];
  /** Flags as in redis.conf: `{ maxmemory: "1mb" }` becomes `--maxmemory 1mb`. */
  flags?: Flags;
  /** The working folder of the process; its data folder without one. */
  cwd?: string;
  /** The data folder. Without one the server gets a temporary folder, removed when it stops. */
  dir?: string;
  /** A line of the log that says that the server is ready. */
  readyLine?: RegExp;
  /** Return at once instead of waiting for the ready line. */
  withoutWaiting?: boolean;
}

export class ServerProcess {
  readonly port: number;
  readonly dir: string;
  readonly pid: number;
  /** Settles when the process has ended and its log is complete. */
  readonly ended: Promise<Deno.CommandStatus>;
  readonly #child: Deno.ChildProcess;
  readonly #ownsDir: boolean;
  readonly #waiting = new Set<() => void>();
  #log = "";
  #running = true;

  private constructor(child: Deno.ChildProcess, port: number, dir: string, ownsDir: boolean) {
    this.#child = child;
    this.pid = child.pid;
    this.port = port;
    this.dir = dir;
    this.#ownsDir = ownsDir;
    this.ended = this.#collect();
  }

  /** Starts the server on a free port of 127.0.0.1 and waits until it is ready. */
  static async start(options: ServerOptions, triesLeft = PORT_TRIES): Promise<ServerProcess> {
    const ownsDir = options.dir === undefined;
    const dir = options.dir ?? await Deno.makeTempDir({ prefix: "miniredis_test_" });
    const port = Number(options.flags?.port ?? freePort());
    const flags = { port, dir, save: "", appendonly: "no", ...options.flags };
    const child = new Deno.Command(options.command, {
      args: [...options.args ?? [], ...asArguments(flags)],
      cwd: options.cwd ?? dir,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const server = new ServerProcess(child, port, dir, ownsDir);
    if (options.withoutWaiting) return server;
    try {
      await server.waitForLog(options.readyLine ?? /Ready to accept connections/);
    } catch (error) {
      await server.stop("SIGKILL");
      // Another program may have taken the port that was free a moment ago.
      const unlucky = options.flags?.port === undefined && /in use/i.test(server.#log);
      if (unlucky && triesLeft > 1) return await ServerProcess.start(options, triesLeft - 1);
      throw error;
    }
    return server;
  }

  get isRunning(): boolean {
    return this.#running;
  }

  /** All that the server printed so far. */
  get log(): string {
    return this.#log;
  }

  /** Waits for a log line; fails when the server ends without it or the time is up. */
  async waitForLog(pattern: RegExp, timeoutMs = START_TIMEOUT_MS): Promise<RegExpMatchArray> {
    const deadline = performance.now() + timeoutMs;
    while (true) {
      const match = this.#log.match(pattern);
      if (match !== null) return match;
      const left = deadline - performance.now();
      if (!this.#running || left <= 0) {
        const what = this.#running ? `in ${timeoutMs} ms` : "before it ended";
        throw new Error(`the server did not log ${pattern} ${what}. Its log:\n${this.#log}`);
      }
      await this.#somethingHappened(left);
    }
  }

  /** Sends a signal and does not wait for what follows. */
  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Sends the signal, waits for the end and removes the temporary folder. */
  async stop(signal: Deno.Signal = "SIGTERM"): Promise<Deno.CommandStatus> {
    if (this.#running && !(signal !== "SIGKILL" && await this.#isAskedToStop())) {
      try {
        this.#child.kill(signal);
      } catch { /* it ended by itself meanwhile */ }
    }
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    try {
      return await this.ended;
    } finally {
      clearTimeout(timer);
      if (this.#ownsDir) await Deno.remove(this.dir, { recursive: true }).catch(() => {});
    }
  }

  /** Any signal would end a process of Windows at once. Answers whether SHUTDOWN does it there. */
  async #isAskedToStop(): Promise<boolean> {
    if (Deno.build.os !== "windows") return false;
    try {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
      await connection.write(new TextEncoder().encode("SHUTDOWN\r\n"));
      const refusal = await connection.read(new Uint8Array(64)).catch(() => null);
      return refusal === null;
    } catch {
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #collect(): Promise<Deno.CommandStatus> {
    const [status] = await Promise.all([
      this.#child.status,
      this.#keep(this.#child.stdout),
      this.#keep(this.#child.stderr),
    ]);
    this.#running = false;
    this.#wake();
    return status;
  }

  async #keep(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.#log += decoder.decode(chunk, { stream: true });
      this.#wake();
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  async #somethingHappened(timeoutMs: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#waiting.add(resolve);
      timer = setTimeout(resolve, timeoutMs);
    });
    clearTimeout(timer);
  }
}

/** A TCP port of 127.0.0.1 that nothing listens on. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

function asArguments(flags: Flags): string[] {
  return Object.entries(flags).flatMap((
    [name, value],
  ) => [`--${name}`, ...[value].flat().map(String)]);
}
