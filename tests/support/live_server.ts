/**
 * The server in this process, with real sockets on a free port and the real clock, but its log in a
 * list. The sanitizers see whatever it leaves open, and a rejected promise fails the test.
 */

import { Users } from "../../src/acl/users.ts";
import { SystemClock } from "../../src/base/clock.ts";
import { Logger } from "../../src/base/logger.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { allCommands } from "../../src/commands/registry.ts";
import { Config } from "../../src/config/config.ts";
import type { DirectiveName } from "../../src/config/directives.ts";
import { Cron } from "../../src/engine/cron.ts";
import { Engine } from "../../src/engine/engine.ts";
import { Registry } from "../../src/engine/registry.ts";
import { applySettings } from "../../src/engine/settings.ts";
import { Arena } from "../../src/memory/arena.ts";
import { Listeners } from "../../src/net/listener.ts";
import { Keyspace } from "../../src/store/keyspace.ts";
import { installValueTypes } from "../../src/store/value_types.ts";
import { FakeDirectory } from "../config/fake_directory.ts";
import { fakePorts } from "./fake_ports.ts";
import { RespClient } from "./resp_client.ts";

export class LiveServer {
  readonly engine: Engine;
  readonly log: string[] = [];
  readonly #listeners: Listeners;
  readonly #cron: Cron;

  private constructor(config: Config) {
    const clock = new SystemClock();
    const keyspace = new Keyspace({
      arena: new Arena(),
      clock,
      random: new SeededRandom(1),
      databases: config.int("databases"),
    });
    installValueTypes(keyspace);
    this.engine = new Engine({
      keyspace,
      config,
      users: new Users(),
      registry: new Registry(allCommands()),
      ports: fakePorts(clock),
      onInternalError: (error, command) => {
        this.log.push(`Internal error in '${command}': ${error}`);
      },
    });
    applySettings(this.engine);
    const logger = new Logger({
      clock,
      sink: { write: (line) => void this.log.push(line) },
      pid: 1,
    });
    this.#cron = new Cron(this.engine);
    this.#listeners = new Listeners(this.engine, logger);
    this.#cron.add((nowMs) => this.#listeners.housekeep(nowMs));
  }

  /** Listens with these directives, on a port that the system chooses. */
  static start(directives: Partial<Record<DirectiveName, string>> = {}): LiveServer {
    const config = new Config(new FakeDirectory());
    for (const [name, value] of Object.entries({ port: "0", ...directives })) {
      const refusal = config.assign(name as DirectiveName, value === "" ? [] : value.split(" "));
      if (refusal !== undefined) throw new Error(`${name} ${value}: ${refusal}`);
    }
    const server = new LiveServer(config);
    server.#listeners.start();
    server.#cron.start();
    return server;
  }

  get port(): number {
    return this.engine.config.int("port");
  }

  /** A new client. */
  connect(options: { timeoutMs?: number } = {}): Promise<RespClient> {
    return RespClient.connect({ port: this.port, ...options });
  }

  /** Waits until a condition holds, looking every few milliseconds. */
  async until(condition: () => boolean, what: string, timeoutMs = 5000): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!condition()) {
      if (performance.now() > deadline) throw new Error(`not in ${timeoutMs} ms: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cron.stop();
    await this.#listeners.close();
  }
}
