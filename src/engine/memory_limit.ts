// Keeps memory under `maxmemory`: evicts before commands run, and closes the gate for commands that
// need more memory when nothing is left to evict.
import type { Clock } from "../base/clock.ts";
import type { Config } from "../config/config.ts";
import type { Latency } from "../stats/latency.ts";
import { evictionPolicy, Evictor, type RoomState } from "../store/eviction.ts";
import type { Keyspace } from "../store/keyspace.ts";
import { GATE_OOM } from "./admission.ts";

/** What the limit asks of the engine. */
interface LimitedEngine {
  readonly config: Config;
  readonly keyspace: Keyspace;
  readonly latency: Latency;
  gates: number;
  unit(work: () => void): void;
  noteLatency(event: string, milliseconds: number): void;
}

/** The limit of one server. */
export class MemoryLimit {
  /** Whether there is a limit at all: a plain field, for it is read before every command. */
  on = false;
  readonly #engine: LimitedEngine;
  readonly #evictor: Evictor;
  readonly #clock: Clock;
  #state: RoomState = "enough";

  constructor(engine: LimitedEngine) {
    this.#engine = engine;
    this.#evictor = new Evictor(engine.keyspace);
    this.#clock = engine.keyspace.clock;
  }

  /** Takes the directives over, now and whenever they change. */
  follow(): void {
    const { config } = this.#engine;
    const apply = () => this.#apply();
    config.onChange([
      "maxmemory",
      "maxmemory-policy",
      "maxmemory-samples",
      "maxmemory-eviction-tenacity",
      "lazyfree-lazy-eviction",
      "replica-ignore-maxmemory",
    ], apply);
    this.#apply();
  }

  #apply(): void {
    const evictor = this.#evictor;
    const { config, keyspace } = this.#engine;
    const isReplica = !keyspace.expiresKeys;
    const ignored = isReplica && config.bool("replica-ignore-maxmemory");
    evictor.limitBytes = ignored ? 0 : config.int("maxmemory");
    evictor.policy = evictionPolicy(config.rendered("maxmemory-policy"));
    evictor.samples = config.int("maxmemory-samples");
    evictor.tenacity = config.int("maxmemory-eviction-tenacity");
    evictor.lazily = config.bool("lazyfree-lazy-eviction");
    evictor.policyChanged();
    this.on = evictor.limitBytes !== 0;
    if (!this.on) this.#engine.gates &= ~GATE_OOM;
  }

  /** Evicts if memory is over its limit; true when there is more to evict than time allowed. */
  enforce(): boolean {
    const engine = this.#engine;
    if (!this.#evictor.over && (engine.gates & GATE_OOM) === 0) return false;
    if (engine.latency.thresholdMs === 0) engine.unit(this.#work);
    else {
      const startMs = this.#clock.monotonicMs();
      engine.unit(this.#work);
      engine.noteLatency("eviction-cycle", this.#clock.monotonicMs() - startMs);
    }
    const full = this.#state === "full";
    engine.gates = full ? engine.gates | GATE_OOM : engine.gates & ~GATE_OOM;
    return this.#state === "pending";
  }

  /** Made once: a full server evicts before every write. */
  readonly #work = (): void => {
    this.#state = this.#evictor.makeRoom();
  };
}
