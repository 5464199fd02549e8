import { notConfigured } from './failure.ts';

/** By it the platform finds what an isolated attempt has started, when that has left its process group. */
export const ATTEMPT_MARKER = 'DO_ISOLATED_ATTEMPT';

const SEARCH_PATH = '/usr/local/bin:/usr/bin:/bin';

interface Surroundings {
  /** By the input. */
  given: Readonly<Record<string, string>>;
  folder: string;
  token: string;
}

/**
 * All that a program finds in its environment. Nothing else of the worker's, which holds its passwords; and of the input
 * only the names of `SCRIPT_ENV`, since `LD_PRELOAD` or `NODE_OPTIONS` would run code of the caller's choice.
 */
export function environmentOf({ given, folder, token }: Surroundings): Record<string, string> {
  const allowed = (process.env.SCRIPT_ENV ?? '').split(',').map((name) => name.trim());
  const refused = Object.keys(given).find((name) => !allowed.includes(name));
  if (refused !== undefined) {
    throw notConfigured(
      `SCRIPT_ENV of the worker does not list "${refused}", which \`env\` of the input has`,
    );
  }
  const marker = process.env[ATTEMPT_MARKER];
  return {
    PATH: process.env.PATH ?? SEARCH_PATH,
    LANG: process.env.LANG ?? 'C.UTF-8',
    HOME: folder,
    TMPDIR: folder,
    IDEMPOTENCY_KEY: token,
    ...given,
    ...(marker !== undefined && { [ATTEMPT_MARKER]: marker }),
  };
}
