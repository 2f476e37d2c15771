// Whether what a command removes is freed in the background.
import type { Call } from "../../engine/call.ts";
import type { Graveyard } from "../../store/graveyard.ts";

type LazyFreeDirective =
  | "lazyfree-lazy-expire"
  | "lazyfree-lazy-server-del"
  | "lazyfree-lazy-user-del";

/** The graveyard when the directive says so, nothing when values are to be freed at once. */
export function graveyardIf(call: Call, directive: LazyFreeDirective): Graveyard | undefined {
  const { config, keyspace } = call.services;
  return config.bool(directive) ? keyspace.graveyard : undefined;
}
