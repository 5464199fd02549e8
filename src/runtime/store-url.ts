import { DoError } from '../core/errors.ts';

const VARIABLE = 'DATABASE_URL';
const PROTOCOLS = ['postgres:', 'postgresql:'];

/** The Postgres that `DATABASE_URL` names; undefined when it names none, so that the embedded one is used. */
export function configuredDatabase(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const value = env[VARIABLE]?.trim();
  if (!value) return undefined;
  if (!URL.canParse(value)) throw refused('is not a URL');
  const { protocol } = new URL(value);
  if (!PROTOCOLS.includes(protocol)) throw refused('is the URL of something else than Postgres');
  return value;
}

// Never with any part of the value: what somebody has put in the wrong place may be a password.
function refused(why: string): DoError {
  return new DoError(
    'DEFINITION_INVALID',
    `${VARIABLE} ${why}; it must be postgres://user:password@host:port/database (or postgresql://…), with special characters of the password percent-encoded. Leave it unset to use the embedded Postgres.`,
  );
}
