// The commands of the bitmap group.
import type { CommandSpec } from "../../engine/command.ts";

export const BITMAP_COMMANDS: readonly CommandSpec[] = [];
