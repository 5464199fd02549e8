import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';

/** Public by its range, and yet answered inside: the agent of the host of every machine on Azure. */
const HOST_AGENT = '168.63.129.16';

/** IANA has assigned no other part of IPv6 to hosts that everybody reaches. */
const ASSIGNED = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * What kind of address it is that the public Internet does not route, or that leads back to this host; undefined for a
 * public one. Forms of IPv6 that hold an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo) are never public here:
 * where they lead depends on the network.
 */
export function privateKind(address: string, own = ownAddresses()): string | undefined {
  if (!ipaddr.isValid(address)) return 'unreadable';
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (range !== 'unicast') return range;
  if (parsed.kind() === 'ipv6' && !parsed.match(ASSIGNED)) return 'unassigned';
  if (parsed.toString() === HOST_AGENT) return 'host agent';
  return own.includes(parsed.toString()) ? 'own' : undefined;
}

/** What listens on a public address of this host may be closed to everybody but this host. */
const ownAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => ipaddr.parse(address).toString());
