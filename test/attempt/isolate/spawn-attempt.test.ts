import { expect, test } from 'vitest';
import { cleanEnvironment, moduleFlags } from '../../../src/attempt/isolate/spawn-attempt.ts';

test('flags by which modules are found and read are passed on, those that debug or profile the worker are not', () => {
  const flags = [
    '--inspect=9229',
    '--import',
    'tsx',
    '-r',
    './a.cjs',
    '--cpu-prof',
    '--conditions=dev',
    '-e',
    'code',
  ];
  expect(moduleFlags(flags)).toEqual(['--import', 'tsx', '-r', './a.cjs', '--conditions=dev']);
  expect(moduleFlags(['--import'])).toEqual([]);
});

test('the environment is passed on without the channel to the parent of the worker and its debugger', () => {
  const env = {
    SMTP_URL: 's',
    NODE_CHANNEL_FD: '3',
    NODE_UNIQUE_ID: '1',
    NODE_OPTIONS: '--inspect-brk=0 --no-warnings',
  };
  expect(cleanEnvironment(env)).toEqual({ SMTP_URL: 's', NODE_OPTIONS: '--no-warnings' });
  expect(cleanEnvironment({ A: 'a' })).toEqual({ A: 'a' });
});
