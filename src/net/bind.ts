// Which addresses `bind` means, and listening on all of them or none.
import { systemErrorWords } from "../base/system_error.ts";
import type { Logger } from "../base/logger.ts";

const ANY_IPV4 = "0.0.0.0", ANY_IPV6 = "::";
/** Codes of an address family that this machine does not have: such an address is passed over. */
const NO_FAMILY = new Set([
  "EAFNOSUPPORT",
  "EPROTONOSUPPORT",
  "ENOPROTOOPT",
  "EPFNOSUPPORT",
  "ESOCKTNOSUPPORT",
]);

/** One address of `bind`. */
interface BindAddress {
  readonly hostname: string;
  /** Written with a `-`: it may be missing on this machine. */
  readonly optional: boolean;
}

/** A TCP socket that is listening, and for which address it was asked. */
export interface Listening {
  readonly hostname: string;
  readonly port: number;
  readonly listener: Deno.TcpListener;
}

/** An address cannot be listened on. */
export class BindError extends Error {
  override name = "BindError";
  /** Somebody else listens there, perhaps this server under another address. */
  readonly inUse: boolean;

  constructor(message: string, inUse: boolean) {
    super(message);
    this.inUse = inUse;
  }
}

/** `*` and `::*` are all addresses of a family, `-` before an address makes it optional. */
function parse(address: string): BindAddress {
  const optional = address.startsWith("-");
  const name = optional ? address.slice(1) : address;
  const hostname = name === "*" ? ANY_IPV4 : name === "::*" ? ANY_IPV6 : name;
  return { hostname, optional };
}

/**
 * Listens on all addresses, with the same port; `port` 0 lets the system choose. Sockets in `open`
 * that fit are used again. Throws {@link BindError}, and then nothing new is open.
 */
export function listenOn(
  addresses: readonly string[],
  port: number,
  { logger, open = [] }: { logger: Logger; open?: readonly Listening[] },
): Listening[] {
  // A socket for all IPv6 addresses takes those of IPv4 too on most systems, so it goes first.
  const wanted = addresses.map(parse)
    .sort((a, b) => Number(b.hostname === ANY_IPV6) - Number(a.hostname === ANY_IPV6));
  const found: Listening[] = [];
  const fresh: Listening[] = [];
  for (const address of wanted) {
    if (found.some(({ hostname }) => hostname === address.hostname)) continue;
    try {
      const chosen = port === 0 && found.length > 0 ? found[0].port : port;
      const old = open.find((one) => one.hostname === address.hostname && one.port === chosen);
      const listening = old ?? listen(address.hostname, chosen);
      if (old === undefined) fresh.push(listening);
      found.push(listening);
    } catch (error) {
      if (isCovered(address, found, error)) continue;
      logger.warning(
        `Warning: Could not create server TCP listening socket ${address.hostname}:${port}: ` +
          systemErrorWords(error),
      );
      if (mayBeMissing(address, error)) continue;
      for (const { listener } of fresh) listener.close();
      throw bindError(port, error);
    }
  }
  if (found.length === 0 && addresses.length > 0) throw bindError(port, undefined);
  return found;
}

function listen(hostname: string, port: number): Listening {
  const listener = Deno.listen({ hostname, port });
  return { hostname, port: listener.addr.port, listener };
}

/** All IPv4 addresses are in use because the socket for all IPv6 addresses takes them too. */
function isCovered(address: BindAddress, found: readonly Listening[], error: unknown): boolean {
  return address.hostname === ANY_IPV4 && error instanceof Deno.errors.AddrInUse &&
    Deno.build.os !== "windows" && found.some(({ hostname }) => hostname === ANY_IPV6);
}

function mayBeMissing({ optional }: BindAddress, error: unknown): boolean {
  if (optional && error instanceof Deno.errors.AddrNotAvailable) return true;
  return error instanceof Error && "code" in error && NO_FAMILY.has(String(error.code));
}

function bindError(port: number, error: unknown): BindError {
  const inUse = error instanceof Deno.errors.AddrInUse;
  return new BindError(`Failed listening on port ${port} (TCP), aborting.`, inUse);
}

/** The address of a peer, as CLIENT LIST shows it. */
export function addressOf({ hostname, port }: Deno.NetAddr): string {
  const host = plainHost(hostname);
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether the peer is on this machine. */
export function isLoopback(hostname: string): boolean {
  const host = plainHost(hostname);
  return host === "::1" || host.startsWith("127.");
}

/** IPv4 peers of a socket for IPv6 come as `::ffff:1.2.3.4`. */
function plainHost(hostname: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(hostname);
  return mapped === null ? hostname : mapped[1];
}
