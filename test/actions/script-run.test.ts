import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ATTEMPT_MARKER } from '../../src/actions/script/environment.ts';
import { scriptRun } from '../../src/actions/index.ts';
import { MARKER } from '../../src/attempt/isolate/messages.ts';
import { attemptOf, failureOf, tokenOf } from './attempt-of.ts';
import { allowPrograms, newFolder } from './script/folder.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

/** Tells what it was given, as a program that is not ours sees it. */
const TELL = `
const stdin = require('node:fs').readFileSync(0, 'utf8');
console.log(JSON.stringify({ args: process.argv.slice(2), env: process.env, cwd: process.cwd(), stdin }));
`;

interface Told {
  args: string[];
  env: Record<string, string>;
  cwd: string;
  stdin: string;
}

interface Output {
  stdout: string;
  stderr: string;
  isStdoutCut: boolean;
  isStderrCut: boolean;
}

const run = async (input: object) => (await attemptOf(scriptRun, input)) as Output;
const tell = async (input: object = {}) =>
  JSON.parse((await run({ program: 'tell', ...input })).stdout) as Told;

describe('off unless configured', () => {
  it.each([undefined, '', ' , '])(
    'with SCRIPT_ALLOW=%j nothing runs, and the failure says what to set',
    async (allow) => {
      vi.stubEnv('SCRIPT_ALLOW', allow);
      expect(await failureOf(scriptRun, { program: 'ls' })).toMatchObject({
        type: 'ScriptNotConfigured',
        nonRetryable: true,
        message:
          'SCRIPT_ALLOW of the worker lists no program "ls" (it lists: none). Add ls=/absolute/path to it. Nothing was run.',
      });
    },
  );

  it.each(['ls', './ls', 'ls=ls', 'a b=/bin/ls', '=/bin/ls', '-x=/bin/ls'])(
    'the entry %s is refused',
    async (entry) => {
      vi.stubEnv('SCRIPT_ALLOW', `echo=/bin/echo,${entry}`);
      const { type, message } = await failureOf(scriptRun, { program: 'echo' });
      expect(type).toBe('ScriptNotConfigured');
      expect(message).toContain(`"${entry}"`);
    },
  );

  it.each(['/no/such/program', '/etc/passwd', '/'])('%s is nothing that can be executed', async (file) => {
    vi.stubEnv('SCRIPT_ALLOW', `it=${file}`);
    const { type } = await failureOf(scriptRun, { program: 'it' });
    expect(['ScriptNotConfigured', 'ScriptNotStarted']).toContain(type);
  });

  it('an entry without a name is known by its last part', async () => {
    vi.stubEnv('SCRIPT_ALLOW', '/bin/echo');
    expect(await run({ program: 'echo', args: ['hi'] })).toEqual({
      stdout: 'hi\n',
      stderr: '',
      isStdoutCut: false,
      isStderrCut: false,
    });
  });
});

describe('no shell', () => {
  const HOSTILE = [
    '; rm -rf /',
    '$(id)',
    '`id`',
    '| cat',
    '&& id',
    '> x',
    'a\nb',
    '*',
    '~',
    '$HOME',
    "'",
    '"',
    '\\',
    '',
    '-rf',
    '--help',
    '%PATH%',
    'ü',
  ];

  it('arguments reach the program as they are', async () => {
    allowPrograms({ tell: TELL });
    expect((await tell({ args: HOSTILE })).args).toEqual(HOSTILE);
  });

  it.each([
    ['a path', { program: '/bin/ls' }, 'program'],
    ['a path upwards', { program: '../ls' }, 'program'],
    ['a command line', { program: 'tell; id' }, 'program'],
    ['an option in place of a program', { program: '-c' }, 'program'],
    ['NUL in the program', { program: 'tell\0' }, 'program'],
    ['NUL in an argument', { args: ['a\0b'] }, 'args.0'],
    ['NUL in the environment', { env: { A: '\0' } }, 'env.A'],
    ['= in a name of the environment', { env: { 'A=B': 'c' } }, 'env'],
    ['an argument that is no text', { args: [{}] }, 'args.0'],
    ['a huge argument', { args: ['x'.repeat(40_001)] }, 'args.0'],
    ['501 arguments', { args: Array.from({ length: 501 }, () => 'x') }, 'args'],
    ['a shell', { shell: true }, 'shell'],
    ['a folder', { cwd: '/' }, 'cwd'],
    ['another user', { uid: 0 }, 'uid'],
    ['no limit of time', { timeoutSeconds: 0 }, 'timeoutSeconds'],
  ])('%s is no input', async (_what, fields, field) => {
    allowPrograms({ tell: TELL });
    const found = await failureOf(scriptRun, { program: 'tell', ...fields });
    expect(found).toMatchObject({ code: 'INPUT_INVALID', nonRetryable: true });
    expect(found.message).toMatch(new RegExp(`[\`"]${field.replace('.', '\\.')}`));
  });
});

