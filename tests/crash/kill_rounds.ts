/**
 * Kills a server at random moments while clients write, starts it again on the same folder, and judges
 * what is there. One lane is one way of saving; what survived a round is where the next one begins.
 */

import { startMiniredis } from "../support/miniredis_server.ts";
import { RespClient } from "../support/resp_client.ts";
import { Seeded } from "../support/seeded.ts";
import type { Flags, ServerProcess } from "../support/server_process.ts";
import { ballastDigest, storeBallast } from "./ballast.ts";
import { copyFolder, strayFiles } from "./data_folder.ts";
import { BrokenPromise, type Durability, judge } from "./judge.ts";
import { WrittenState } from "./numbered_writes.ts";
import { RecordedClient } from "./recorded_client.ts";
import { type SaveCommand, SaveRequester, sleep } from "./save_requester.ts";

/** A way of saving, and what it promises. */
export interface Lane {
  readonly name: string;
  readonly flags: Flags;
  readonly promises: "all" | "older" | "saved";
  readonly saves: readonly SaveCommand[];
}

const APPENDING: Flags = {
  appendonly: "yes",
  "auto-aof-rewrite-percentage": 100,
  "auto-aof-rewrite-min-size": "4mb",
};

export const LANES: Readonly<Record<string, Lane>> = {
  always: {
    name: "appendfsync always",
    flags: { ...APPENDING, appendfsync: "always" },
    promises: "all",
    saves: ["BGREWRITEAOF", "BGREWRITEAOF", "BGSAVE"],
  },
  everysec: {
    name: "appendfsync everysec",
    flags: { ...APPENDING, appendfsync: "everysec" },
    promises: "older",
    saves: ["BGREWRITEAOF", "BGREWRITEAOF", "SAVE"],
  },
  rdb: {
    name: "RDB only",
    flags: { appendonly: "no", save: ["1", "500"] },
    promises: "saved",
    saves: ["BGSAVE", "BGSAVE", "SAVE"],
  },
};

export interface KillOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly executable: string | undefined;
  readonly ballastKeys: number;
  readonly say: (text: string) => void;
}

/** What the rounds of a lane came to. */
export interface LaneFigures {
  rounds: number;
  /** Rounds in which the end came while a save or rewrite was under way. */
  duringSave: number;
  /** Servers killed once more, while they loaded. */
  whileLoading: number;
  /** Rounds that ended with SIGTERM. */
  stops: number;
  saves: number;
  acknowledged: number;
  lost: number;
  oldestLostMs: number;
  unannounced: number;
  /** Half-written files that there were at most, left behind by crashes. */
  strayFiles: number;
  seconds: number;
}

const CLIENTS = 4;
const EVERYSEC_MS = 1000;
/** After so long a start removes what crashes left. */
const STRAY_MS = 90_000;

/** Runs the rounds of a lane. Throws BrokenPromise, and says where a copy of the folder is. */
export async function killRounds(lane: Lane, options: KillOptions): Promise<LaneFigures> {
  const dir = Deno.makeTempDirSync({ prefix: "miniredis_crash_" });
  const rounds = new KillRounds(lane, options, dir);
  const startedMs = performance.now();
  try {
    await rounds.run();
  } catch (error) {
    const copy = Deno.makeTempDirSync({ prefix: "miniredis_crash_kept_" });
    copyFolder(dir, copy);
    const { rounds: round } = rounds.figures;
    const what = `${lane.name}, round ${round}, seed ${options.seed}; the folder: ${copy}`;
    throw new BrokenPromise(`${what}\n${(error as Error).message}`, { cause: error });
  } finally {
    await rounds.end();
    Deno.removeSync(dir, { recursive: true });
  }
  return { ...rounds.figures, seconds: (performance.now() - startedMs) / 1000 };
}

class KillRounds {
  readonly figures: LaneFigures = {
    rounds: 0,
    duringSave: 0,
    whileLoading: 0,
    stops: 0,
    saves: 0,
    acknowledged: 0,
    lost: 0,
    oldestLostMs: 0,
    unannounced: 0,
    strayFiles: 0,
    seconds: 0,
  };
  readonly #lane: Lane;
  readonly #options: KillOptions;
  readonly #dir: string;
  readonly #random: Seeded;
  readonly #states = Array.from({ length: CLIENTS }, (_, i) => new WrittenState(i + 1));
  #server: ServerProcess | undefined;
  #ballast = "";

  constructor(lane: Lane, options: KillOptions, dir: string) {
    this.#lane = lane;
    this.#options = options;
    this.#dir = dir;
    this.#random = new Seeded(options.seed);
  }

