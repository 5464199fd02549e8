import { throughDoor } from './door.ts';
import { tellProgress } from './progress.ts';

/** Takes an invocation back again, as an invocation of its own, and waits for it. */
export async function compensate(id: string, { json }: { json?: boolean }): Promise<void> {
  await throughDoor(
    async ({ invocations }) => {
      const handle = await invocations.compensate(id);
      const output = await tellProgress(handle, handle.result());
      if (json) process.stdout.write(`${JSON.stringify(await handle.describe())}\n`);
      else process.stdout.write(`${(output as { outcome: string }).outcome} by ${handle.id}\n`);
    },
    { runsHandlers: true },
  );
}
