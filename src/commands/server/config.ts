// CONFIG: reading and changing the configuration of the running server.
import { isLocal } from "../../engine/admission.ts";
import { isSensitiveDirective } from "../../config/config.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import type { SecretFinder } from "../../engine/facts.ts";
import { helpOf } from "../help.ts";

/** CONFIG GET parameter [parameter ...] */
export function configGet(call: Call): void {
  const patterns: Uint8Array[] = [];
  for (let i = 2; i < call.count; i++) patterns.push(call.at(i).copy());
  const found = call.services.config.get(patterns);
  call.reply.map(found.length);
  for (const [name, value] of found) {
    call.reply.bulkRange(name, 0, name.length);
    call.reply.bulkRange(value, 0, value.length);
  }
}

/** CONFIG SET parameter value [parameter value ...] */
export function configSet(call: Call): void {
  if (call.count % 2 !== 0) throw ERR.syntax;
  const pairs: [Uint8Array, Uint8Array][] = [];
  for (let i = 2; i < call.count; i += 2) pairs.push([call.at(i).copy(), call.at(i + 1).copy()]);
  const { config, ports } = call.services;
  const { error } = config.set(pairs, {
    loading: ports.persistence.loading,
    local: isLocal(call.session),
  });
  if (error === undefined) call.reply.ok();
  else call.reply.error(error);
}

/** Values of directives that hold passwords. */
export const configSecrets: SecretFinder = (args, count) => {
  const secrets: number[] = [];
  for (let i = 2; i + 1 < count; i += 2) {
    if (isSensitiveDirective(args[i].copy())) secrets.push(i + 1);
  }
  return secrets;
};

/** CONFIG RESETSTAT */
export function configResetStat(call: Call): void {
  const { services } = call;
  services.settleClock(); // what ran before in this batch belongs to the time before
  services.stats.reset();
  services.keyspace.resetStats();
  services.ports.persistence.resetStats();
  for (const command of services.registry.commands) {
    command.stats.reset();
    for (const subcommand of command.subcommands) subcommand.stats.reset();
  }
  call.reply.ok();
}

/** CONFIG REWRITE */
export function configRewrite(call: Call): void {
  const error = call.services.ports.process.rewriteConfig();
  if (error === undefined) call.reply.ok();
  else call.reply.error(error);
}

export const configHelp = helpOf("config", [
  "GET <pattern> [<pattern> ...]",
  "    Names and values of the directives that a pattern matches.",
  "RESETSTAT",
  "    Set the statistics of INFO back to zero.",
  "REWRITE",
  "    Write the configuration in force to the configuration file.",
  "SET <directive> <value> [<directive> <value> ...]",
  "    Give directives new values: all of them, or none when one is refused.",
]);
