import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Bench, Figure } from './measure.ts';
import { atMost, shown } from './measure.ts';

const LOAD = fileURLToPath(new URL('fixtures/load.mjs', import.meta.url));
const MIB = 1024 * 1024;

/** Resident memory of a worker process that also invokes. */
export async function memory({ address }: Bench): Promise<Figure[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', LOAD, '1000', '10000'], {
    env: { ...process.env, TEMPORAL_ADDRESS: address },
  });
  const [early, late] = stdout.trim().split('\n').map(Number);
  return [
    shown('resident after 1,000 invocations', early! / MIB, ' MiB'),
    shown('resident after 10,000 invocations', late! / MIB, ' MiB'),
    atMost('resident: after 10,000 / after 1,000', late! / early!, 1.2),
  ];
}
