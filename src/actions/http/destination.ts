import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { ActionError } from '../../index.ts';
import { privateKind } from './address.ts';
import type { AllowList } from './allow-list.ts';

export type Resolve = (host: string) => Promise<LookupAddress[]>;

export const resolveName: Resolve = (host) => lookup(host, { all: true });

/** Where one request goes: the addresses that were checked, and that the connection is made to. */
export interface Destination {
  /** Without brackets and without a final dot. */
  host: string;
  port: number;
  addresses: LookupAddress[];
}

/**
 * Resolves the host of `url` once and checks what came back; the connection takes these addresses and asks nobody
 * again, or a name could be public when it is checked and private when it is connected to. All addresses have to be
 * allowed: a name that mixes public and private ones is not to be trusted with either.
 */
export async function destinationOf(url: URL, allows: AllowList, resolve: Resolve): Promise<Destination> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw refused(`${url.protocol} is not http: or https:`);
  }
  if (url.username !== '' || url.password !== '') throw refused('the URL has a user name or password in it');
  // The parser of URLs has turned every other spelling of an IPv4 address (octal, hexadecimal, one number) into this.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const addresses = isIP(host) ? [{ address: host, family: isIP(host) }] : await resolve(host);
  const denied = addresses.find(({ address }) => !allows({ host, port }, address));
  if (denied || addresses.length === 0) throw notAllowed({ host, port }, denied?.address);
  return { host, port, addresses };
}

/** The address itself is not told: whoever may only invoke would learn the names and addresses of the network inside. */
function notAllowed(
  { host, port }: { host: string; port: number },
  address: string | undefined,
): ActionError {
  const kind = address === undefined ? 'none' : privateKind(address);
  const why = kind === undefined ? '' : ` (kind of its address: ${kind})`;
  const place = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  return refused(
    `the worker is not allowed to reach ${place}${why}. Allowed is what its HTTP_ALLOW_HOSTS lists, by default public addresses at the ports 80 and 443; whoever operates the worker can add ${place} there`,
  );
}

export const refused = (why: string): ActionError =>
  new ActionError(`Not sent: ${why}.`, { type: 'HttpRequestRefused', nonRetryable: true });
