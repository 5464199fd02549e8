import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Action } from '../../src/core/action.ts';
import { testAction } from '../../src/testing/test-action.ts';
import { environmentSecrets } from '../../src/worker/secret-source.ts';

const VALUE = 'hunter2-hunter2';
const secrets = { TOKEN: VALUE };
let actions = 0;
const nameOfIts = () => `secrets.action-${++actions}`;

describe('a secret that an action declares', () => {
  test('reaches the handler, and neither its output, its heartbeats nor its lines hold it', async () => {
    const action = new Action({
      name: nameOfIts(),
      secrets: ['TOKEN'],
      handler: (_: unknown, ctx) => {
        ctx.heartbeat({ used: ctx.secrets['TOKEN'] });
        ctx.log.info(`with ${ctx.secrets['TOKEN']}`, { token: ctx.secrets['TOKEN'] });
        return { length: ctx.secrets['TOKEN']!.length, header: `Bearer ${ctx.secrets['TOKEN']}` };
      },
    });
    const run = await testAction(action, { secrets }).run(null);
    expect(run.output).toEqual({ length: VALUE.length, header: 'Bearer [redacted]' });
    expect(run.attempts[0]?.lastHeartbeat).toEqual({ used: '[redacted]' });
    expect(run.logs).toMatchObject([{ message: 'with [redacted]', fields: { token: '[redacted]' } }]);
    expect(JSON.stringify(run)).not.toContain(VALUE);
  });

  test('is in no message, stack, type or cause of a failure', async () => {
    const action = new Action({
      name: nameOfIts(),
      secrets: ['TOKEN'],
      retry: { maximumAttempts: 1 },
      handler: (_: unknown, ctx) => {
        const token = ctx.secrets['TOKEN'];
        throw Object.assign(new Error(`refused ${token}`, { cause: new Error(`by ${token}`) }), {
          type: token,
        });
      },
    });
    const run = await testAction(action, { secrets }).run(null);
    expect(run.error).toMatchObject({ message: 'refused [redacted]', type: '[redacted]' });
    expect(run.attempts[0]?.error?.cause).toMatchObject({ message: 'by [redacted]' });
    expect(JSON.stringify(run)).not.toContain(VALUE);
  });

  test('is not shown by a context that is printed, and is not passed on by an enqueue', async () => {
    const other = new Action({ name: nameOfIts(), handler: () => null });
    const action = new Action({
      name: nameOfIts(),
      secrets: ['TOKEN'],
      retry: { maximumAttempts: 1 },
      handler: async (_: unknown, ctx) => {
        expect(inspect(ctx) + JSON.stringify(ctx.secrets)).not.toContain(VALUE);
        await ctx.enqueue(other, { token: ctx.secrets['TOKEN'] });
      },
    });
    const run = await testAction(action, { secrets }).run(null);
    expect(run.error?.message).toMatch(/holds a secret, which would go on record/);
    expect(run.enqueued).toEqual([]);
  });

  test('fails the attempt before the handler where it is missing, and another attempt may have it', async () => {
    let calls = 0;
    const action = new Action({
      name: nameOfIts(),
      secrets: ['TOKEN', 'OTHER'],
      retry: { maximumAttempts: 2 },
      handler: () => void calls++,
    });
    const run = await testAction(action, { secrets: { OTHER: '' } }).run(null);
    expect(run.error).toMatchObject({ code: 'SECRET_MISSING', type: 'SECRET_MISSING' });
    expect(run.error?.message).toMatch(
      /^The worker has no TOKEN, OTHER, which `secrets` of "secrets\.action-/,
    );
    expect([run.attempts.length, calls]).toEqual([2, 0]);
  });

  test('has to be declared', async () => {
    const action = new Action({
      name: nameOfIts(),
      retry: { maximumAttempts: 1 },
      handler: (_: unknown, ctx) => ctx.secrets['TOKEN'] ?? null,
    });
    const run = await testAction(action, { secrets }).run(null);
    expect(run.error?.message).toMatch(/`ctx\.secrets\.TOKEN` is not declared: add 'TOKEN'/);
  });

  test.each([['TOKEN'], [['../x']], [['A', 'A']], [[1]], [['']]])('is refused as %j', (declared) => {
    const define = () =>
      new Action({ name: nameOfIts(), secrets: declared as string[], handler: () => null });
    expect(define).toThrow(/Expected `secrets` of action "secrets\.action-\d+" to be a list/);
  });
});

describe('the source of secrets', () => {
  test('is the environment, and behind it the folder of DO_SECRETS_DIR', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'do-secrets-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const name of ['A', 'B']) writeFileSync(join(folder, name), `file ${name}\n`);
    const source = environmentSecrets({ A: 'environment', B: '', DO_SECRETS_DIR: folder });
    expect([await source('A'), await source('B'), await source('C')]).toEqual([
      'environment',
      'file B',
      undefined,
    ]);
  });
});
