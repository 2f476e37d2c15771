// HELLO: the handshake.
import type { Slice } from "../../base/slice.ts";
import { REDIS_VERSION } from "../../base/version.ts";
import { integer64Of, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import type { SecretFinder } from "../../engine/facts.ts";
import { SESSION_UNAUTHENTICATED } from "../../engine/session.ts";
import { authenticate, textOf } from "./auth.ts";
import { checkClientName, setClientName } from "./client_names.ts";

const AUTH = keyword("auth");
const SETNAME = keyword("setname");

interface HelloOptions {
  user?: Slice;
  password?: Slice;
  clientName?: Slice;
}

/** HELLO [protover [AUTH username password] [SETNAME clientname]] */
export function hello(call: Call): void {
  const version = call.count > 1 ? protocolOf(call.at(1)) : 0;
  const { user, password, clientName } = readOptions(call);
  if (user !== undefined && password !== undefined) {
    authenticate(call, user, password);
  }
  const { session } = call;
  if (session.bits & SESSION_UNAUTHENTICATED) throw ERR.helloNoAuth;
  if (clientName !== undefined) setClientName(session, clientName);
  if (version !== 0) session.reply.protocol = version;
  greet(call);
}

/** Name and password behind AUTH. */
export const findHelloSecrets: SecretFinder = (args, count) => {
  const secrets: number[] = [];
  for (let i = 2; i < count; i++) {
    if (args[i].equalsIgnoreCase(SETNAME)) i++;
    else if (args[i].equalsIgnoreCase(AUTH) && i + 2 < count) secrets.push(++i, ++i);
  }
  return secrets;
};

function protocolOf(argument: Slice): number {
  const version = integer64Of(argument, ERR.protocolNotInteger);
  if (version !== 2 && version !== 3) throw ERR.noProto;
  return version;
}

function readOptions(call: Call): HelloOptions {
  const options: HelloOptions = {};
  for (let i = 2; i < call.count; i++) {
    const option = call.at(i), more = call.count - 1 - i;
    if (option.equalsIgnoreCase(AUTH) && more >= 2) {
      options.user = call.at(++i);
      options.password = call.at(++i);
    } else if (option.equalsIgnoreCase(SETNAME) && more >= 1) {
      options.clientName = call.at(++i);
      checkClientName(options.clientName);
    } else {
      throw new CommandError(`ERR Syntax error in HELLO option '${textOf(option)}'`);
    }
  }
  return options;
}

function greet({ reply, session, services }: Call): void {
  reply.map(7);
  reply.bulkText("server");
  reply.bulkText("redis");
  reply.bulkText("version");
  reply.bulkText(REDIS_VERSION);
  reply.bulkText("proto");
  reply.integer(session.reply.protocol);
  reply.bulkText("id");
  reply.integer(session.id);
  reply.bulkText("mode");
  reply.bulkText("standalone");
  reply.bulkText("role");
  reply.bulkText(services.ports.replication.role);
  reply.bulkText("modules");
  reply.array(0);
}
