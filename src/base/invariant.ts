// A failed invariant is our own mistake, never a client's: it stops the unit of work loudly.

/** Thrown when the program contradicts itself. */
export class InvariantError extends Error {
  override name = "InvariantError";
}

/** Throws {@link InvariantError} unless `condition` holds. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Marks a place that no execution can reach. */
export function unreachable(message: string): never {
  throw new InvariantError(message);
}