  async run(): Promise<void> {
    const { rounds, ballastKeys, say } = this.#options;
    let server = this.#server = await this.#start();
    {
      using client = await RespClient.connect({ port: server.port });
      await storeBallast(client, ballastKeys);
      this.#ballast = await ballastDigest(client);
      if (this.#lane.promises === "saved") await client.send("SAVE");
    }
    for (let round = 1; round <= rounds; round++) {
      this.figures.rounds = round;
      server = await this.#round(server);
      if (round % 25 === 0) say(`${this.#lane.name}: ${round} of ${rounds} rounds`);
    }
  }

  async end(): Promise<void> {
    await this.#server?.stop("SIGKILL");
  }

  #start(options: { withoutWaiting?: boolean } = {}): Promise<ServerProcess> {
    const flags = { "enable-debug-command": "local", ...this.#lane.flags };
    const { executable } = this.#options;
    return startMiniredis(flags, { dir: this.#dir, executable: executable ?? "", ...options });
  }

  async #round(server: ServerProcess): Promise<ServerProcess> {
    const { figures } = this;
    const random = this.#random;
    const clients = this.#states.map(({ done }, i) =>
      new RecordedClient(i + 1, done, new Seeded(random.next32()))
    );
    const requester = new SaveRequester(clients, this.#lane.saves, new Seeded(random.next32()));
    const running = [
      ...clients.map((client) => client.run(server.port)),
      requester.run(server.port, random.pick([20, 100, 400])),
    ];
    await this.#wait(requester);
    const stops = random.chance(1 / 15);
    if (requester.pending !== undefined) figures.duringSave++;
    if (stops) figures.stops++;
    const diedAtMs = performance.now();
    const { code } = await server.stop(stops ? "SIGTERM" : "SIGKILL");
    for (const one of [...clients, requester]) one.stop();
    await Promise.all(running);
    if (stops && code !== 0) throw new BrokenPromise(`SIGTERM: exit status ${code}\n${server.log}`);
    if (requester.fault !== undefined) throw new BrokenPromise(`${requester.fault}\n${server.log}`);
    checkLog(server.log);
    figures.saves += requester.completed;
    const durability = stops ? { kind: "all" } as const : this.#promised(requester);
    return await this.#restart({ clients, durability, diedAtMs });
  }

  /** Until a random moment; often one while a save is under way, which are short. */
  async #wait(requester: SaveRequester): Promise<void> {
    const random = this.#random;
    const longestMs = random.pick([100, 100, 200, 300, 600, 600, 1600]);
    await sleep(20 + random.below(longestMs));
    if (random.chance(0.5)) return;
    const deadlineMs = performance.now() + 500;
    while (requester.pending === undefined && performance.now() < deadlineMs) await sleep(1);
    await sleep(random.below(random.pick([2, 20, 60])));
  }

  #promised({ saved }: SaveRequester): Durability {
    switch (this.#lane.promises) {
      case "all":
        return { kind: "all" };
      case "older":
        return { kind: "older", ms: EVERYSEC_MS };
      case "saved":
        return { kind: "saved", writes: saved };
    }
  }

  async #restart(crash: Parameters<typeof judge>[2]): Promise<ServerProcess> {
    const { figures } = this;
    figures.strayFiles = Math.max(figures.strayFiles, strayFiles(this.#dir).length);
    if (this.#random.chance(0.15)) await this.#killWhileLoading();
    const server = this.#server = await this.#start();
    const kept = strayFiles(this.#dir, STRAY_MS);
    if (kept.length > 0) throw new BrokenPromise(`half-written files stay: ${kept}`);
    using client = await RespClient.connect({ port: server.port });
    const verdict = await judge(client, this.#states, crash);
    const ballast = await ballastDigest(client);
    if (ballast !== this.#ballast) {
      throw new BrokenPromise(`the ballast was ${this.#ballast}, now ${ballast}`);
    }
    for (const { acknowledged, first } of crash.clients) {
      figures.acknowledged += acknowledged - first;
    }
    figures.lost += verdict.lost;
    figures.unannounced += verdict.unannounced;
    figures.oldestLostMs = Math.max(figures.oldestLostMs, verdict.oldestLostMs);
    return server;
  }

  /** What is killed before it has served anybody has changed nothing. */
  async #killWhileLoading(): Promise<void> {
    const server = await this.#start({ withoutWaiting: true });
    this.#server = server;
    await server.waitForLog(/Running mode=/);
    await sleep(this.#random.below(80));
    if (!/Ready to accept/.test(server.log)) this.figures.whileLoading++;
    await server.stop(this.#random.chance(0.3) ? "SIGTERM" : "SIGKILL");
    checkLog(server.log);
  }
}

/** Whatever happens, it is no mistake of the program. */
function checkLog(log: string): void {
  const fault = /^.*(Internal error|InvariantError|panicked|Uncaught).*$/m.exec(log);
  if (fault !== null) throw new BrokenPromise(`in the log: ${fault[0]}\n${log.slice(-3000)}`);
}
