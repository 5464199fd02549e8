import { vi } from 'vitest';
import type { Failure } from '../../../src/core/failure.ts';
import { emailSend } from '../../../src/actions/index.ts';
import type { Circumstances } from '../attempt-of.ts';
import { attemptOf, failureOf, tokenOf } from '../attempt-of.ts';

export const TOKEN = tokenOf(emailSend);
export const MESSAGE_ID = `<${TOKEN}@localhost>`;

export interface Sent {
  messageId: string;
  accepted: string[];
  rejected: string[];
  response: string;
}

/** One attempt of `email.send` as a worker runs it, through the SMTP server at `smtpUrl`. */
export async function attempt(smtpUrl: string, input: unknown, given: Circumstances = {}): Promise<Sent> {
  vi.stubEnv('SMTP_URL', smtpUrl);
  return (await attemptOf(emailSend, input, given)) as Sent;
}

/** How the attempt failed, as it goes on record. */
export function failure(smtpUrl: string, input: unknown, given?: Circumstances): Promise<Failure> {
  vi.stubEnv('SMTP_URL', smtpUrl);
  return failureOf(emailSend, input, given);
}
