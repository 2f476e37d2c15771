// What the builders of all types have in common.

/** Builds one value after another. */
export interface ValueBuilder {
  /** Of the value that {@link finish} completed. */
  readonly encoding: number;
  readonly value: number;
  /** Completes a value, which is the caller's from then on. May throw RdbRejection. */
  finish(): void;
  /** Frees what there is of a value that will not be completed, if there is one. */
  abandon(): void;
}
