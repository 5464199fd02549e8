import { vi } from 'vitest';
import type { Failure } from '../../../src/core/failure.ts';
import { emailSend } from '../../../src/actions/index.ts';
import { AttemptFailed, runAttempt } from '../../../src/attempt/run.ts';

export const TOKEN = 'email.send/0193c1a2-7d1e-7b3a-9c55-1f2e3d4c5b6a';
export const MESSAGE_ID = `<${TOKEN}@localhost>`;

export interface Sent {
  messageId: string;
  accepted: string[];
  rejected: string[];
  response: string;
}

/** Mail needs neither. */
const nothingBeside = {
  store: () => Promise.reject(new Error('no database')),
  stage: () => Promise.reject(new Error('nothing to start')),
};

interface Circumstances {
  attempt?: number;
  token?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** One attempt of `email.send` as a worker runs it, through the SMTP server at `smtpUrl`. */
export async function attempt(smtpUrl: string, input: unknown, given: Circumstances = {}): Promise<Sent> {
  vi.stubEnv('SMTP_URL', smtpUrl);
  const { token = TOKEN, timeoutMs = 30_000, signal = new AbortController().signal } = given;
  const silent = () => undefined;
  const meta = { attempt: given.attempt ?? 1, maximumAttempts: 5, token, firstRunId: 'run', version: '1' };
  const { output } = await runAttempt(
    { action: emailSend, role: 'handler', input, meta },
    {
      ...nothingBeside,
      invocationId: 'invocation',
      timeoutMs,
      signal,
      heartbeat: silent,
      log: { debug: silent, info: silent, warn: silent, error: silent },
    },
  );
  return output as Sent;
}

/** How the attempt failed, as it goes on record. */
export async function failure(smtpUrl: string, input: unknown, given?: Circumstances): Promise<Failure> {
  try {
    await attempt(smtpUrl, input, given);
  } catch (error) {
    if (error instanceof AttemptFailed) return error.failure;
    throw error;
  }
  throw new Error('The attempt completed, and a failure was expected.');
}
