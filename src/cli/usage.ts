import { MINIREDIS_VERSION, REDIS_VERSION } from "../base/version.ts";

/** Name and one line of help for each subcommand. */
export type SubcommandHelp = readonly (readonly [name: string, summary: string])[];

/** What `--help` prints. */
export function usage(subcommands: SubcommandHelp): string {
  return `Usage: miniredis [FILE.conf] [--NAME VALUE...]... [-]
       miniredis SUBCOMMAND [ARGUMENT...]
       miniredis -h | --help
       miniredis -v | --version

Starts a server that speaks the Redis protocol. Every directive of redis.conf is also a flag; flags
win over the file, and a lone - reads more of the configuration from standard input.

Often used
  --port N                 TCP port to listen on (6379); 0 takes a free one and logs it
  --bind ADDRESS...        addresses to listen on (127.0.0.1)
  --unixsocket PATH        also listen on a unix socket
  --dir PATH               directory of the data files (the current one)
  --dbfilename NAME        dump to open at start (dump.rdb)
  --requirepass PASSWORD   password that clients must give
  --maxmemory SIZE         limit of the data, as in 512mb (no limit)
  --maxclients N           limit of connections (10000)
  --loglevel LEVEL         debug, verbose, notice, warning or nothing (notice)
  --logfile PATH           write the log there instead of to standard output

Subcommands
${subcommands.map(([name, summary]) => `  ${name.padEnd(24)} ${summary}`).join("\n")}

Examples
  miniredis --dir /data --dbfilename dump.rdb
  miniredis /etc/redis/redis.conf --port 7000 --loglevel verbose
  miniredis --save 900 1 --save 300 10 --bind 127.0.0.1 ::1
  echo "maxmemory 128mb" | miniredis -
`;
}

/** What `--version` prints. */
export function versionLine(): string {
  const { os, arch } = Deno.build;
  return `miniredis v=${MINIREDIS_VERSION} redis=${REDIS_VERSION} deno=${Deno.version.deno} ` +
    `os=${os} arch=${arch}\n`;
}
