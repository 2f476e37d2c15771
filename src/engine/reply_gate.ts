// Holds replies back until what they tell of is in the append-only file, or on the disk.

/** An output whose bytes may have to wait. Positions count all bytes that it ever took. */
export interface GatedOutput {
  /** Holds what has not left; answers the position behind it. */
  hold(): number;
  /** What stands before the position may leave. */
  letOut(position: number): void;
}

/** The gate between replies and clients. Open, it costs one comparison per batch. */
export class ReplyGate {
  /** Whether replies have to wait. A field: every batch asks. */
  closed = false;
  #outputs: GatedOutput[] = [];
  #positions: number[] = [];
  #effects: number[] = [];

  /** Replies that tell of the first `effects` effects, and no later ones, have to wait. */
  hold(output: GatedOutput, effects: number): void {
    this.#outputs.push(output);
    this.#positions.push(output.hold());
    this.#effects.push(effects);
  }

  /** The first `effects` effects are where they have to be: those who waited for them go on. */
  pass(effects: number): void {
    const outputs = this.#outputs, positions = this.#positions, waitFor = this.#effects;
    const count = waitFor.length;
    let passed = 0;
    while (passed < count && waitFor[passed] <= effects) passed++;
    if (passed === 0) return;
    if (passed === count) {
      for (let i = 0; i < count; i++) outputs[i].letOut(positions[i]);
      outputs.length = positions.length = waitFor.length = 0;
      return;
    }
    this.#positions = positions.slice(passed);
    this.#effects = waitFor.slice(passed);
    this.#outputs = outputs.slice(passed);
    for (let i = 0; i < passed; i++) outputs[i].letOut(positions[i]);
  }

  /** Nobody has to wait any more. */
  open(): void {
    this.closed = false;
    this.pass(Infinity);
  }
}
