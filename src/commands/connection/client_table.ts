// The subcommands of CLIENT.
import type { CommandSpec, Handler } from "../../engine/command.ts";
import type { CommandFacts } from "../../engine/facts.ts";
import type { FlagName } from "../../engine/flags.ts";
import { clientHelp } from "./client_help.ts";
import { clientKill } from "./client_kill.ts";
import { clientId, clientInfo, clientList } from "./client_list.ts";
import {
  clientNoEvict,
  clientNoTouch,
  clientPause,
  clientReply,
  clientUnblock,
  clientUnpause,
} from "./client_modes.ts";
import { clientGetName, clientSetInfo, clientSetName } from "./client_names.ts";

const OF_ANYBODY: readonly FlagName[] = ["noscript", "loading", "stale"];
const OF_ADMINS: readonly FlagName[] = ["admin", "noscript", "loading", "stale"];
const ALL_NODES: readonly string[] = [
  "request_policy:all_nodes",
  "response_policy:all_succeeded",
];

type Shared = "group" | "categories" | "flags" | "complexity";

/** A row: most subcommands share their group, category and complexity. */
function row(
  flags: readonly FlagName[],
  facts: Omit<CommandFacts, Shared> & Partial<Pick<CommandFacts, "complexity">>,
  handler: Handler,
): CommandSpec {
  return {
    group: "connection",
    categories: ["connection"],
    complexity: "O(1)",
    flags,
    ...facts,
    handler,
  };
}

export const CLIENT_SUBCOMMANDS: readonly CommandSpec[] = [
  row(OF_ANYBODY, {
    name: "getname",
    summary: "Answers the name of the connection.",
    since: "2.6.9",
    syntax: "",
    arity: 2,
  }, clientGetName),
  row(["loading", "stale"], {
    name: "help",
    summary: "Lists the subcommands.",
    since: "5.0.0",
    syntax: "",
    arity: 2,
  }, clientHelp),
  row(OF_ANYBODY, {
    name: "id",
    summary: "Answers the unique number of the connection.",
    since: "5.0.0",
    syntax: "",
    arity: 2,
  }, clientId),
  row(OF_ANYBODY, {
    name: "info",
    summary: "Describes the connection.",
    since: "6.2.0",
    syntax: "",
    arity: 2,
    tips: ["nondeterministic_output"],
  }, clientInfo),
  row(OF_ADMINS, {
    name: "kill",
    summary: "Closes connections.",
    complexity: "O(N) where N is the number of client connections",
    since: "2.4.0",
    syntax: "<ip:port | <[ID client-id] | [TYPE <NORMAL | MASTER | SLAVE | REPLICA | PUBSUB>] |" +
      " [USER username] | [ADDR ip:port] | [LADDR ip:port] | [SKIPME <YES | NO>] [[ID client-id] |" +
      " [TYPE <NORMAL | MASTER | SLAVE | REPLICA | PUBSUB>] | [USER username] | [ADDR ip:port] |" +
      " [LADDR ip:port] | [SKIPME <YES | NO>] ...]>>",
    arity: -3,
    history: [
      ["2.8.12", "Filters as an alternative to an address."],
      ["2.8.12", "The filter `ID`."],
      ["3.2.0", "The type `master`."],
      ["5.0.0", "The type `replica`; `slave` still means the same."],
      ["6.2.0", "The filter `LADDR`."],
    ],
  }, clientKill),
  row(OF_ADMINS, {
    name: "list",
    summary: "Describes all connections, or some.",
    complexity: "O(N) where N is the number of client connections",
    since: "2.4.0",
    syntax: "[TYPE <NORMAL | MASTER | REPLICA | PUBSUB>] [ID client-id [client-id ...]]",
    arity: -2,
    tips: ["nondeterministic_output"],
    history: [
      ["2.8.12", "The field `id`."],
      ["5.0.0", "The filter `TYPE`."],
      ["6.0.0", "The field `user`."],
      ["6.2.0", "The fields `argv-mem`, `tot-mem`, `laddr` and `redir`, and the filter `ID`."],
      ["7.0.0", "The fields `resp`, `multi-mem`, `rbs` and `rbp`."],
      ["7.0.3", "The field `ssub`."],
    ],
  }, clientList),
  row(OF_ADMINS, {
    name: "no-evict",
    summary: "Exempts the connection from eviction of clients.",
    since: "7.0.0",
    syntax: "<ON | OFF>",
    arity: 3,
  }, clientNoEvict),
  row(OF_ANYBODY, {
    name: "no-touch",
    summary: "Whether commands of the connection change the access times of keys.",
    since: "7.2.0",
    syntax: "<ON | OFF>",
    arity: 3,
  }, clientNoTouch),
  row(OF_ADMINS, {
    name: "pause",
    summary: "Holds the commands of clients back for a time.",
    since: "3.0.0",
    syntax: "timeout [WRITE | ALL]",
    argumentTypes: { timeout: "integer" },
    arity: -3,
    history: [["6.2.0", "The mode `WRITE`."]],
  }, clientPause),
  row(OF_ANYBODY, {
    name: "reply",
    summary: "Whether the commands of the connection are answered.",
    since: "3.2.0",
    syntax: "<ON | OFF | SKIP>",
    arity: 3,
  }, clientReply),
  row(OF_ANYBODY, {
    name: "setinfo",
    summary: "Notes the name or the version of the client's library.",
    since: "7.2.0",
    syntax: "<LIB-NAME libname | LIB-VER libver>",
    arity: 4,
    tips: ALL_NODES,
  }, clientSetInfo),
  row(OF_ANYBODY, {
    name: "setname",
    summary: "Names the connection.",
    since: "2.6.9",
    syntax: "connection-name",
    arity: 3,
    tips: ALL_NODES,
  }, clientSetName),
  row(OF_ADMINS, {
    name: "unblock",
    summary: "Ends the wait of a client in a blocking command.",
    complexity: "O(log N) where N is the number of client connections",
    since: "5.0.0",
    syntax: "client-id [TIMEOUT | ERROR]",
    arity: -3,
  }, clientUnblock),
  row(OF_ADMINS, {
    name: "unpause",
    summary: "Ends a pause of clients.",
    complexity: "O(N) Where N is the number of paused clients",
    since: "6.2.0",
    syntax: "",
    arity: 2,
  }, clientUnpause),
];
