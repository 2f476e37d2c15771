// The commands of the connection group.
import type { CommandSpec } from "../../engine/command.ts";
import { echo, ping } from "./ping.ts";

export const CONNECTION_COMMANDS: readonly CommandSpec[] = [
  {
    name: "ping",
    group: "connection",
    summary: "Answers PONG, or the message it was given.",
    complexity: "O(1)",
    since: "1.0.0",
    syntax: "[message]",
    arity: -1,
    flags: ["fast"],
    categories: ["connection"],
    tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
    handler: ping,
  },
  {
    name: "echo",
    group: "connection",
    summary: "Answers its argument.",
    complexity: "O(1)",
    since: "1.0.0",
    syntax: "message",
    arity: 2,
    flags: ["loading", "stale", "fast"],
    categories: ["connection"],
    handler: echo,
  },
];
