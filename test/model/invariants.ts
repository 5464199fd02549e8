import { safetyOf } from './settlement.ts';
import type { Run, World } from './world.ts';

/** What must hold of the effects of a key: `watch` after every step of anybody, `conclude` when nothing lives any more. */
export function watchOver(world: World): { watch: () => void; conclude: () => void } {
  const safety = safetyOf(world.plan);
  const checks = [
    ...(safety.transactional ? [checkEffects] : []),
    ...(safety.compensate ? [checkHolds] : []),
    ...(world.plan.level === 'plain' ? [checkActs] : []),
  ];
  return {
    watch: () => {
      for (const check of checks) check(world);
    },
    conclude: () => {
      for (const check of checks) check(world);
      for (const run of world.runs) if (run.isTerminated) checkSettled(world, run);
    },
  };
}

/** The last run that was told of with this status, if there is one. */
const completed = ({ runs }: World) => runs.find(({ told }) => told?.status === 'completed');
const isFailure = ({ told }: Run) => told !== undefined && told.status !== 'completed';

function checkEffects(world: World): void {
  const { effects, rows } = world.store;
  world.expect(effects.length <= 1, 'no two effects under one key');
  const output = completed(world)?.told?.output;
  if (output)
    world.expect(
      effects.length === 1 && effects[0]?.by === output.by,
      'completed: the effect is there, and is that of the output',
    );
  for (const run of world.runs.filter(isFailure)) {
    const left = effects.filter(({ token }) => run.tokens.has(token));
    world.expect(left.length === 0, 'told as failed: no effect then, nor ever after');
    const isSealed = !run.last || rows.get(run.last.token)?.state === 'sealed';
    world.expect(isSealed, 'a failure is told after the seal');
  }
}

function checkHolds(world: World): void {
  const held = (run: Run) => [...run.tokens].flatMap((token) => world.sink.heldBy(token));
  for (const run of world.runs.filter(isFailure)) {
    if (run.told?.code === 'COMPENSATION_FAILED') continue;
    world.expect(held(run).length === 0, 'told as failed: nothing is held then, nor ever after');
  }
  const output = completed(world)?.told?.output;
  if (!output) return;
  const all = world.runs.flatMap(held);
  world.expect(all.length === 1 && all[0] === output.by, 'completed: one hold, and it is that of the output');
}

/** Of a plain action: whatever else has happened, what was told has. */
function checkActs(world: World): void {
  const run = completed(world);
  const output = run?.told?.output;
  if (!run || !output) return;
  const acts = [...run.tokens].flatMap((token) => world.sink.heldBy(token));
  world.expect(acts.includes(output.by), 'completed: the attempt of the output has acted');
}

/** Nobody was told what came of it, so it is what settling says. */
function checkSettled(world: World, run: Run): void {
  const { settled } = run;
  if (settled?.outcome === 'COMPENSATION_FAILED') return;
  const isCommitted = settled?.outcome === 'committed';
  const effects = world.store.effects.filter(({ token }) => run.tokens.has(token)).length;
  const held = [...run.tokens].flatMap((token) => world.sink.heldBy(token)).length;
  if (world.plan.level === 'plain') return;
  if (world.plan.level !== 'compensated')
    world.expect(effects === (isCommitted ? 1 : 0), 'terminated: settled whole');
  if (world.plan.level !== 'transactional')
    world.expect(held === (isCommitted ? 1 : 0), 'terminated: nothing is left held');
}
