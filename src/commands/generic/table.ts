// The commands of the generic group.
import type { CommandSpec } from "../../engine/command.ts";

export const GENERIC_COMMANDS: readonly CommandSpec[] = [];
