// Collects what a unit of work changed, as commands, for the append-only file and for replicas.
import { Request } from "../resp/request.ts";
import type { Origin } from "./origins.ts";

/** Takes the commands of a unit of work, in the order in which they took effect. */
export interface PropagationSink {
  /** "aof" or "replicas": which column of the ORIGINS table decides. */
  readonly kind: "aof" | "replicas";
  /** `request` is the sink's to keep. */
  append(databaseIndex: number, request: Request): void;
}

interface Effect {
  databaseIndex: number;
  request: Request;
  aof: boolean;
  replicas: boolean;
}

const MULTI = Request.of(new TextEncoder().encode("MULTI"));
const EXEC = Request.of(new TextEncoder().encode("EXEC"));

/** Effects of the unit that runs, and those who want them. */
export class Propagation {
  readonly #sinks: PropagationSink[] = [];
  #effects: Effect[] = [];

  /** Whether anybody wants effects; while false, nothing is collected. */
  get active(): boolean {
    return this.#sinks.length > 0;
  }

  add(sink: PropagationSink): void {
    this.#sinks.push(sink);
  }

  remove(sink: PropagationSink): void {
    const at = this.#sinks.indexOf(sink);
    if (at >= 0) this.#sinks.splice(at, 1);
  }

  /** Adds an effect; `request` must not be borrowed. */
  append(databaseIndex: number, request: Request, origin: Origin): void {
    const { toAof: aof, toReplicas: replicas } = origin;
    if (aof || replicas) this.#effects.push({ databaseIndex, request, aof, replicas });
  }

  /**
   * Hands the unit's effects to the sinks: as one transaction when there are several, unless they
   * have nothing to do with each other (keys whose time was over).
   */
  flush(asOne: boolean): void {
    const effects = this.#effects;
    if (effects.length === 0) return;
    this.#effects = [];
    for (const sink of this.#sinks) {
      const wanted = effects.filter((e) => sink.kind === "aof" ? e.aof : e.replicas);
      if (wanted.length === 0) continue;
      const wrapped = asOne && wanted.length > 1;
      if (wrapped) sink.append(wanted[0].databaseIndex, MULTI.copy());
      for (const effect of wanted) sink.append(effect.databaseIndex, effect.request);
      if (wrapped) sink.append(wanted[wanted.length - 1].databaseIndex, EXEC.copy());
    }
  }
}
