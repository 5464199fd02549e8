import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url));

/**
 * The workers load the workflow bundle from dist/, and some tests start processes that run it. A failed build does not
 * stop the tests of one module while another does not compile; `npm test` itself builds first and does stop.
 */
export default function build(): void {
  const { status } = spawnSync(process.execPath, [script], { stdio: 'inherit' });
  if (status !== 0)
    console.error('\ndist/ is not up to date: tests that use it run on an older build or fail.\n');
}
