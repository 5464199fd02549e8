import { DoError } from './errors.ts';

/** Limits of a handler's own process. */
export interface IsolationOptions {
  /** Resident memory of its process, in MiB. Default: 512. */
  memoryMiB?: number;
  /** What it may write to standard output and standard error, in KiB. Default: 1,024. */
  outputKiB?: number;
}

export interface Isolation {
  memoryMiB: number;
  outputKiB: number;
}

export function resolveIsolation(isolate: boolean | IsolationOptions | undefined): Isolation | undefined {
  if (isolate === undefined || isolate === false) return undefined;
  const { memoryMiB = 512, outputKiB = 1_024 } = isolate === true ? {} : isolate;
  // A process with nothing but a small handler takes some 70 MiB, and 100 with a TypeScript loader and zod.
  return {
    memoryMiB: atLeast(128, memoryMiB, 'isolate.memoryMiB'),
    outputKiB: atLeast(1, outputKiB, 'isolate.outputKiB'),
  };
}

function atLeast(least: number, value: unknown, field: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  throw new DoError(
    'DEFINITION_INVALID',
    `Expected \`${field}\` to be an integer of at least ${least}, got ${String(value)}.`,
  );
}
