import { isDoError } from '../core/errors.ts';
import { throughDoor } from './door.ts';
import { readDuration } from './duration-option.ts';
import { readInput } from './input.ts';
import { tellProgress } from './progress.ts';
import { startByName } from './start.ts';

export interface InvokeOptions {
  input?: string;
  key?: string;
  deadline?: string;
  json?: boolean;
}

export async function invoke(name: string, options: InvokeOptions): Promise<void> {
  const deadline = readDuration(options.deadline, '--deadline');
  const input = await readInput(options.input);
  await throughDoor(
    async (door) => {
      const handle = await startByName(door, name, input, {
        ...(options.key !== undefined && { idempotencyKey: options.key }),
        ...(deadline !== undefined && { deadline }),
      });
      // What did not complete is thrown below, after its invocation was printed.
      const outcome = await tellProgress(handle, handle.result()).then(
        (output) => ({ output }),
        (error: unknown) => ({ error, isClosed: isDoError(error) && error.invocation !== undefined }),
      );
      if ('error' in outcome && !outcome.isClosed) throw outcome.error;
      if (options.json) process.stdout.write(`${JSON.stringify(await handle.describe())}\n`);
      if ('error' in outcome) throw outcome.error;
      if (!options.json) process.stdout.write(`${JSON.stringify(outcome.output, null, 2)}\n`);
    },
    { runsHandlers: true },
  );
}
