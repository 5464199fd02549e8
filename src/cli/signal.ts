import { throughDoor } from './door.ts';
import { readInput } from './input.ts';

export interface SignalOptions {
  input?: string;
  key?: string;
  json?: boolean;
}

/** The signal is kept for the workflow, so no worker is needed. */
export async function signal(id: string, name: string, { input, key, json }: SignalOptions): Promise<void> {
  const payload = await readInput(input);
  await throughDoor(async ({ invocations }) => {
    await invocations.signal(id, name, payload, { ...(key !== undefined && { idempotencyKey: key }) });
    if (json) process.stdout.write(`${JSON.stringify(await invocations.get(id))}\n`);
    else process.stdout.write(`Sent ${name}\n`);
  });
}
