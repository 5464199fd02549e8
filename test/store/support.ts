import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { onTestFinished, vi } from 'vitest';
import type { Claimant } from '../../src/store/claim.ts';
import type { TransactionPlan } from '../../src/store/transaction.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

export const claimant = (fields: Partial<Claimant> = {}): Claimant => ({
  token: `bank.transfer/${randomUUID()}`,
  action: 'bank.transfer',
  invocationId: 'inv_1',
  attempt: 1,
  ...fields,
});

export const planOf = (fields: Partial<TransactionPlan> = {}): TransactionPlan => ({
  ...claimant(),
  timeoutMs: 20_000,
  signal: new AbortController().signal,
  ...fields,
});

/** Something to wait for that a test ends when it likes. */
export function door(): { opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** The same database by a way that can fail. */
export async function throughProxy(url: string): Promise<{ url: string; proxy: TcpProxy }> {
  const target = new URL(url);
  const proxy = await TcpProxy.start(Number(target.port || 5432));
  onTestFinished(() => proxy.close());
  target.port = String(proxy.port);
  return { url: target.href, proxy };
}

const FAILPOINT = Symbol.for('@do-sdk/core.failpoint');

/** Runs `act` at the named failpoint, until the test has finished. */
export function atFailpoint(name: string, act: () => Promise<void> | void): void {
  const slot = globalThis as { [FAILPOINT]?: ((name: string) => Promise<void> | void) | undefined };
  slot[FAILPOINT] = (reached) => (reached === name ? act() : undefined);
  onTestFinished(() => {
    slot[FAILPOINT] = undefined;
  });
}

/** A program whose printed lines the test waits for; ended by pid when the test has finished. */
export function spawnLines(command: string, args: string[]) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return {
    child,
    /** The first line that begins with one of `starts`. */
    line: (...starts: string[]) =>
      vi.waitFor(
        () => {
          const found = text.split('\n').find((line) => starts.some((start) => line.startsWith(start)));
          if (found === undefined) throw new Error(`not printed yet, but: ${text}`);
          return found;
        },
        { timeout: 30_000, interval: 20 },
      ),
  };
}
