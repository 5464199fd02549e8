import type { Audit, AuditEntry, Invocation } from '../core/invocation.ts';
import { throughDoor } from './door.ts';
import { roughly } from './durations.ts';
import { painter } from './terminal.ts';
import { stepByStep, Timeline } from './timeline.ts';

export interface AuditOptions {
  follow?: boolean;
  json?: boolean;
}

export async function audit(id: string, { follow, json }: AuditOptions): Promise<void> {
  await throughDoor(async ({ invocations }) => {
    if (follow) await tellUntilClosed(invocations.follow(id), json ?? false);
    else tellOnce(await invocations.audit(id), json ?? false);
  });
}

function tellOnce(found: Audit, json: boolean): void {
  if (json) return void process.stdout.write(`${JSON.stringify(found)}\n`);
  const timeline = new Timeline(process.stdout);
  const entries = process.stdout.isTTY ? stepByStep(found.entries) : found.entries;
  const lines = entries.map((entry) => timeline.line(entry));
  process.stdout.write([head(found.invocation), ...lines, summary(found.invocation)].join(''));
}

async function tellUntilClosed(audits: AsyncIterable<Audit>, json: boolean): Promise<void> {
  const timeline = new Timeline(process.stdout);
  const toText = (entry: AuditEntry) => (json ? `${JSON.stringify(entry)}\n` : timeline.line(entry));
  let last: Invocation | undefined;
  for await (const { invocation, entries } of audits) {
    if (!last && !json) process.stdout.write(head(invocation));
    process.stdout.write(timeline.fresh(entries).map(toText).join(''));
    last = invocation;
  }
  if (last && !json) process.stdout.write(summary(last));
}

/** On a terminal only: what is piped on is the entries and nothing else. */
function head({ name, version, id, startedAt }: Invocation): string {
  if (!process.stdout.isTTY) return '';
  const paint = painter(process.stdout);
  return `${paint('bold', name)} version ${version}, started ${startedAt}\n${paint('dim', id)}\n`;
}

function summary({ status, attempts, startedAt, closedAt }: Invocation): string {
  if (!process.stdout.isTTY) return '';
  const colour = status === 'completed' ? 'green' : status === 'running' ? 'yellow' : 'red';
  const took = closedAt ? ` in ${roughly(Date.parse(closedAt) - Date.parse(startedAt))}` : '';
  const counted = `${attempts} attempt${attempts === 1 ? '' : 's'}`;
  return `${painter(process.stdout)(colour, status.replace('_', ' '))} after ${counted}${took}\n`;
}
