import type { CryptoKey, FlattenedJWSInput, JSONWebKeySet, JWSHeaderParameters } from 'jose';
import { createLocalJWKSet, errors } from 'jose';
import { DoError } from '../../core/errors.ts';
import { requireSecure } from './settings.ts';

/** Keys are looked up anew after this long, so that one that was taken back is refused. */
const FRESH_MS = 10 * 60_000;
/** While the issuer is away its keys go on, but not for ever. */
const STALE_MS = 24 * 3_600_000;
/** An unknown key may be a new one; whoever sends made-up ones must not have us ask at their rate. */
const COOLDOWN_MS = 30_000;
/** Nor may an issuer that does not answer hold up each request. */
const AWAY_MS = 5_000;
const FETCH_MS = 5_000;

export type FindKey = (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<CryptoKey>;

/** The public keys of an issuer, as its configuration names them. */
export class IssuerKeys {
  readonly #issuer: string;
  readonly #onError: (error: unknown) => void;
  readonly #now: () => number;
  #find: FindKey | undefined;
  #fetchedAt = -Infinity;
  #failedAt = -Infinity;
  #pending: Promise<void> | undefined;

  constructor(
    issuer: string,
    onError: (error: unknown) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#issuer = issuer;
    this.#onError = onError;
    this.#now = now;
  }

  find: FindKey = async (header, token) => {
    if (this.#age() > FRESH_MS) await this.#renew();
    try {
      return await this.#known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || this.#age() < COOLDOWN_MS) throw error;
      await this.#renew();
      return await this.#known(header, token);
    }
  };

  #age = (): number => this.#now() - this.#fetchedAt;

  async #known(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    if (!this.#find || this.#age() > STALE_MS) throw unavailable();
    return await this.#find(header, token);
  }

  /** Never rejects: what is known goes on. */
  async #renew(): Promise<void> {
    if (this.#now() - this.#failedAt < AWAY_MS) return;
    this.#pending ??= this.#fetch().finally(() => (this.#pending = undefined));
    await this.#pending;
  }

  async #fetch(): Promise<void> {
    try {
      const configuration = await fetchJson(
        `${this.#issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
      );
      if (configuration['issuer'] !== this.#issuer)
        throw new Error(`the configuration is of the issuer ${JSON.stringify(configuration['issuer'])}`);
      const keys = await fetchJson(requireSecure(configuration['jwks_uri'], 'the `jwks_uri` of the issuer'));
      this.#find = createLocalJWKSet(keys as unknown as JSONWebKeySet);
      this.#fetchedAt = this.#now();
    } catch (cause) {
      this.#failedAt = this.#now();
      this.#onError(new Error(`The keys of ${this.#issuer} could not be fetched`, { cause }));
    }
  }
}

/** A redirect could lead to keys of somebody else. */
async function fetchJson(url: string): Promise<Record<string, unknown>> {
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_MS) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  const body: unknown = await answer.json();
  if (typeof body !== 'object' || body === null) throw new Error(`${url} answered no JSON object`);
  return body as Record<string, unknown>;
}

const unavailable = (): DoError =>
  new DoError(
    'IDENTITY_UNAVAILABLE',
    'The keys of who issues tokens cannot be fetched now, so this one cannot be checked. Nothing was accepted; try again.',
  );
