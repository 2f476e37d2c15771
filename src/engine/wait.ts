// What a handler answers instead of waiting: on what, until when, and what to say when time is up.
import type { Request } from "../resp/request.ts";
import type { ReplySink } from "../resp/reply_sink.ts";

/**
 * The client is parked. When one of the keys changes, its request is executed again; a handler
 * therefore answers a Wait only before it changed or replied anything.
 */
export interface Wait {
  /** Keys of the session's database, copied; may be empty (CLIENT PAUSE waits for the gate). */
  readonly keys: readonly Uint8Array[];
  /** Type (TYPE_*) that a key must have to wake the client, -1 for any change. */
  readonly type: number;
  /** Unix ms when the wait ends by itself, 0 for never. */
  readonly deadlineAtMs: number;
  /** The request to run again, where it is not the one that came: `$` of XREAD means "as of now". */
  readonly request?: Request;
  /** Writes the reply for a wait whose time is up. */
  onTimeout(reply: ReplySink): void;
}
