// The commands of the transactions group.
import type { CommandSpec } from "../../engine/command.ts";

export const TRANSACTION_COMMANDS: readonly CommandSpec[] = [];
