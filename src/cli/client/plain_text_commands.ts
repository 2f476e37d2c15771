import { lowerCased } from "./arguments.ts";

/** Words a command begins with, and how many words it may have in all. */
interface PlainTextCommand {
  readonly words: readonly string[];
  readonly exactLength?: number;
}

const PLAIN_TEXT_COMMANDS: readonly PlainTextCommand[] = [
  { words: ["info"] },
  { words: ["lolwut"] },
  { words: ["debug", "htstats"] },
  { words: ["debug", "htstats-key"] },
  { words: ["debug", "client-eviction"] },
  { words: ["memory", "malloc-stats"] },
  { words: ["memory", "doctor"] },
  { words: ["cluster", "nodes"], exactLength: 2 },
  { words: ["cluster", "info"], exactLength: 2 },
  { words: ["client", "list"] },
  { words: ["client", "info"] },
  { words: ["latency", "graph"], exactLength: 3 },
  { words: ["latency", "doctor"], exactLength: 2 },
];

/** Whether the reply is a text for people, to be shown as it is in every output mode. */
export function repliesPlainText(command: readonly Uint8Array[]): boolean {
  return PLAIN_TEXT_COMMANDS.some(({ words, exactLength }) =>
    (exactLength === undefined || command.length === exactLength) &&
    words.every((word, i) => lowerCased(command[i]) === word)
  );
}
