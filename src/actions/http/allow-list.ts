import ipaddr from 'ipaddr.js';
import { ActionError } from '../../index.ts';
import { privateKind } from './address.ts';

/** Where a request wants to go. */
export interface Target {
  /** In lower case, without a final dot; an address without brackets. */
  host: string;
  port: number;
}

/** True where the target may be reached at that address. */
export type AllowList = (target: Target, address: string) => boolean;

const ENTRY = /^(\[[^[\]]+\]|[^[\]:]+)(?::(\d{1,5}|\*))?$/;
const NAME = /^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;
const DEFAULT_PORTS = [80, 443];

/**
 * Reads `HTTP_ALLOW_HOSTS`: entries with commas between, and what none of them names is refused. `public` is every public
 * address, a name (or `*.name`) whatever its DNS says, an address or a CIDR itself; each at the ports 80 and 443 unless
 * `:port` or `:*` follows. Other ports of public addresses are not HTTP often enough: a request that speaks to a mail
 * server or a database is an attack by the worker's address.
 */
export function readAllowList(text: string | undefined): AllowList {
  const entries = (text?.trim() || 'public').split(',').map((entry) => entry.trim());
  if (entries.length === 1 && entries[0] === 'none') return () => false;
  const rules = entries.map(ruleOf);
  return (target, address) => rules.some((rule) => rule(target, address));
}

function ruleOf(entry: string): AllowList {
  const [, place = '', port] = ENTRY.exec(entry.toLowerCase()) ?? [];
  const matches = placeOf(place);
  if (!matches || Number(port) > 65_535) throw unreadable(entry);
  return (target, address) => isPort(port, target.port) && matches(target, address);
}

const isPort = (allowed: string | undefined, port: number): boolean =>
  allowed === undefined ? DEFAULT_PORTS.includes(port) : allowed === '*' || Number(allowed) === port;

function placeOf(place: string): AllowList | undefined {
  if (place === 'public') return (_target, address) => privateKind(address) === undefined;
  if (place.startsWith('[') || /^[\d./]+$/.test(place)) return rangeOf(place.replace(/^\[(.*)\]$/, '$1'));
  if (!NAME.test(place)) return undefined;
  if (place.startsWith('*.')) return ({ host }) => host.endsWith(place.slice(1));
  return ({ host }) => host === place;
}

function rangeOf(text: string): AllowList | undefined {
  const [address = '', bits] = text.split('/');
  // The library reads 010.1 as octal, and whoever wrote it may not have meant that.
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !ipaddr.IPv6.isValid(address)) return undefined;
  const cidr = bits === undefined ? `${address}/${address.includes(':') ? 128 : 32}` : text;
  if (!ipaddr.isValidCIDR(cidr)) return undefined;
  const range = ipaddr.parseCIDR(cidr);
  return (_target, candidate) => {
    const parsed = ipaddr.parse(candidate);
    return parsed.kind() === range[0].kind() && parsed.match(range);
  };
}

const unreadable = (entry: string): ActionError =>
  new ActionError(
    `HTTP_ALLOW_HOSTS of the worker has the entry "${entry}", which is none of: public, api.example.com, *.example.com, 10.1.0.0/16, [fd00::/8], each with :port or :* where it is not 80 or 443. Nothing was sent.`,
    { type: 'HttpNotConfigured', nonRetryable: true },
  );
