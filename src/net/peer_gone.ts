// Which errors only mean that a client left.

/** Errors of a connection whose other end left, or that was closed on this side while it was read. */
export function isPeerGone(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.TimedOut ||
    error instanceof Deno.errors.UnexpectedEof ||
    hasPeerGoneCode(error);
}

/** Codes of the system that the runtime has no class for: no route to the host any more and the like. */
const CODES = new Set(["EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "ENETRESET"]);

function hasPeerGoneCode(error: unknown): boolean {
  return error instanceof Error && "code" in error && CODES.has(String(error.code));
}
