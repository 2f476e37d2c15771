// DEBUG HELP.
import { helpOf } from "../help.ts";

export const debugHelp = helpOf("debug", [
  "DIGEST",
  "    A signature of all the data, equal to that of a redis-server with the same data.",
  "DIGEST-VALUE <key> [<key> ...]",
  "    Signatures of the values of these keys.",
  "ERROR <string>",
  "    Answer this error.",
  "HTSTATS <database>",
  "    The state of a database's hash table.",
  "LOG <message>",
  "    Write a line to the log.",
  "OBJECT <key>",
  "    How the value of a key is kept.",
  "POPULATE <count> [<prefix> [<size>]]",
  "    Make so many keys, 'key:<number>' unless a prefix is given, with values of a size in bytes.",
  "PROTOCOL <type>",
  "    Answer a reply of a type: string, integer, double, bignum, null, array, set, map, attrib,",
  "    push, verbatim, true, false.",
  "SET-ACTIVE-EXPIRE <0|1>",
  "    Whether keys whose time is over go away though nobody asks for them.",
  "SLEEP <seconds>",
  "    Do nothing for a time; it may have a fraction.",
  "STRINGMATCH-LEN <pattern> <string>",
  "    Whether a pattern, as KEYS takes it, matches.",
]);
