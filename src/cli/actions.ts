import type { ActionEntry } from '../core/catalogue.ts';
import { describeEntry } from '../core/catalogue.ts';
import { toDuration } from '../core/duration.ts';
import { allRegistered } from '../core/registry.ts';
import { toEntry } from '../runtime/catalogue.ts';

import { loadActions } from './load-actions.ts';
import { table } from './terminal.ts';

/** What a worker started here would serve, read from the modules themselves: nothing has to run for it. */
export async function actions({ json }: { json?: boolean }): Promise<void> {
  await loadActions();
  const entries = allRegistered()
    .map(toEntry)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (json) process.stdout.write(`${JSON.stringify({ items: entries.map(describeEntry) })}\n`);
  else process.stdout.write(table(HEADER, entries.map(toRow), process.stdout));
}

const HEADER = ['NAME', 'VERSION', 'RETRY', 'TIMEOUT', 'LEVEL', 'DESCRIPTION'];

const toRow = ({ name, version, policy, level, description }: ActionEntry): string[] => [
  name,
  version,
  retryOf(policy),
  toDuration(policy.timeoutMs),
  level,
  description ?? '',
];

function retryOf({ maximumAttempts, initialIntervalMs, maximumIntervalMs }: ActionEntry['policy']): string {
  if (maximumAttempts === 1) return 'never';
  return `${maximumAttempts} attempts, ${toDuration(initialIntervalMs)} to ${toDuration(maximumIntervalMs)}`;
}
