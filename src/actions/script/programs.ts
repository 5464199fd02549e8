import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { basename, isAbsolute } from 'node:path';
import { notConfigured } from './failure.ts';

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}$/;

/**
 * The file of a program by `SCRIPT_ALLOW`, such as `/usr/bin/convert,backup=/opt/backup.sh`: names and absolute paths,
 * so that no search path has a say in what runs.
 */
export async function programOf(name: string, allow: string | undefined): Promise<string> {
  const programs = readPrograms(allow);
  const file = programs.get(name);
  if (file === undefined) {
    const known = [...programs.keys()].join(', ') || 'none';
    throw notConfigured(
      `SCRIPT_ALLOW of the worker lists no program "${name}" (it lists: ${known}). Add ${name}=/absolute/path to it`,
    );
  }
  try {
    await access(file, constants.X_OK);
    return file;
  } catch {
    throw notConfigured(
      `"${name}" is ${file} by SCRIPT_ALLOW of the worker, which is no file it can execute`,
    );
  }
}

function readPrograms(allow: string | undefined): Map<string, string> {
  const entries = (allow ?? '').split(',').map((entry) => entry.trim());
  return new Map(entries.filter((entry) => entry !== '').map(readEntry));
}

function readEntry(entry: string): [name: string, file: string] {
  const [, named, file = ''] = /^(?:([^=/]*)=)?(.*)$/s.exec(entry)!;
  const name = named ?? basename(file);
  if (NAME.test(name) && isAbsolute(file)) return [name, file];
  throw notConfigured(
    `SCRIPT_ALLOW of the worker has the entry "${entry}", which is neither /absolute/path nor name=/absolute/path`,
  );
}
