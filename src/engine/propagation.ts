// Hands on what a unit of work changed, as commands, to the append-only file and to replicas.
import type { Request } from "../resp/request.ts";
import type { Origin } from "./origins.ts";

/**
 * Takes the commands of units of work, in the order in which they took effect. Requests are borrowed:
 * a sink encodes or copies them at once, or, where one is framed, before {@link endBatch} returns.
 */
export interface PropagationSink {
  /** "aof" or "replicas": which column of the ORIGINS table decides. */
  readonly kind: "aof" | "replicas";
  append(databaseIndex: number, request: Request): void;
  /** What was appended since the last call belongs together: one transaction, if `asOne` and several. */
  endUnit(asOne: boolean): void;
  /** The requests of a client's batch are about to be overwritten. */
  endBatch(): void;
}

/** Those who want effects. */
export class Propagation {
  /** Whether anybody wants effects; while false, nothing is collected. A field: every call asks. */
  active = false;
  /** Effects so far, those nobody wanted left out: how far the data has come. */
  count = 0;
  #sinks: readonly PropagationSink[] = [];
  /** Whether the unit that runs has effects. */
  #open = false;

  add(sink: PropagationSink): void {
    this.#sinks = [...this.#sinks, sink];
    this.active = true;
  }

  remove(sink: PropagationSink): void {
    this.#sinks = this.#sinks.filter((other) => other !== sink);
    this.active = this.#sinks.length > 0;
  }

  /** Adds an effect to the unit that runs; `request` is borrowed. */
  append(databaseIndex: number, request: Request, { toAof, toReplicas }: Origin): void {
    if (!toAof && !toReplicas) return;
    const sinks = this.#sinks;
    for (let i = 0; i < sinks.length; i++) {
      const sink = sinks[i];
      if (sink.kind === "aof" ? toAof : toReplicas) sink.append(databaseIndex, request);
    }
    this.count++;
    this.#open = true;
  }

  /**
   * Ends a unit: its effects are one transaction when there are several, unless they have nothing to
   * do with each other (keys whose time was over).
   */
  endUnit(asOne: boolean): void {
    if (!this.#open) return;
    this.#open = false;
    for (const sink of this.#sinks) sink.endUnit(asOne);
  }

  /** A client's batch is over. */
  endBatch(): void {
    for (const sink of this.#sinks) sink.endBatch();
  }
}
