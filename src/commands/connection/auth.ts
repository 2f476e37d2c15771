// AUTH, and how a session becomes a user's: HELLO and RESET use it too.
import { latin1 } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";
import type { Call, Services } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import type { SecretFinder } from "../../engine/facts.ts";
import { type Session, SESSION_UNAUTHENTICATED } from "../../engine/session.ts";

const DEFAULT_USER = "default";

/** AUTH [username] password */
export function auth(call: Call): void {
  if (call.count > 3) throw ERR.syntax;
  if (call.count === 2 && call.services.users.default.noPassword) throw ERR.noPasswordSet;
  if (call.count === 2) authenticate(call, undefined, call.at(1));
  else authenticate(call, call.at(1), call.at(2));
  call.reply.ok();
}

/** All arguments of AUTH are secret: a password may stand where the name should. */
export const findAuthSecrets: SecretFinder = (_args, count) =>
  Array.from({ length: count - 1 }, (_, i) => i + 1);

/**
 * Makes the session the user's, the default user's without a name. Otherwise throws WRONGPASS and
 * leaves the session as it was.
 */
export function authenticate(call: Call, name: Slice | undefined, password: Slice): void {
  const { users, stats } = call.services;
  const user = users.authenticate(name ? textOf(name) : DEFAULT_USER, password.copy());
  if (user === undefined) {
    stats.aclDeniedAuth++;
    throw ERR.wrongPass;
  }
  const { session } = call;
  session.user = user;
  session.authenticated = true;
  session.mark(SESSION_UNAUTHENTICATED, false);
}

/** The state of a fresh connection: the default user, authenticated if that one needs no password. */
export function becomeDefaultUser(session: Session, { users }: Services): void {
  session.user = users.default;
  session.authenticated = !users.authenticationRequired;
  session.mark(SESSION_UNAUTHENTICATED, users.authenticationRequired);
}

/** Bytes as a text of one character per byte. */
export function textOf(argument: Slice): string {
  return latin1(argument.bytes, argument.start, argument.end);
}
