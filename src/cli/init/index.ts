import { existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ownVersion } from '../../runtime/own-version.ts';
import { painter } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { projectFiles } from './files.ts';

export interface InitOptions {
  package?: string;
}

export async function init(options: InitOptions): Promise<void> {
  const folder = realpathSync(process.cwd());
  const present = readdirSync(folder).filter((name) => !name.startsWith('.'));
  if (present.length > 0) {
    throw new UsageError(
      `${folder} is not empty (${present.slice(0, 3).join(', ')}${present.length > 3 ? ', …' : ''}). ` +
        '`do-sdk init` makes a project in an empty folder and overwrites nothing: make a folder and run it there.',
    );
  }
  const files = projectFiles({ name: packageName(basename(folder)), dependency: dependencyOf(options) });
  const written = Object.entries(files).filter(([name, text]) => writeNew(join(folder, name), text));
  process.stdout.write(report(written.map(([name]) => name)));
}

/** A dotfile that was there is left as it is. */
function writeNew(file: string, text: string): boolean {
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** npm reads a path relative to the new package.json, and one without a scheme as a repository's name. */
function dependencyOf({ package: spec }: InitOptions): string {
  if (spec === undefined) return `^${ownVersion()}`;
  const path = resolve(spec);
  return existsSync(path) ? decodeURI(pathToFileURL(path).href).replace('file://', 'file:') : spec;
}

/** What npm accepts as a name; it also names the task queues. */
function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '');
  return name === '' || name === 'node_modules' ? 'my-actions' : name;
}

function report(names: string[]): string {
  const paint = painter(process.stdout);
  const lines = names.map((name) => `  ${paint('green', '+')} ${name}\n`).join('');
  return `${lines}\nNext:\n\n  ${paint('bold', 'npm install && npm test')}\n  ${paint('bold', 'npm start')}\n`;
}
