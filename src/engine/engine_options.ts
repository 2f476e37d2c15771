// What an engine is built from.
import type { Users } from "../acl/users.ts";
import type { Config } from "../config/config.ts";
import type { Keyspace } from "../store/keyspace.ts";
import type { Ports } from "./ports.ts";
import type { Registry } from "./registry.ts";

/** What an engine is built from. */
export interface EngineOptions {
  keyspace: Keyspace;
  config: Config;
  users: Users;
  registry: Registry;
  ports: Ports;
  /** Told of errors that are our own mistakes; the client gets a general error. */
  onInternalError(error: unknown, command: string): void;
}
