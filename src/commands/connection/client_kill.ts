// CLIENT KILL.
import type { User } from "../../acl/users.ts";
import type { Slice } from "../../base/slice.ts";
import { integer64Of, wordOf } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import { type Session, SESSION_CLOSING } from "../../engine/session.ts";
import { textOf } from "./auth.ts";
import { type ClientType, clientTypeOf } from "../../engine/client_info.ts";
import { clientTypeArgument } from "./client_list.ts";

interface Filters {
  id?: number;
  type?: ClientType;
  user?: User;
  address?: string;
  localAddress?: string;
  skipMe: boolean;
}

/**
 * CLIENT KILL ip:port | [ID client-id] [TYPE type] [USER username] [ADDR ip:port] [LADDR ip:port]
 * [SKIPME yes | no]
 */
export function clientKill(call: Call): void {
  const { reply } = call;
  if (call.count === 3) {
    // The old form may hit the caller itself, and answers whether there was such a client.
    const killed = kill(call, { address: textOf(call.at(2)), skipMe: false });
    if (killed === 0) throw ERR.noSuchClient;
    return reply.ok();
  }
  reply.integer(kill(call, readFilters(call)));
}

/** Closes all that match. The caller itself goes when it has its reply. */
function kill(call: Call, filters: Filters): number {
  let killed = 0;
  for (const session of call.services.sessions.all()) {
    if (!matches(session, filters)) continue;
    if (session === call.session) {
      if (filters.skipMe) continue;
      session.mark(SESSION_CLOSING, true);
    } else session.transport.close(false);
    killed++;
  }
  return killed;
}

function matches(session: Session, filters: Filters): boolean {
  const { id, type, user, address, localAddress } = filters;
  const { transport } = session;
  return (address === undefined || transport.address === address) &&
    (localAddress === undefined || transport.localAddress === localAddress) &&
    (type === undefined || clientTypeOf(session) === type) &&
    (id === undefined || session.id === id) &&
    (user === undefined || session.user === user);
}

/** Later options of the same name win, as in Redis 7.2. */
function readFilters(call: Call): Filters {
  const filters: Filters = { skipMe: true };
  for (let i = 2; i < call.count; i += 2) {
    const read = i + 1 < call.count ? READERS[wordOf(call.at(i))] : undefined;
    if (read === undefined) throw ERR.syntax;
    read(filters, call.at(i + 1), call);
  }
  return filters;
}

type FilterReader = (filters: Filters, value: Slice, call: Call) => void;

const READERS: Readonly<Record<string, FilterReader | undefined>> = {
  __proto__: null as never,
  id(filters, value) {
    const id = Number(integer64Of(value, ERR.killId));
    if (id < 1) throw ERR.killId;
    filters.id = id;
  },
  type(filters, value) {
    filters.type = clientTypeArgument(value);
  },
  addr(filters, value) {
    filters.address = textOf(value);
  },
  laddr(filters, value) {
    filters.localAddress = textOf(value);
  },
  user(filters, value, { services }) {
    filters.user = services.users.get(textOf(value));
    if (filters.user === undefined) {
      throw new CommandError(`ERR No such user '${textOf(value)}'`);
    }
  },
  skipme(filters, value) {
    const word = wordOf(value);
    if (word !== "yes" && word !== "no") throw ERR.syntax;
    filters.skipMe = word === "yes";
  },
};
