// The commands of the server group.
import type { CommandSpec } from "../../engine/command.ts";

export const SERVER_COMMANDS: readonly CommandSpec[] = [];
