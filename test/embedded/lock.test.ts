import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockOwner, tryLock } from '../../src/embedded/lock.ts';
import { identityOf, isAlive, signalProcess } from '../../src/embedded/process-identity.ts';
import { tempDir } from './support.ts';

function sleeper() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

const write = (dir: string, generation: number, owner: object) =>
  writeFileSync(join(dir, `${generation}.json`), JSON.stringify(owner));

describe('the lock of a data directory', () => {
  it('is taken once, and tells where its owner listens', () => {
    const dir = tempDir();
    expect(lockOwner(dir)).toBeUndefined();
    expect(tryLock(dir, '/first')).toBe(true);
    expect(tryLock(dir, '/second')).toBe(false);
    expect(lockOwner(dir)).toMatchObject({ pid: process.pid, socket: '/first' });
  });

  it('is respected while another process holds it and free as soon as that has ended', async () => {
    const dir = tempDir();
    const owner = sleeper();
    write(dir, 4, { ...identityOf(owner.pid ?? 0), socket: '/theirs' });
    expect(tryLock(dir, '/mine')).toBe(false);
    owner.kill('SIGKILL');
    await new Promise((resolve) => owner.once('exit', resolve));
    expect(lockOwner(dir)).toBeUndefined();
    expect(tryLock(dir, '/mine')).toBe(true);
    expect(readdirSync(dir)).toEqual(['5.json']);
  });

  it('is free when the pid of its owner now belongs to another program', () => {
    const dir = tempDir();
    write(dir, 1, { pid: sleeper().pid, started: 'long ago', socket: '/theirs' });
    expect(tryLock(dir, '/mine')).toBe(true);
  });

  it('counts only its newest generation', () => {
    const dir = tempDir();
    const alive = { ...identityOf(process.pid), socket: '/old' };
    write(dir, 9, alive);
    write(dir, 10, { pid: 1, started: 'long ago', socket: '/dead' });
    expect(lockOwner(dir)).toBeUndefined();
    expect(tryLock(dir, '/mine')).toBe(true);
    expect(readdirSync(dir)).toEqual(['11.json']);
  });

  it('survives damaged files and cleans up what killed processes left', () => {
    const dir = tempDir();
    for (const [name, text] of Object.entries({
      '1.json': '{"pid":',
      '2.json': 'null',
      '.candidate-1-a': '',
    })) {
      writeFileSync(join(dir, name), text);
    }
    expect(tryLock(dir, '/mine')).toBe(true);
    expect(readdirSync(dir)).toEqual(['3.json']);
  });

  it('says why it cannot be taken in a directory that may not be written', () => {
    const dir = join(tempDir(), 'file');
    mkdirSync(dir);
    expect(() => tryLock(join(dir, 'missing'), '/mine')).toThrow(/ENOENT/);
  });
});

describe('the identity of a process', () => {
  it('never lets a signal reach another process with the same pid', async () => {
    const child = sleeper();
    const pid = child.pid ?? 0;
    const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
    signalProcess({ pid, started: 'long ago' }, 'SIGKILL');
    const self = identityOf(pid);
    if (!self) throw new Error('no identity');
    signalProcess(self, 'SIGTERM');
    expect(await ended).toBe('SIGTERM');
  });

  it('is gone with the process', async () => {
    const child = sleeper();
    const identity = identityOf(child.pid ?? 0);
    if (!identity) throw new Error('no identity');
    signalProcess(identity, 'SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(isAlive(identity)).toBe(false);
    signalProcess(identity, 'SIGKILL');
    expect(identityOf(-1)).toBeUndefined();
  });
});
