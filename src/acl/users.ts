// Users and their passwords. Until ACL rules exist every user may run every command.
import { createHash, timingSafeEqual } from "node:crypto";

/** One user. */
export interface User {
  readonly name: string;
  enabled: boolean;
  /** Any password will do. */
  noPassword: boolean;
  /** SHA-256 digests of the passwords. */
  readonly passwords: Uint8Array[];
}

/** The users of a server; `default` is always there. */
export class Users {
  readonly default: User = { name: "default", enabled: true, noPassword: true, passwords: [] };
  readonly #users = new Map<string, User>([["default", this.default]]);

  /** `requirepass`: the default user's only password, or none when it is empty. */
  requirePassword(password: Uint8Array): void {
    this.default.passwords.length = 0;
    this.default.noPassword = password.length === 0;
    if (password.length > 0) this.default.passwords.push(digest(password));
  }

  /** The user of that name. */
  get(name: string): User | undefined {
    return this.#users.get(name);
  }

  /** Whether a new connection has to authenticate first. */
  get authenticationRequired(): boolean {
    return !this.default.noPassword || !this.default.enabled;
  }

  /** The user, if the name and the password are right. Takes the same time for any wrong password. */
  authenticate(name: string, password: Uint8Array): User | undefined {
    const user = this.#users.get(name);
    if (user === undefined || !user.enabled) return undefined;
    if (user.noPassword) return user;
    const given = digest(password);
    let found = false;
    for (const known of user.passwords) if (timingSafeEqual(known, given)) found = true;
    return found ? user : undefined;
  }
}

function digest(password: Uint8Array): Uint8Array {
  return createHash("sha256").update(password).digest();
}
