import type { ActionLog } from '../core/context.ts';
import type { Failure } from '../core/failure.ts';
import type { Mask } from '../core/secret-mask.ts';
import { DoError } from '../core/errors.ts';
import type { AttemptHost } from './host.ts';
import type { StageRequest } from './staging.ts';

/** The host of an attempt that knows secrets: none of them leaves the process by it. */
export function masked<Host extends AttemptHost>(
  host: Host,
  { mask, tell = mask }: { mask: Mask; tell?: Mask },
): Host {
  return {
    ...host,
    heartbeat: (details: unknown) => host.heartbeat(mask(details)),
    log: maskedLog(host.log, tell),
    stage: (request: StageRequest) => host.stage(withoutSecrets(request, mask)),
  };
}

function maskedLog(log: ActionLog, mask: Mask): ActionLog {
  const level = (name: keyof ActionLog) => (message: string, fields?: Record<string, unknown>) =>
    log[name](mask(message), ...(fields ? [mask(fields)] : []));
  return { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
}

/** Masked it would be another input, with which something would happen; so it is refused while nothing has. */
function withoutSecrets(request: StageRequest, mask: Mask): StageRequest {
  const text = JSON.stringify([request.input, request.key]);
  if (mask(text) === text) return request;
  throw new DoError(
    'INPUT_INVALID',
    `What \`ctx.enqueue\` was given for "${request.name}" holds a secret, which would go on record. Declare the secret on that action instead.`,
  );
}

export const maskedFailure = (failure: Failure, mask: Mask): Failure => ({
  ...failure,
  type: mask(failure.type),
  message: mask(failure.message),
  ...(failure.stack !== undefined && { stack: mask(failure.stack) }),
  ...(failure.cause && { cause: maskedFailure(failure.cause, mask) }),
});
