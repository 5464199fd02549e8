import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A Markdown text in the format of the project, as `npm run check` wants to find it in docs/. */
export async function pageOf(text: string): Promise<string> {
  const config = await resolveConfig(join(ROOT, 'docs/index.md'));
  return await format(text, { ...config, parser: 'markdown' });
}
