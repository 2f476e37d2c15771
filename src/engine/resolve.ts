// Finds the command of a request, or the reason why it cannot run.
import type { Config } from "../config/config.ts";
import type { Request } from "../resp/request.ts";
import { mayRunProtected } from "./admission.ts";
import { isHttp } from "./cross_protocol.ts";
import { protectedCommand, wrongArguments } from "./errors.ts";
import { Command, type Registry, unknownCommand, unknownSubcommand } from "./registry.ts";
import type { Session } from "./session.ts";

/** Why a request does not run. */
export interface Unresolved {
  /** The command it named, as far as it is one. */
  readonly command: Command | undefined;
  /** What the client is told; undefined where it is no client of ours but speaks HTTP. */
  readonly message: string | undefined;
}

interface Knowledge {
  readonly registry: Registry;
  readonly config: Config;
}

/** The command that a request names, `known` as far as somebody looked ahead, with enough arguments. */
export function resolveRequest(
  { registry, config }: Knowledge,
  session: Session,
  request: Request,
  known: Command | undefined,
): Command | Unresolved {
  let command = known ?? registry.find(request.slices[0]);
  if (command === undefined) {
    const message = isHttp(request.slices[0]) ? undefined : unknownCommand(request);
    return { command, message };
  }
  if (command.subcommandTable !== undefined && request.count > 1) {
    const container = command;
    command = command.subcommandTable.find(request.slices[1]);
    if (command === undefined) return { command, message: unknownSubcommand(container, request) };
  }
  if (!command.accepts(request.count) || command.handler === undefined) {
    return { command, message: wrongArguments(command.fullName).message };
  }
  if (!mayRunProtected(command.flags, config, session)) {
    return { command, message: protectedCommand(command.facts.name) };
  }
  return command;
}
