import { MINIREDIS_VERSION } from "../../base/version.ts";

/** What `--version` prints. */
export function clientVersion(): string {
  return `miniredis cli ${MINIREDIS_VERSION}\n`;
}

/** What `--help` prints. */
export function clientUsage(): string {
  return `Usage: miniredis cli [OPTION...] [COMMAND [ARGUMENT...]]

Runs one command and prints its reply. Without a command, reads commands from standard input, one a
line; on a terminal with a prompt, where "help" says more.

Server
  -h HOST              host name or address (127.0.0.1)
  -p PORT              port (6379)
  -s PATH              unix socket, in place of host and port
  -u URI               redis://[[user:]password@][host[:port]][/database]
  -a, --pass PASSWORD  password; the environment variable REDISCLI_AUTH hides it from other users
  --user NAME          user whose password it is
  --no-auth-warning    do not warn of a password on the command line
  -n DATABASE          database number (0)
  -2, -3               protocol of the session: RESP2 (the default) or RESP3

Command
  -r COUNT             run the command COUNT times; a negative number is for ever
  -i SECONDS           wait between repetitions, between steps of --scan and --stat; 0.1 is allowed
  -x                   the last argument is what standard input holds
  -X TAG               the argument TAG is replaced by what standard input holds
  --quoted-input       arguments are quoted words, as in '"a\\x00b"'
  -e                   exit status 1 when the reply is an error

Replies
  --raw, --no-raw      bare values (where the output is no terminal), or types and numbering
  --json               JSON, over RESP3 unless -2 is given
  --quoted-json        the same in ASCII, other bytes as \\\\xHH
  --csv                comma-separated values
  -d DELIMITER         between the elements of a raw reply (a line end)
  -D DELIMITER         after each raw reply (a line end)
  --show-pushes YN     whether to print RESP3 pushes (yes on a terminal)

Other tasks
  --pipe               send standard input, RESP or plain commands, and count the replies
  --pipe-timeout SEC   give up when no reply comes for so long after the end (30; 0 never)
  --scan               list the keys
  --pattern PATTERN    only the keys that match; --quoted-pattern takes a quoted word
  --count COUNT        how many keys to look at in one step of --scan
  --type TYPE          only the keys that hold a TYPE
  --stat               a line of statistics every second, or every -i seconds
  --help, --version

Environment: REDISCLI_AUTH, and MINIREDIS_HISTFILE, where the prompt keeps its history
(~/.miniredis_history; empty keeps none).

Examples
  miniredis cli -p 7000 set greeting hello
  miniredis cli -x set picture < picture.png
  miniredis cli -r -1 -i 1 incr seconds
  miniredis cli --pipe < commands.txt
`;
}
