import type { Failure } from '../../src/core/failure.ts';
import { settle } from '../../src/core/settle.ts';
import { LoopHost } from './loop-host.ts';
import { QUIET } from './plan.ts';
import { ModelSettlement } from './settlement.ts';
import type { Output } from './store.ts';
import type { Run, Settled, World } from './world.ts';

const TERMINATED: Failure = {
  code: 'INVOCATION_TERMINATED',
  type: 'Terminated',
  message: 'It was terminated.',
  nonRetryable: true,
};

/**
 * Settles a run that was ended from outside, as an invocation of its own: once, whoever asks, and again where taking it
 * back had failed finally. A run that began nothing leaves its predecessor unsettled, so that is settled then.
 */
export async function settleRun(world: World, run: Run): Promise<Settled> {
  if (run.settled && run.settled.outcome !== 'COMPENSATION_FAILED') return run.settled;
  const isUnsettled = run.isTerminated || run.told?.code === 'COMPENSATION_FAILED';
  if (isUnsettled && run.onRecord) return (run.settled = await settleLast(world, run, run.onRecord));
  const goesBack = world.without !== 'a repeat settles only the run directly before it';
  if (!run.last && run.before && goesBack) {
    world.seen.add('a repeat goes back further than one run');
    return await settleRun(world, run.before);
  }
  return { outcome: 'nothing' };
}

/** As src/sandbox/settle-unsettled.ts. */
async function settleLast(
  world: World,
  run: Run,
  { token, attempt }: { token: string; attempt: number },
): Promise<Settled> {
  const { crashesAfter } = world.plan.runs[world.runs.indexOf(run)]!;
  const host = new LoopHost(world, { ...QUIET, crashesAfter });
  const settlement = new ModelSettlement(world, host, run, () => token);
  const ended = await host.run(() => settle(settlement, { attempt, epoch: 0, failure: TERMINATED }));
  if (ended.status !== 'returned') throw new Error('Nobody ends a settlement.');
  const settled = ended.value;
  if (settled.status === 'completed') {
    world.seen.add('a terminated run has happened');
    return { outcome: 'committed', output: settled.output as Output };
  }
  return { outcome: settled.status === 'settled' ? 'settled' : 'COMPENSATION_FAILED' };
}
