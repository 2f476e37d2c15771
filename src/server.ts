// The composition root: builds the services, joins them, starts and stops the server.
import { isAbsolute, join } from "node:path";
import { Users } from "./acl/users.ts";
import { SystemClock } from "./base/clock.ts";
import { cpuSeconds, threadCpuSeconds } from "./base/cpu_time.ts";
import { FileSink, Logger, type LogLevel, StdoutSink } from "./base/logger.ts";
import { SystemRandom } from "./base/random.ts";
import { MINIREDIS_VERSION, REDIS_VERSION } from "./base/version.ts";
import { banner } from "./cli/banner.ts";
import { removePidFile, writePidFile } from "./cli/pid_file.ts";
import { systemErrorWords } from "./base/system_error.ts";
import { allCommands } from "./commands/registry.ts";
import type { Config } from "./config/config.ts";
import { rewriteConfigFile } from "./config/rewrite_file.ts";
import { GATE_LOADING } from "./engine/admission.ts";
import { Cron } from "./engine/cron.ts";
import { Engine } from "./engine/engine.ts";
import type { Ports, ShutdownOptions } from "./engine/ports.ts";
import { Registry } from "./engine/registry.ts";
import { SESSION_CLOSING } from "./engine/session.ts";
import { applySettings } from "./engine/settings.ts";
import { Arena } from "./memory/arena.ts";
import { Listeners } from "./net/listener.ts";
import { AofLoader } from "./persistence/aof_load.ts";
import { AppendOnlyDoor } from "./persistence/append_only_door.ts";
import { AppendOnlyFile } from "./persistence/append_only_file.ts";
import { Dumps } from "./persistence/dumps.ts";
import { DumpLoader } from "./persistence/load.ts";
import { removeLeftovers } from "./persistence/leftovers.ts";
import { LoadError } from "./persistence/load_state.ts";
import { DumpSaver } from "./persistence/save.ts";
import { PersistenceStatus } from "./persistence/status.ts";
import { randomId, StandaloneReplication } from "./replication/standalone.ts";
import { Keyspace } from "./store/keyspace.ts";
import { installValueTypes } from "./store/value_types.ts";

const SHUTDOWN_FAILED = "ERR Errors trying to SHUTDOWN. Check logs.";

/** What the command line leads to. */
export interface ServerOptions {
  readonly config: Config;
  /** Absolute path of the configuration file, if there is one. */
  readonly configFile: string | undefined;
}

/** Runs a server until it is told to stop; answers the exit status. */
export async function runServer(options: ServerOptions): Promise<number> {
  const server = new Server(options);
  return await server.run();
}

/** One server: everything that lives from start to stop. */
export class Server {
  readonly engine: Engine;
  readonly logger: Logger;
  readonly #config: Config;
  readonly #clock = new SystemClock();
  readonly #random = new SystemRandom();
  readonly #cron: Cron;
  readonly #listeners: Listeners;
  readonly #loader: DumpLoader;
  readonly #saver: DumpSaver;
  readonly #appendOnly: AppendOnlyFile;
  readonly #dumps: Dumps;
  readonly #configFile: string;
  readonly #startedAtMs = this.#clock.nowMs();
  #stopping = false;
  readonly #stopped = Promise.withResolvers<number>();

