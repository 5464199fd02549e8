import type { LoopResult } from '../../src/core/loop.ts';
import { needsSettling } from '../../src/core/safety.ts';
import { watchOver } from './invariants.ts';
import type { Ended } from './loop-host.ts';
import { LoopHost } from './loop-host.ts';
import type { Mutation } from './mutations.ts';
import type { Plan, RunPlan } from './plan.ts';
import { safetyOf } from './settlement.ts';
import { settleRun } from './settling.ts';
import type { Output } from './store.ts';
import type { Resume } from './workflow.ts';
import { tokenOf, Workflow } from './workflow.ts';
import type { Run, Told } from './world.ts';
import { World } from './world.ts';

/** Plays a plan to its end: runs under one key, the reconciler, and every zombie. */
export async function play(plan: Plan, without?: Mutation): Promise<World> {
  const world = new World(plan, without);
  const { watch, conclude } = watchOver(world);
  world.watch = watch;
  for (const runPlan of plan.runs) {
    const run = beginRun(world);
    await invoke(world, run, runPlan);
    if (run.told?.status === 'completed') break;
  }
  for (let ticks = 0; ticks < plan.reconcilerWaits; ticks += 1) world.tick();
  if (needsSettling(safetyOf(plan)) && without !== 'the reconciler is off') {
    for (const run of world.runs) if (run.isTerminated) await settleRun(world, run);
  }
  world.runOut();
  conclude();
  return world;
}

function beginRun(world: World): Run {
  const run: Run = {
    id: `run${world.runs.length + 1}`,
    before: world.runs.at(-1),
    tokens: new Set(),
    last: undefined,
    onRecord: undefined,
    heardComplete: new Set(),
    isTakenBack: false,
    told: undefined,
    isTerminated: false,
    settled: undefined,
  };
  world.runs.push(run);
  return run;
}

/** From the start of a run to its telling, or to its end from outside. */
async function invoke(world: World, run: Run, plan: RunPlan): Promise<void> {
  const host = new LoopHost(world, plan);
  const { deadlineMs } = world.plan;
  const deadlineAt = deadlineMs === null ? undefined : world.now + deadlineMs;
  let resume: Resume | undefined;
  for (;;) {
    const from = resume;
    const ended = await host.run(() => new Workflow({ world, host, run, deadlineAt }).invoke(from));
    if (ended.status !== 'returned' || ended.value.status !== 'continued') {
      tell(world, run, ended);
      if (host.isCancelled && run.told?.status === 'completed')
        world.seen.add('a cancelled invocation completes');
      return;
    }
    world.seen.add('a run is continued');
    resume = { attempt: ended.value.nextAttempt, epoch: ended.value.epoch };
    run.onRecord = openBefore(world, run, resume);
    host.beginRecord();
    world.now += plan.resumesAfterMs;
  }
}

/** As src/temporal/unsettled.ts: what a continued run has open before it schedules anything. */
function openBefore(world: World, run: Run, { attempt, epoch }: Resume): Run['onRecord'] {
  if (safetyOf(world.plan).compensate) return undefined;
  const last = { attempt: attempt - 1, epoch };
  return { attempt: last.attempt, token: tokenOf(world, run, last) };
}

function tell(world: World, run: Run, ended: Ended<LoopResult>): void {
  world.tick();
  if (ended.status === 'terminated') run.isTerminated = true;
  else run.told = ended.status === 'cancelled' ? { status: 'cancelled' } : toldOf(ended.value);
  if (run.told) world.seen.add(run.told.status);
  world.watch();
}

function toldOf(result: LoopResult): Told {
  if (result.status === 'completed') return { status: 'completed', output: result.output as Output };
  if (result.status === 'failed') return { status: 'failed', code: result.failure.code };
  if (result.status === 'timed_out') return { status: 'timed_out' };
  throw new Error('A continued run is told of by the run that continues it.');
}
