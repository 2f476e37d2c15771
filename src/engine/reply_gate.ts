// Holds replies back until what they tell of is in the append-only file.

/** An output whose bytes may have to wait. */
export interface HeldOutput {
  /** Nothing leaves until {@link letOut}. */
  hold(): void;
  letOut(): void;
}

/** The gate between replies and clients. Open, it costs one comparison per batch. */
export class ReplyGate {
  /** Whether replies have to wait. A field: every batch asks. */
  closed = false;
  readonly #outputs: HeldOutput[] = [];

  /** Replies have been written while the gate is closed. */
  hold(output: HeldOutput): void {
    output.hold();
    this.#outputs.push(output);
  }

  /** Nobody has to wait any more. */
  open(): void {
    this.closed = false;
    const outputs = this.#outputs;
    for (let i = 0; i < outputs.length; i++) outputs[i].letOut();
    outputs.length = 0;
  }
}
