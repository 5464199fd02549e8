import { createInterface } from 'node:readline/promises';
import type { ApprovalRequest } from '../core/approval.ts';
import { DoError } from '../core/errors.ts';
import type { Invocation } from '../core/invocation.ts';
import { throughDoor } from './door.ts';
import { readInput } from './input.ts';
import { oneLine, painter } from './terminal.ts';
import { UsageError } from './usage-error.ts';

export interface ApproveOptions {
  reject?: boolean;
  digest?: string;
  reason?: string;
  input?: string;
  json?: boolean;
}

/** Decides on what a workflow asked for: on the given digest, or on what is shown and agreed to here. */
export async function approve(id: string, name: string, options: ApproveOptions): Promise<void> {
  const { reject = false, reason, input, json } = options;
  const data = input === undefined ? {} : { data: await readInput(input) };
  await throughDoor(
    async ({ invocations }) => {
      const digest = options.digest ?? (await askFor(await invocations.get(id), name, reject));
      if (digest === undefined) return tellUndecided();
      await invocations.decide(id, name, {
        ...{ digest, approved: !reject },
        ...(reason !== undefined && { reason }),
        ...data,
      });
      if (json) process.stdout.write(`${JSON.stringify(await invocations.get(id))}\n`);
      else process.stdout.write(`${reject ? 'Rejected' : 'Approved'} ${name}\n`);
    },
    { runsHandlers: true },
  );
}

function tellUndecided(): void {
  process.stderr.write('Nothing was decided.\n');
  process.exitCode = 1;
}

/** The digest of what was shown, once that was agreed to. */
async function askFor(invocation: Invocation, name: string, reject: boolean): Promise<string | undefined> {
  const request = openRequest(invocation, name);
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new UsageError(
      `There is no terminal to ask on. Pass --digest ${request.digest} where whoever decides has seen what that is: it is in \`approvals\` of the invocation (\`do-sdk audit ${invocation.id} --json\`).`,
    );
  process.stderr.write(shown(request));
  const answer = await ask(`${reject ? 'Reject' : 'Approve'} this? [y/N] `);
  return /^y(es)?$/i.test(answer.trim()) ? request.digest : undefined;
}

function openRequest({ approvals = [], name: workflow }: Invocation, name: string): ApprovalRequest {
  const [request, other] = approvals.filter((one) => one.name === name && one.state === 'open');
  if (other)
    throw new UsageError(
      `Several approvals "${name}" are open. Pass --digest, one of theirs: ${approvals.map(({ digest }) => digest).join(', ')}.`,
    );
  if (request) return request;
  const open = approvals.map((one) => one.name).join(', ') || 'none';
  throw new DoError(
    'APPROVAL_NOT_FOUND',
    `"${workflow}" waits for no decision on "${oneLine(name)}". Open: ${open}.`,
  );
}

function shown({ name, subject, approvers, requestedAt, expiresAt }: ApprovalRequest): string {
  const paint = painter(process.stderr);
  const rows = [
    `${paint('bold', name)}, asked for at ${requestedAt}${expiresAt ? `, until ${expiresAt}` : ''}`,
    ...(approvers ? [`May decide: ${oneLine(approvers.join(', '))}`] : []),
    // JSON escapes what could move the cursor or recolour the terminal, but for these.
    JSON.stringify(subject, null, 2).replace(/[\u007f-\u009f]/g, ''),
  ];
  return rows.map((row) => `${row}\n`).join('');
}

/** The end of the input is no answer. */
async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    return await Promise.race([terminal.question(question), ended]);
  } finally {
    terminal.close();
  }
}
