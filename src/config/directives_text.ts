/** Directives that are texts. Names, defaults and flags are those of Redis 7.2. */

import { IMMUTABLE, NO_EFFECT, PROTECTED, SENSITIVE, VOLATILE } from "./directive.ts";
import { text } from "./kinds.ts";

const HOST_NAME_MAX = 256;

function isBaseName(path: string): boolean {
  return !/[/\\]/.test(path);
}

function refuseDumpPath(path: string): string | undefined {
  return isBaseName(path) ? undefined : "dbfilename can't be a path, just a filename";
}

function refusePathOf(directive: string, what: string): (path: string) => string | undefined {
  return (path) => {
    if (path === "") return `${directive} can't be empty`;
    return isBaseName(path) ? undefined : `${directive} can't be a path, just a ${what}`;
  };
}

function refuseHostname(name: string): string | undefined {
  if (name.length >= HOST_NAME_MAX) {
    return `Hostnames must be less than ${HOST_NAME_MAX} characters`;
  }
  return /^[A-Za-z0-9.-]*$/.test(name)
    ? undefined
    : "Hostnames may only contain alphanumeric characters, hyphens or dots";
}

function refuseNodeName(name: string): string | undefined {
  return /[!#$%&()*+:;<>?@[\]^{|}~]/.test(name)
    ? "Announced human node name contained invalid character"
    : undefined;
}

function refuseLocale(name: string): string | undefined {
  if (name === "" || name === "C" || name === "POSIX" || name === "C.UTF-8") return undefined;
  const tag = /^([a-z]{2,3}(?:_[A-Z]{2})?)(?:\.[\w-]+)?(?:@\w+)?$/.exec(name)?.[1];
  const known = tag && Intl.Collator.supportedLocalesOf(tag.replace("_", "-")).length > 0;
  return known ? undefined : "Invalid locale name";
}

// What Redis expands a variable to when it checks a template; a title that comes out empty is invalid.
const TITLE_VARIABLES: ReadonlyMap<string, string> = new Map([
  ["title", ""],
  ["listen-addr", "*:6379"],
  ["server-mode", ""],
  ["config-file", "-"],
  ["port", "6379"],
  ["tls-port", "0"],
  ["unixsocket", ""],
]);

function refuseTitleTemplate(template: string): string | undefined {
  let known = true;
  const title = template.replace(/\{(\{|[^}]*(\}?))/g, (_, inside: string, closed: string) => {
    if (inside === "{") return "{";
    const value = closed ? TITLE_VARIABLES.get(inside.slice(0, -1)) : undefined;
    known &&= value !== undefined;
    return value ?? "";
  });
  return known && /[^ ]/.test(title)
    ? undefined
    : "template format is invalid or contains unknown variables";
}

export const TEXT_DIRECTIVES = {
  aclfile: text("", { flags: IMMUTABLE | NO_EFFECT }),
  aof_rewrite_cpulist: text(undefined, { flags: IMMUTABLE | NO_EFFECT }),
  appenddirname: text("appendonlydir", {
    flags: IMMUTABLE,
    refuse: refusePathOf("appenddirname", "dirname"),
  }),
  appendfilename: text("appendonly.aof", {
    flags: IMMUTABLE,
    refuse: refusePathOf("appendfilename", "filename"),
  }),
  bgsave_cpulist: text(undefined, { flags: IMMUTABLE | NO_EFFECT }),
  "bind-source-addr": text(undefined, { flags: NO_EFFECT }),
  bio_cpulist: text(undefined, { flags: IMMUTABLE | NO_EFFECT }),
  "cluster-announce-hostname": text(undefined, { refuse: refuseHostname, flags: NO_EFFECT }),
  "cluster-announce-human-nodename": text(undefined, { refuse: refuseNodeName, flags: NO_EFFECT }),
  "cluster-announce-ip": text(undefined, { flags: NO_EFFECT }),
  "cluster-config-file": text("nodes.conf", { flags: IMMUTABLE | NO_EFFECT }),
  dbfilename: text("dump.rdb", { flags: PROTECTED, refuse: refuseDumpPath }),
  "ignore-warnings": text("", { flags: NO_EFFECT }),
  "locale-collate": text("", { flags: NO_EFFECT, refuse: refuseLocale }),
  logfile: text("", { flags: IMMUTABLE }),
  masterauth: text(undefined, { flags: SENSITIVE | NO_EFFECT, binary: true }),
  masteruser: text(undefined, { flags: SENSITIVE | NO_EFFECT }),
  pidfile: text(undefined, { flags: IMMUTABLE }),
  "proc-title-template": text("{title} {listen-addr} {server-mode}", {
    refuse: refuseTitleTemplate,
    flags: NO_EFFECT,
  }),
  "replica-announce-ip": text(undefined, { alias: "slave-announce-ip", flags: NO_EFFECT }),
  requirepass: text(undefined, { flags: SENSITIVE, binary: true }),
  server_cpulist: text(undefined, { flags: IMMUTABLE | NO_EFFECT }),
  "syslog-ident": text("redis", { flags: IMMUTABLE | NO_EFFECT }),
  "tls-ca-cert-dir": text(undefined, { flags: VOLATILE | NO_EFFECT }),
  "tls-ca-cert-file": text(undefined, { flags: VOLATILE | NO_EFFECT }),
  "tls-cert-file": text(undefined, { flags: VOLATILE | NO_EFFECT }),
  "tls-ciphers": text(undefined, { flags: NO_EFFECT }),
  "tls-ciphersuites": text(undefined, { flags: NO_EFFECT }),
  "tls-client-cert-file": text(undefined, { flags: VOLATILE | NO_EFFECT }),
  "tls-client-key-file": text(undefined, { flags: VOLATILE | NO_EFFECT }),
  "tls-client-key-file-pass": text(undefined, { flags: NO_EFFECT }),
  "tls-dh-params-file": text(undefined, { flags: VOLATILE | NO_EFFECT }),
  "tls-key-file": text(undefined, { flags: VOLATILE | NO_EFFECT }),
  "tls-key-file-pass": text(undefined, { flags: NO_EFFECT }),
  "tls-protocols": text(undefined, { flags: NO_EFFECT }),
  unixsocket: text(undefined, { flags: IMMUTABLE }),
};
