import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { acquireEmbedded } from '../src/embedded/index.ts';
import { apiMemory } from './api-memory.ts';
import { coldStart } from './cold-start.ts';
import { http } from './http.ts';
import { memory } from './memory.ts';
import { overload } from './overload.ts';
import { speed } from './speed.ts';
import { transactional } from './transactional.ts';
import { workflows } from './workflows.ts';

/**
 * What is measured: whole calls in this process against one embedded server, contenders taking turns in one run, so
 * that the ratios hold on any machine. What is not: a server of its own machine, a network, other payload sizes.
 */
const PARTS = { 'cold-start': coldStart, speed, transactional, workflows, http, memory, overload };
/** Takes minutes, so it is run by name. */
const LONG = { 'api-memory': apiMemory };

const only = process.argv.slice(2);
const dataDir = mkdtempSync(join(tmpdir(), 'do-bench-'));
Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

const lease = await acquireEmbedded({ dataDir });
process.env['TEMPORAL_ADDRESS'] = lease.temporal.address;
const bench = {
  dataDir,
  address: lease.temporal.address,
  databaseUrl: async () => (await lease.postgres()).url,
};
let missed = 0;
try {
  for (const [name, part] of Object.entries(only.length > 0 ? { ...PARTS, ...LONG } : PARTS)) {
    if (only.length > 0 && !only.includes(name)) continue;
    console.log(`\n${name}`);
    for (const { label, value, target, isMet } of await part(bench)) {
      if (!isMet) missed++;
      console.log(`  ${label.padEnd(58)} ${value.padStart(10)}   ${target} ${isMet ? '' : 'MISSED'}`);
    }
  }
} finally {
  await lease.release();
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
}
console.log(missed === 0 ? '\nall targets met' : `\n${missed} target(s) missed`);
