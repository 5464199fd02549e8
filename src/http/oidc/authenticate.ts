import type { JWTPayload } from 'jose';
import { errors, jwtVerify } from 'jose';
import type { Caller } from '../../core/caller.ts';
import { callerIn, DEFAULT_TENANT, isCallerName } from '../../core/caller.ts';
import { DoError } from '../../core/errors.ts';
import type { Scope } from '../../core/scope.ts';
import { isScope } from '../../core/scope.ts';
import type { FindCaller } from '../api-key.ts';
import { IssuerKeys } from './issuer-keys.ts';
import type { OidcOptions } from './settings.ts';
import { checkOidc } from './settings.ts';

/** Signatures of a key pair only: `none` proves nothing, and HS256 would take the issuer's public key for a secret. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** Temporal takes ids of 1,000 bytes, in which there are a name and a key too. */
const LONGEST_IN_ID = 500;
/** Clocks of issuer and API may differ by this. */
const TOLERANCE_S = 30;

const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;
/** True for what can only be a token. */
export const isJwt = (bearer: string): boolean => JWT.test(bearer);

/** Who holds a token of the issuer; throws `UNAUTHORIZED` with the reason for a token that is refused. */
export function oidcAuthenticator(options: OidcOptions, onError: (error: unknown) => void): FindCaller {
  const { issuer, audience, callerClaim = 'sub' } = checkOidc(options);
  const keys = new IssuerKeys(issuer, onError);
  return async (bearer) => {
    if (!isJwt(bearer)) return undefined;
    try {
      const { payload } = await jwtVerify(bearer, keys.find, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: TOLERANCE_S,
        requiredClaims: ['exp', callerClaim],
      });
      return toCaller(payload, options);
    } catch (error) {
      throw error instanceof errors.JOSEError ? refused(reasonOf(error), error) : error;
    }
  };
}

function toCaller(
  payload: JWTPayload,
  { scopeClaim = 'scope', tenantClaim, callerClaim = 'sub' }: OidcOptions,
): Caller {
  const name = payload[callerClaim];
  if (typeof name !== 'string' || name === '' || name.length > 255 || /\p{Surrogate}/u.test(name))
    throw refused(`its claim \`${callerClaim}\` names nobody`);
  // A colon parts the tenant from the name, so none may come from outside.
  const escaped = name.replaceAll(/[%:\p{Cc}]/gu, encodeURIComponent);
  const id = callerIn(tenantIn(payload, tenantClaim), escaped);
  if (encodeURIComponent(id).length > LONGEST_IN_ID)
    throw refused(`its claim \`${callerClaim}\` is too long to be part of an id`);
  return { id, scopes: scopesIn(payload[scopeClaim]) };
}

/** Never the default tenant for want of a claim: that would be another one's. */
function tenantIn(payload: JWTPayload, claim: string | undefined): string {
  if (claim === undefined) return DEFAULT_TENANT;
  const tenant = payload[claim];
  if (isCallerName(tenant)) return tenant;
  throw refused(
    `its claim \`${claim}\` names no tenant (1 to 64 letters, digits, dots, dashes or underscores)`,
  );
}

/** Issuers add scopes of their own, such as `openid`. */
function scopesIn(claim: unknown): Scope[] {
  const given: unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return given.filter(isScope);
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `its claim \`${error.claim}\` is not what it has to be`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'none of the keys of the issuer has signed it';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not allowed';
  return 'it is malformed';
}

const refused = (why: string, cause?: unknown): DoError =>
  new DoError('UNAUTHORIZED', `The token is refused: ${why}. Get a new one from its issuer.`, { cause });
