import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecretSource } from '../core/secrets.ts';

/** The environment first; behind it the files of a folder, as Docker and Kubernetes mount secrets. */
export const environmentSecrets =
  (env: NodeJS.ProcessEnv = process.env): SecretSource =>
  async (name) => {
    const folder = env['DO_SECRETS_DIR'];
    return env[name] || (folder ? await readSecret(join(folder, name)) : undefined);
  };

async function readSecret(file: string): Promise<string | undefined> {
  try {
    // An editor or `echo` ends the file with a line break, which is no part of the secret.
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
