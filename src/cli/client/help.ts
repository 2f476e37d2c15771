/** The texts that `help` prints at the prompt. */

import { MINIREDIS_VERSION } from "../../base/version.ts";
import type { CommandHelp } from "./command_docs.ts";

const BOLD = "\x1b[1m", GREY = "\x1b[90m", YELLOW = "\x1b[33m", PLAIN = "\x1b[0m";

/** What `help` alone prints. */
export function generalHelp(): string {
  return `miniredis cli ${MINIREDIS_VERSION}
  help COMMAND      what a command does and which arguments it takes
  help @GROUP       all commands of a group, as string or server
  help <TAB>        the topics there are
  N COMMAND ...     run a command N times
  connect HOST PORT talk to another server
  :set hints        show the arguments still missing while a command is typed
  :set nohints      do not
  clear             clear the screen
  quit, exit        leave
`;
}

/** What `help COMMAND` or `help @group` prints: every command whose name begins with the words. */
export function helpOn(commands: readonly CommandHelp[], words: readonly string[]): string {
  const wanted = words.map((word) => word.toUpperCase());
  const isGroup = wanted[0].startsWith("@");
  const found = commands.filter(({ name, group }) => {
    if (isGroup) return group.toUpperCase() === wanted[0].slice(1);
    const parts = name.split(" ");
    return wanted.length <= parts.length && wanted.every((word, i) => word === parts[i]);
  });
  const texts = found.map((command) => describe(command, !isGroup));
  return texts.join("") + "\r\n";
}

function describe(command: CommandHelp, withGroup: boolean): string {
  let text = `\r\n  ${BOLD}${command.name}${PLAIN} ${GREY}${command.syntax}${PLAIN}\r\n` +
    `  ${YELLOW}summary:${PLAIN} ${command.summary}\r\n`;
  if (command.since !== "") text += `  ${YELLOW}since:${PLAIN} ${command.since}\r\n`;
  if (withGroup) text += `  ${YELLOW}group:${PLAIN} ${command.group}\r\n`;
  return text;
}
