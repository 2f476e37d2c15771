// Replication of a server that replicates nothing and to nobody: what INFO and ROLE say of it.
import type { Random } from "../base/random.ts";
import type { Config } from "../config/config.ts";
import type { ReplicationPort } from "../engine/ports.ts";
import type { ReplySink } from "../resp/reply_sink.ts";

const NO_REPLICATION_ID = "0".repeat(40);

/** A master without replicas. */
export class StandaloneReplication implements ReplicationPort {
  readonly role = "master";
  readonly #config: Config;
  readonly #random: Random;
  #replicationId = "";

  constructor(config: Config, random: Random) {
    this.#config = config;
    this.#random = random;
    this.changeId();
  }

  changeId(): void {
    this.#replicationId = randomId(this.#random);
  }

  info(): [name: string, value: string | number][] {
    const guarded = this.#config.int("min-replicas-to-write") > 0 &&
      this.#config.int("min-replicas-max-lag") > 0;
    return [
      ["role", "master"],
      ["connected_slaves", 0],
      ...(guarded ? [["min_slaves_good_slaves", 0] as [string, number]] : []),
      ["master_failover_state", "no-failover"],
      ["master_replid", this.#replicationId],
      ["master_replid2", NO_REPLICATION_ID],
      ["master_repl_offset", 0],
      ["second_repl_offset", -1],
      ["repl_backlog_active", 0],
      ["repl_backlog_size", this.#config.int("repl-backlog-size")],
      ["repl_backlog_first_byte_offset", 0],
      ["repl_backlog_histlen", 0],
    ];
  }

  writeRole(reply: ReplySink): void {
    reply.array(3);
    reply.bulkText("master");
    reply.integer(0);
    reply.array(0);
  }
}

/** Forty hexadecimal digits, as run and replication ids are. */
export function randomId(random: Random): string {
  return [...random.bytes(20)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
