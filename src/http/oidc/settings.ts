import { DoError } from '../../core/errors.ts';

/** Whose tokens are taken, beside API keys. */
export interface OidcOptions {
  /** As in the `iss` of its tokens; `/.well-known/openid-configuration` below it says where its keys are. */
  issuer: string;
  /** One of the `aud` of a token has to be this. */
  audience: string;
  /** The claim with the scopes: a list, or text with spaces. What is no scope of ours is passed over. Default: `scope`. */
  scopeClaim?: string | undefined;
  /** The claim with the tenant; a token without it is refused. Default: every token is of the tenant `default`. */
  tenantClaim?: string | undefined;
  /** The claim that names the caller. Default: `sub`. */
  callerClaim?: string | undefined;
}

/** Of the environment; undefined when no issuer is set. */
export function configuredOidc(env: NodeJS.ProcessEnv = process.env): OidcOptions | undefined {
  const issuer = env['OIDC_ISSUER'];
  if (!issuer) return undefined;
  return {
    issuer,
    audience: env['OIDC_AUDIENCE'] ?? '',
    scopeClaim: env['OIDC_SCOPE_CLAIM'] || undefined,
    tenantClaim: env['OIDC_TENANT_CLAIM'] || undefined,
    callerClaim: env['OIDC_CALLER_CLAIM'] || undefined,
  };
}

/** Throws `DEFINITION_INVALID` for what would trust anybody, or nobody. */
export function checkOidc(options: OidcOptions): OidcOptions {
  requireSecure(options.issuer, 'OIDC_ISSUER');
  if (options.audience) return options;
  throw new DoError(
    'DEFINITION_INVALID',
    'OIDC_AUDIENCE is not set: the issuer makes tokens for other services too, and theirs must not be taken here. Set it to the audience of this API.',
  );
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Keys that came over a connection anybody can change would prove nothing. */
export function requireSecure(url: unknown, what: string): string {
  const { protocol, hostname } = URL.canParse(String(url))
    ? new URL(String(url))
    : { protocol: '', hostname: '' };
  if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname))) return String(url);
  throw new DoError(
    'DEFINITION_INVALID',
    `Expected ${what} to be an https URL (http on this machine only), got ${JSON.stringify(String(url).slice(0, 200))}.`,
  );
}
