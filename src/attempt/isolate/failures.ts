import type { Failure } from '../../core/failure.ts';

const failure = (type: string, message: string): Failure => ({
  code: 'INVOCATION_FAILED',
  type,
  message,
  nonRetryable: false,
});

export const memoryExceeded = (limitMiB: number, used: string): Failure =>
  failure(
    'MemoryLimitExceeded',
    `The attempt's process ${used}; \`isolate.memoryMiB\` allows ${limitMiB} MiB. Process less at a time, or raise the limit.`,
  );

export const outputExceeded = (limitKiB: number): Failure =>
  failure(
    'OutputLimitExceeded',
    `The attempt's process printed more than the ${limitKiB} KiB that \`isolate.outputKiB\` allows. Print less, or raise the limit.`,
  );

export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The process ended before the handler did. `tail`: the last it printed to standard error. */
export function processEnded({ code, signal }: ProcessEnd, tail: string, limitMiB: number): Failure {
  // The heap's own limit: Node prints this, and aborts.
  if (code !== 0 && /heap out of memory/.test(tail)) return memoryExceeded(limitMiB, 'filled its heap');
  const how = signal ? `by ${signal}` : `with exit code ${code}`;
  const hint = signal === 'SIGKILL' ? ' Perhaps the system ran out of memory.' : '';
  const printed = tail.trim() === '' ? '' : ` Its last lines on standard error: ${tail.trim()}`;
  return failure(
    'ProcessEnded',
    `The attempt's process ended ${how} before the handler did.${hint}${printed}`,
  );
}
