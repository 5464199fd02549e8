import { DoError } from './errors.ts';

/** Where a worker finds the secrets that actions declare: asked at every attempt; undefined, or empty, where it has none. */
export type SecretSource = (name: string) => string | undefined | Promise<string | undefined>;

/** Those of an attempt, by their names. */
export type Secrets = Readonly<Record<string, string>>;

/** As environments and files can be named; nothing in it leads to another folder. */
const NAME = /^[A-Za-z_]\w{0,127}$/;

/** The names that a definition declares, checked. */
export function resolveSecrets(declared: unknown, of: string): readonly string[] {
  if (declared === undefined) return [];
  const isList =
    Array.isArray(declared) && declared.every((name) => typeof name === 'string' && NAME.test(name));
  if (!isList || new Set(declared).size < declared.length)
    throw new DoError(
      'DEFINITION_INVALID',
      `Expected \`secrets\` of ${of} to be a list of different names of 1 to 128 letters, digits and underscores, such as ['SMTP_URL'].`,
    );
  return [...(declared as string[])];
}

/** Asks for each; `SECRET_MISSING` names all that the source does not have. */
export async function readSecrets(
  names: readonly string[],
  source: SecretSource | undefined,
  action: string,
): Promise<Secrets> {
  if (names.length === 0) return {};
  const found = await Promise.all(names.map(async (name) => [name, await source?.(name)] as const));
  const missing = found.flatMap(([name, value]) => (value ? [] : [name]));
  if (missing.length === 0) return Object.fromEntries(found) as Secrets;
  const list = missing.join(', ');
  throw new DoError(
    'SECRET_MISSING',
    `The worker has no ${list}, which \`secrets\` of "${action}" declares. Set it in the worker's environment, or in a file of that name in DO_SECRETS_DIR; the attempt was not begun.`,
  );
}

/** For handlers: not to be listed, so that a context that is logged has none of them. */
export function offered(secrets: Secrets, action: string): Secrets {
  const hidden = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(secrets)) Object.defineProperty(hidden, name, { value });
  return new Proxy(hidden, {
    get(target, name) {
      if (typeof name === 'symbol' || name in target) return Reflect.get(target, name) as unknown;
      if (name === 'toJSON' || name === 'then') return undefined;
      throw new DoError(
        'DEFINITION_INVALID',
        `\`ctx.secrets.${name}\` is not declared: add '${name}' to \`secrets\` of action "${action}".`,
      );
    },
  });
}