  constructor({ config, configFile }: ServerOptions) {
    this.#config = config;
    this.#configFile = configFile ?? "";
    this.logger = new Logger({ clock: this.#clock, sink: logSink(config), pid: Deno.pid });
    const applyLog = () => {
      this.logger.level = config.rendered("loglevel") as LogLevel;
    };
    config.onChange("loglevel", applyLog);
    applyLog();
    const keyspace = new Keyspace({
      arena: new Arena(),
      clock: this.#clock,
      random: this.#random,
      hashKey: secretHashKey(),
      databases: config.int("databases"),
    });
    installValueTypes(keyspace);
    this.#dumps = new Dumps({
      engine: () => this.engine,
      loader: () => this.#loader,
      saver: () => this.#saver,
      appendOnly: () => this.#appendOnly,
      logger: this.logger,
      onFatal: () => Deno.exit(1),
    });
    this.engine = new Engine({
      keyspace,
      config,
      users: new Users(),
      registry: new Registry(allCommands()),
      ports: this.#ports(),
      onInternalError: (error, command) => {
        const detail = error instanceof Error ? error.stack ?? error.message : String(error);
        this.logger.warning(`Internal error in '${command}': ${detail}`);
      },
    });
    applySettings(this.engine);
    this.#cron = new Cron(this.engine);
    this.#listeners = new Listeners(this.engine, this.logger);
    this.#cron.add((nowMs) => this.#listeners.housekeep(nowMs));
    const loader = this.#loader = new DumpLoader(this.engine, this.logger);
    this.#saver = new DumpSaver({
      engine: this.engine,
      logger: this.logger,
      functionLibraries: () => loader.functionLibraries,
    });
    this.#appendOnly = new AppendOnlyFile({
      engine: this.engine,
      logger: this.logger,
      saving: () => this.#saver.background !== undefined,
      functionLibraries: () => loader.functionLibraries,
      onFatal: () => Deno.exit(1),
    });
    this.#cron.add(() => this.#dumps.tick());
    this.#cron.add(() => this.#appendOnly.tick());
  }

  /** Listens, loads, serves, and stops; answers the exit status. */
  async run(): Promise<number> {
    this.#announce();
    if (!this.#renameCommands()) return 1;
    const unhook = this.#hookSignals();
    try {
      this.#listen();
    } catch (error) {
      this.logger.warning(`Could not start: ${(error as Error).message}`);
      unhook();
      return 1;
    }
    // Not before: the file is that of whoever has the port.
    this.#writePidFile();
    try {
      if (!await this.#load()) return await this.#close(unhook);
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      this.logger.warning(error.message);
      this.#removePidFile();
      unhook();
      return 1;
    }
    this.#cron.start();
    this.logger.notice("Ready to accept connections tcp");
    await this.#stopped.promise;
    this.#cron.stop();
    return await this.#close(unhook);
  }

  /** Loads the data; false when the server was stopped meanwhile. Throws what it cannot serve. */
  async #load(): Promise<boolean> {
    const { engine } = this;
    // Whatever is waited for: nobody is served before all is loaded and can be written to.
    engine.gates |= GATE_LOADING;
    try {
      return await this.#loadFiles();
    } finally {
      engine.gates &= ~GATE_LOADING;
    }
  }

  async #loadFiles(): Promise<boolean> {
    const { engine, logger } = this;
    const nowMs = this.#clock.nowMs();
    removeLeftovers({ config: this.#config, logger, nowMs, pid: Deno.pid });
    const files = new AofLoader({ engine, logger, dumps: this.#loader });
    // Two servers that append to the same files would leave what neither of them wrote.
    if (this.#config.bool("appendonly")) await this.#appendOnly.claim();
    const manifest = files.readManifest();
    if (!this.#config.bool("appendonly")) {
      await this.#loader.load(this.#saver.path);
      this.#appendOnly.start(manifest);
      return !this.#loader.cancelled;
    }
    const loaded = await files.load(manifest);
    if (loaded === undefined) return false;
    // Redis begins with no data then; but nobody asks for a second kind of file to lose the first.
    if (!loaded.found) await this.#loader.load(this.#saver.path);
    if (this.#loader.cancelled) return false;
    this.#appendOnly.start(loaded.manifest);
    return true;
  }

  /** Lets go of everything; answers the exit status. */
  async #close(unhook: () => void): Promise<number> {
    const status = await this.#stopped.promise;
    await this.#listeners.close();
    await this.#appendOnly.close();
    await this.#saver.finished; // one that was cancelled removes its file
    this.#removePidFile();
    unhook(); // not before: another signal would end the process with its own status
    this.logger.warning("Redis is now ready to exit, bye bye...");
    return status;
  }

  #announce(): void {
    const { logger } = this;
    logger.notice(`miniredis ${MINIREDIS_VERSION} is starting, Redis ${REDIS_VERSION} compatible`);
    if (this.#configFile !== "") logger.notice("Configuration loaded");
    else logger.warning("Warning: no config file specified, using the default config.");
    for (const name of this.#config.withoutEffect()) {
      logger.warning(`The directive '${name}' has no effect in this version.`);
    }
  }

  #listen(): void {
    this.#listeners.start();
    if (this.#showsBanner()) {
      const port = this.#config.int("port");
      const versions = { version: MINIREDIS_VERSION, redisVersion: REDIS_VERSION };
      this.logger.raw(banner({ ...versions, port, pid: Deno.pid }));
    }
    this.logger.notice(`Running mode=standalone, port=${this.#config.int("port")}.`);
  }

  /** A log that programs read has lines of one form only, unless somebody asks for the banner. */
  #showsBanner(): boolean {
    if (this.#config.bool("always-show-logo")) return true;
    return this.#config.text("logfile") === "" && Deno.stdout.isTerminal();
  }

  /** `rename-command`; false when a line cannot be obeyed. */
  #renameCommands(): boolean {
    for (const [from, to] of this.#config.declarations.renamedCommands) {
      const refusal = this.engine.registry.rename(from, to);
      if (refusal === undefined) continue;
      this.logger.warning(`rename-command ${from} "${to}": ${refusal}`);
      return false;
    }
    return true;
  }

  #writePidFile(): void {
    const path = this.#config.text("pidfile");
    if (path === "") return;
    const failure = writePidFile(path, Deno.pid);
    if (failure !== undefined) this.logger.warning(`Failed to write PID file: ${failure}`);
  }

  #removePidFile(): void {
    const path = this.#config.text("pidfile");
    if (path === "") return;
    this.logger.notice("Removing the pid file.");
    removePidFile(path, Deno.pid);
  }

  #hookSignals(): () => void {
    // On Windows SIGHUP says that the console is closed; elsewhere, as in Redis, it means nothing.
    const isWindows = Deno.build.os === "windows";
    const signals: Deno.Signal[] = ["SIGINT", isWindows ? "SIGBREAK" : "SIGTERM", "SIGHUP"];
    const listeners = signals.map((signal) => {
      const isIgnored = signal === "SIGHUP" && !isWindows;
      const listener = () => isIgnored || this.#stopFor(signal);
      Deno.addSignalListener(signal, listener);
      return { signal, listener };
    });
    return () => {
      for (const { signal, listener } of listeners) Deno.removeSignalListener(signal, listener);
    };
  }

  /** Stops the server as `shutdown-on-sigint` or `shutdown-on-sigterm` says. */
  #stopFor(signal: Deno.Signal): void {
    if (this.#stopping) return;
    const name = signal === "SIGTERM" ? "shutdown-on-sigterm" : "shutdown-on-sigint";
    this.logger.warning(`Received ${signal} scheduling shutdown...`);
    const words = this.#config.rendered(name).split(" ");
    const save = words.includes("save") ? "save" : words.includes("nosave") ? "nosave" : "default";
    const force = words.includes("force");
    if (this.#shutdown({ save, force, now: words.includes("now") }) === undefined) return;
    this.logger.warning(`${signal} does not stop the server: see above what failed`);
  }

  /** Saves if it is to be saved, and stops; answers an error when it cannot. */
  #shutdown({ save, force }: ShutdownOptions): string | undefined {
    this.logger.warning("User requested shutdown...");
    // What is in memory is not all there is, though the load itself may not have begun.
    const loading = (this.engine.gates & GATE_LOADING) !== 0;
    if (this.#appendOnly.isBeginning) {
      if (!force) {
        this.logger.warning("Writing initial AOF, can't exit.");
        return SHUTDOWN_FAILED;
      }
      this.logger.warning("Writing initial AOF. Exit anyway.");
    }
    this.#saver.cancel();
    this.#appendOnly.shutDown();
    const wanted = save === "save" || save === "default" && this.#config.value("save").length > 0;
    if (wanted && !loading) {
      this.logger.notice("Saving the final RDB snapshot before exiting.");
      if (!this.#saver.save()) {
        if (!force) return SHUTDOWN_FAILED;
        this.logger.warning("The data could not be saved; exiting all the same.");
      }
    }
    this.#stopping = true;
    // What came with this turn of the event loop and ran now would be acknowledged, and not be saved.
    for (const session of this.engine.sessions.all()) session.mark(SESSION_CLOSING, true);
    this.#loader.cancel(); // if it runs: who stops a server does not wait for a large dump
    this.#stopped.resolve(0);
    return undefined;
  }

  #ports(): Ports {
    return {
      persistence: new PersistenceStatus({
        engine: () => this.engine,
        loader: () => this.#loader,
        saver: () => this.#saver,
        appendOnly: () => this.#appendOnly,
      }),
      dumps: this.#dumps,
      appendOnly: new AppendOnlyDoor({
        engine: () => this.engine,
        file: () => this.#appendOnly,
      }),
      replication: new StandaloneReplication(this.#config, this.#random),
      process: {
        shutdown: (options) => this.#shutdown(options),
        abortShutdown: () => false,
        rewriteConfig: (all) => this.#rewriteConfig(all),
        sleep: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
        log: (message) => this.logger.warning(message),
        print: (text) => new StdoutSink().write(text),
        pid: Deno.pid,
        startedAtMs: this.#startedAtMs,
        executable: Deno.execPath(),
        configFile: this.#configFile,
        system: systemName(),
        systemMemoryBytes: Deno.systemMemoryInfo().total,
        residentBytes: () => Deno.memoryUsage().rss,
        cpuSeconds,
        threadCpuSeconds,
        runId: randomId(this.#random),
      },
    };
  }

  #rewriteConfig(all = false): string | undefined {
    if (this.#configFile === "") return "ERR The server is running without a config file";
    try {
      rewriteConfigFile(this.#config, this.#configFile, { all });
    } catch (error) {
      const reason = systemErrorWords(error);
      this.logger.warning(`CONFIG REWRITE failed: ${reason}`);
      return `ERR Rewriting config file: ${reason}`;
    }
    this.logger.notice("CONFIG REWRITE executed with success.");
    return undefined;
  }
}

/** From the operating system: the run id shows numbers of the other generator to everybody. */
function secretHashKey(): { k0: number; k1: number } {
  const [k0, k1] = crypto.getRandomValues(new Int32Array(2));
  return { k0, k1 };
}

/** As uname says it. */
function systemName(): string {
  const { os, arch } = Deno.build;
  const names: Record<string, string> = { linux: "Linux", darwin: "Darwin", windows: "Windows" };
  return `${names[os] ?? os} ${Deno.osRelease()} ${arch}`;
}

function logSink(config: Config): StdoutSink | FileSink {
  const file = config.text("logfile");
  if (file === "") return new StdoutSink();
  return new FileSink(isAbsolute(file) ? file : join(config.text("dir"), file));
}
