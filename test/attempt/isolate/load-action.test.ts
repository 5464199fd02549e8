import { describe, expect, test } from 'vitest';
import { runIsolated } from '../../../src/attempt/isolate/run-isolated.ts';
import { definingFiles } from '../../../src/core/registry.ts';
import './fixtures/script.ts';
import './fixtures/by-library.ts';
import './fixtures/endless.mjs';
import './fixtures/broken.mjs';
import { failureOf, fakeHost, meta, run } from './support.ts';

const nearestTo = (name: string) =>
  definingFiles(name)
    .slice(0, 2)
    .map((file) => file.split('/').at(-1));

describe('the module of an isolated action', () => {
  test('may be plain JavaScript, and sees neither our command line nor our channel', async () => {
    await expect(run('isolate.endless', null)).resolves.toEqual({ argv: [], sends: 'undefined' });
  });

  test('may be a script that invokes the action itself, which is refused there', async () => {
    const fake = fakeHost();
    await expect(run('isolate.in-script', null, fake)).resolves.toBe('by the handler');
    expect(JSON.stringify(fake.lines)).toContain('move what invokes and serves into a module of its own');
  });

  test('may define it by a function of another module', async () => {
    expect(nearestTo('isolate.by-library')).toEqual(['library.ts', 'by-library.ts']);
    await expect(run('isolate.by-library', null)).resolves.toMatch(/\/library\.ts$/);
  });

  test('that does not define it when it is loaded alone fails the attempt and says why', async () => {
    const { failure } = await failureOf('isolate.broken');
    expect(failure).toMatchObject({ code: 'INVOCATION_FAILED', type: 'ACTION_NOT_FOUND' });
    expect(failure.message).toMatch(/"isolate\.broken" .*broken\.mjs .*: the settings are not there/);
    expect(failure.cause).toMatchObject({ message: 'the settings are not there' });
  });

  test('has to be a file', async () => {
    const action = { name: 'isolate.nowhere', isolation: { memoryMiB: 512, outputKiB: 1 } };
    const attempt = { action: action as never, role: 'handler' as const, input: null, meta };
    await expect(runIsolated(attempt, fakeHost().host)).rejects.toMatchObject({
      failure: { type: 'DEFINITION_INVALID' },
    });
  });
});
