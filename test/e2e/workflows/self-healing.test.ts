import { describe, expect, test } from 'vitest';
import { failureOf, useSystem } from '../atomic/system.ts';
import { healing, other, primary, quote } from './fixtures/healing.ts';
import { done, play, plays } from './fixtures/stage.ts';

void [other, primary, quote];
const system = useSystem();
const start = (scene: string) => system.client.workflow(healing.name).start({ scene });
const isDown = (scene: string, what: string) =>
  play(scene, what, () => Promise.reject(new Error(`${what} is down`)));

/** What a person is shown, once it is asked for. */
async function asked(handle: Awaited<ReturnType<typeof start>>) {
  const open = async () => (await handle.describe()).approvals?.[0];
  await expect.poll(open, { timeout: 20_000 }).toBeDefined();
  return (await open())!;
}

describe('a workflow that heals itself by plain try and catch', () => {
  test('goes to the other provider when the first is down', async () => {
    isDown('other', 'primary');
    const handle = await start('other');
    expect(await handle.result()).toEqual({ did: 'other' });
    expect(done('other')).toEqual(['quote', 'other']);
    expect((await handle.describe()).state).toBe('the primary provider is down');
  });

  test('asks a person when both are, and goes on from there', async () => {
    isDown('resumed', 'primary');
    isDown('resumed', 'other');
    const handle = await start('resumed');
    const { name, digest, subject } = await asked(handle);
    expect([name, subject]).toMatchObject([
      'resume',
      { why: expect.stringContaining('other is down') as string },
    ]);
    plays.delete('resumed primary');
    await handle.decide('resume', { digest, approved: true });
    expect(await handle.result()).toEqual({ did: 'primary' });
    expect(done('resumed')).toEqual(['quote', 'primary']);
  });

  test('takes back what it had done when the person turns it down', async () => {
    isDown('refused', 'primary');
    isDown('refused', 'other');
    const handle = await start('refused');
    const { digest } = await asked(handle);
    await handle.decide('resume', { digest, approved: false });
    expect((await failureOf(handle.result())).invocation.error?.message).toContain('other is down');
    expect(done('refused')).toEqual(['quote', 'withdraw']);
  });
});
