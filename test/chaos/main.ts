import { readOptions } from './options.ts';
import { exitCodeOf, report } from './report.ts';
import { runChaos } from './run.ts';

const STOPPED = 130;
const began = performance.now();
const say = (text: string): void => {
  const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(6);
  process.stdout.write(`${seconds} ${text}\n`);
};

// The run ends what it has started; only then does the process.
const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());

try {
  const result = await runChaos(readOptions(process.argv.slice(2)), say, stopped.signal);
  process.stdout.write(`\n${report(result)}\n`);
  process.exitCode = exitCodeOf(result);
} catch (error) {
  if (!stopped.signal.aborted) throw error;
  say('stopped; everything that was started has ended');
  process.exitCode = STOPPED;
}
