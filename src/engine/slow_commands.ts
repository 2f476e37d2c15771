// Puts a command that took too long into the slow log.
import type { Request } from "../resp/request.ts";
import type { Slowlog } from "../stats/slowlog.ts";
import type { Keyspace } from "../store/keyspace.ts";
import type { KnownCommand } from "./call.ts";
import { FLAG_SKIP_SLOWLOG } from "./flags.ts";
import type { Session } from "./session.ts";

const NO_NAME = new Uint8Array(0);

/** Notes the command if its time is over the threshold of `slowlog-log-slower-than`. */
export function noteIfSlow(
  { slowlog, keyspace }: { readonly slowlog: Slowlog; readonly keyspace: Keyspace },
  session: Session,
  { command, request, microseconds }: {
    readonly command: KnownCommand;
    readonly request: Request;
    readonly microseconds: number;
  },
): void {
  const threshold = slowlog.thresholdMicroseconds;
  if (threshold < 0 || microseconds < threshold || command.flags & FLAG_SKIP_SLOWLOG) return;
  slowlog.add(request.slices, request.count, {
    atSeconds: Math.floor(keyspace.nowMs / 1000),
    microseconds: Math.floor(microseconds),
    address: session.transport.address,
    clientName: session.name ?? NO_NAME,
  }, command.facts.findSecrets?.(request.slices, request.count));
}
