import type { AttemptOutcome, AttemptPlan, LoopPort, LoopResult } from '../../src/core/loop.ts';
import { runAttempts } from '../../src/core/loop.ts';
import { needsSettling } from '../../src/core/safety.ts';
import { invocationToken } from '../../src/core/token.ts';
import { attempt } from './activities.ts';
import type { LoopHost } from './loop-host.ts';
import { ModelSettlement, policyOf, safetyOf, toOutcome } from './settlement.ts';
import { settleRun } from './settling.ts';
import type { Output } from './store.ts';
import type { Run, Settled, World } from './world.ts';

export interface Resume {
  attempt: number;
  epoch: number;
}

export interface Surroundings {
  world: World;
  host: LoopHost;
  run: Run;
  deadlineAt: number | undefined;
}

/** As src/sandbox/invoke-action.ts: the run before is settled, then the real loop makes its attempts. */
export class Workflow implements LoopPort {
  readonly now: () => number;
  readonly random: () => number;
  readonly isRecordFull: () => boolean;
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
    ({ now: this.now, random: this.random, isRecordFull: this.isRecordFull } = around.host);
  }

  async invoke(resume: Resume | undefined): Promise<LoopResult> {
    const { world, host, run, deadlineAt } = this.#around;
    const safety = safetyOf(world.plan);
    if (needsSettling(safety) && run.before && !resume) {
      const told = toldOf(await this.#settleBefore(run.before));
      if (told?.status === 'completed') world.seen.add('a repeat gets what the run before it did');
      if (told) return told;
    }
    return await runAttempts(this, policyOf(world.plan.maximumAttempts), {
      firstAttempt: resume?.attempt ?? 1,
      epoch: resume?.epoch ?? 0,
      deadlineAt,
      settlement: needsSettling(safety)
        ? new ModelSettlement(world, host, run, (open) => tokenOf(world, run, open))
        : undefined,
    });
  }

  async attempt(plan: AttemptPlan): Promise<AttemptOutcome> {
    const { world, host, run } = this.#around;
    const token = tokenOf(world, run, plan);
    return await host.call({
      name: 'attempt',
      args: { token, ...plan },
      isCancellable: true,
      perform: (limit) => this.#perform(token, plan, limit),
      survivesCancel: ({ status }) => status === 'completed',
    });
  }

  async sleep(ms: number): Promise<void> {
    const { world, host } = this.#around;
    const perform = () => {
      world.tick();
      world.now += ms;
    };
    await host.call({ name: 'sleep', args: ms, isCancellable: true, perform });
  }

  async #settleBefore(before: Run): Promise<Settled> {
    const { world, host } = this.#around;
    const perform = (limit = Infinity): Settled | Promise<Settled> => {
      if (world.without === 'a repeat does not settle the run before it') return { outcome: 'nothing' };
      if (world.without === 'a repeat settles no run that was told of' && before.told)
        return { outcome: 'nothing' };
      // Terminated early, it has not come to it.
      return limit < 3 ? { outcome: 'nothing' } : settleRun(world, before);
    };
    return await host.call({ name: 'predecessor', args: before.id, isCancellable: true, perform });
  }

  #perform(token: string, plan: AttemptPlan, limit = Infinity): AttemptOutcome {
    const { world, run, deadlineAt = Infinity } = this.#around;
    const { attempt: number, timeoutMs } = plan;
    schedule(world, run, { token, attempt: number });
    world.expect(world.now < deadlineAt, 'no attempt begins after the deadline');
    const begun = { world, token, id: world.newId(), attempt: number, fate: world.fateOf('attempts') };
    const heard = world.perform(begun.id, attempt(begun), begun.fate, { timeoutMs, limit });
    if (heard.status !== 'heard') return toOutcome(heard);
    // Heard of by the activity's record, which a terminated run never reads.
    if (limit === Infinity) run.heardComplete.add(token);
    return { status: 'completed', ...heard.value };
  }
}

function schedule(world: World, run: Run, next: { token: string; attempt: number }): void {
  const { last, isTakenBack } = run;
  const isNew = !world.runs.some(({ tokens }) => tokens.has(next.token));
  if (last && !isTakenBack)
    world.expect(next.token === last.token, 'the token is the same until it is taken back');
  else world.expect(isNew, 'what was taken back, or is of another run, never lends its token');
  world.expect(next.attempt === (last?.attempt ?? 0) + 1, 'attempts are numbered without a gap');
  world.expect(next.attempt <= world.plan.maximumAttempts, 'no more attempts than the policy allows');
  run.tokens.add(next.token);
  run.last = next;
  run.onRecord = next;
  run.isTakenBack = false;
}

export function tokenOf({ without }: World, { id }: Run, of: { epoch: number; attempt: number }): string {
  if (without === 'the epoch is not raised') return invocationToken('act', id);
  return invocationToken(
    'act',
    id,
    without === 'every attempt has a token of its own' ? of.attempt : of.epoch,
  );
}

function toldOf(settled: Settled): LoopResult | undefined {
  if (settled.outcome === 'committed')
    return { status: 'completed', output: settled.output satisfies Output };
  if (settled.outcome !== 'COMPENSATION_FAILED') return undefined;
  const message = 'the run before is not settled';
  const failure = { code: settled.outcome, type: 'CompensationFailed', message, nonRetryable: true } as const;
  return { status: 'failed', failure, error: undefined, attempts: 0 };
}