describe('what a program finds', () => {
  it('is an environment without anything of the worker, and a folder of its own, which is removed', async () => {
    allowPrograms({ tell: TELL });
    vi.stubEnv('SMTP_URL', 'smtp://u:s3cret@mail');
    const { env, cwd, stdin } = await tell();
    expect(Object.keys(env).sort()).toEqual(['HOME', 'IDEMPOTENCY_KEY', 'LANG', 'PATH', 'TMPDIR']);
    expect(env).toMatchObject({ HOME: cwd, TMPDIR: cwd, IDEMPOTENCY_KEY: tokenOf(scriptRun) });
    expect(cwd).toMatch(/do-script-\w+$/);
    expect(existsSync(cwd)).toBe(false);
    expect(stdin).toBe('');
  });

  it('is the standard input of the input', async () => {
    allowPrograms({ tell: TELL, deaf: 'process.exit(0)' });
    expect((await tell({ stdin: 'line\n\0ü' })).stdin).toBe('line\n\0ü');
    expect(await run({ program: 'deaf', stdin: 'x'.repeat(400_000) })).toMatchObject({ stdout: '' });
  });

  it('is of the input only what SCRIPT_ENV lists', async () => {
    allowPrograms({ tell: TELL });
    vi.stubEnv('SCRIPT_ENV', 'MODE, LEVEL');
    expect((await tell({ env: { MODE: 'a=b' } })).env).toMatchObject({ MODE: 'a=b' });
    for (const name of ['LD_PRELOAD', 'NODE_OPTIONS', 'PATH', 'mode', ATTEMPT_MARKER]) {
      expect(await failureOf(scriptRun, { program: 'tell', env: { [name]: 'x' } })).toMatchObject({
        type: 'ScriptNotConfigured',
        message: expect.stringContaining(`does not list "${name}"`) as string,
      });
    }
  });

  it('is the marker of an isolated attempt, whatever the input says', async () => {
    expect(ATTEMPT_MARKER).toBe(MARKER);
    allowPrograms({ tell: TELL });
    vi.stubEnv(ATTEMPT_MARKER, 'marker');
    vi.stubEnv('SCRIPT_ENV', ATTEMPT_MARKER);
    expect((await tell({ env: { [ATTEMPT_MARKER]: 'mine' } })).env).toMatchObject({
      [ATTEMPT_MARKER]: 'marker',
    });
  });

  it('and left behind by a killed worker is removed an hour later', async () => {
    vi.stubEnv('SCRIPT_ALLOW', '/bin/echo');
    const temp = newFolder();
    vi.stubEnv('TMPDIR', temp);
    expect(tmpdir()).toBe(temp);
    for (const name of ['do-script-left', 'other']) mkdirSync(join(temp, name));
    writeFileSync(join(temp, 'do-script-left/file'), '');
    await run({ program: 'echo' });
    expect(readdirSync(temp).sort()).toEqual(['do-script-left', 'other']);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_700_000 });
    await run({ program: 'echo' });
    expect(readdirSync(temp)).toEqual(['other']);
  });
});

describe('what a program prints', () => {
  it('is read to its end and kept in part: of 1 GB the first 128 KiB', async () => {
    vi.stubEnv('SCRIPT_ALLOW', '/usr/bin/head');
    const { stdout, ...more } = await run({ program: 'head', args: ['-c', '1G', '/dev/zero'] });
    expect(stdout).toBe('\0'.repeat(131_072));
    expect(more).toEqual({ stderr: '', isStdoutCut: true, isStderrCut: false });
    // As JSON it is six times as long, and still one that can be stored.
    expect(JSON.stringify(stdout).length).toBeGreaterThan(700_000);
  });

  it('is cut between characters, at the end of the output and at the beginning of the errors', async () => {
    allowPrograms({
      euros: `const e = 'x' + '€'.repeat(60_000); process.stdout.write(e); process.stderr.write(e);`,
    });
    const { stdout, stderr, isStdoutCut, isStderrCut } = await run({ program: 'euros' });
    expect(stdout).toMatch(/^x€+$/);
    expect(stderr).toMatch(/^€+$/);
    expect([stdout.length, stderr.length]).toEqual([43_691, 5_461]);
    expect([isStdoutCut, isStderrCut]).toEqual([true, true]);
  });

  it('need not end with it: what it left in the background is not waited for', async () => {
    allowPrograms({ leaves: '#!/bin/sh\nsleep 5 &\necho done\n' });
    const since = performance.now();
    expect(await run({ program: 'leaves' })).toMatchObject({ stdout: 'done\n' });
    expect(performance.now() - since).toBeLessThan(4_000);
  });
});

describe('a program that fails', () => {
  it.each([
    ['exit code 3', 'process.exit(3)'],
    ['the signal SIGSEGV', `process.kill(process.pid, 'SIGSEGV')`],
    ['the signal SIGKILL', `process.kill(process.pid, 'SIGKILL')`],
  ])('is ScriptFailed with %s and the end of its standard error', async (how, text) => {
    const say = `require('node:fs').writeSync(2, 'x'.repeat(5_000) + ' no such order\\n');`;
    allowPrograms({ fails: say + text });
    const { type, message } = await failureOf(scriptRun, { program: 'fails' });
    expect(type).toBe('ScriptFailed');
    expect(message).toMatch(
      new RegExp(`^"fails" ended with ${how}\\. Standard error ends with: x+ no such order$`),
    );
    expect(message.length).toBeLessThan(2_100);
  });

  it('says so where it printed nothing', async () => {
    vi.stubEnv('SCRIPT_ALLOW', '/bin/false');
    const { message } = await failureOf(scriptRun, { program: 'false' });
    expect(message).toBe('"false" ended with exit code 1. It printed nothing to standard error.');
  });

  it('by its limit of time is ScriptTimedOut', async () => {
    vi.stubEnv('SCRIPT_ALLOW', '/bin/sleep');
    const { type, message } = await failureOf(scriptRun, {
      program: 'sleep',
      args: ['60'],
      timeoutSeconds: 1,
    });
    expect(type).toBe('ScriptTimedOut');
    expect(message).toContain('after 1 s and was killed');
  });
});

it('is tried once, in a process of its own', () => {
  expect(scriptRun.policy.maximumAttempts).toBe(1);
  expect(scriptRun.isolation).toBeDefined();
});
