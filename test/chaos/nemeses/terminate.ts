import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { System } from '../system.ts';
import type { Nemesis, World } from './nemesis.ts';
import { isOver, pause } from './nemesis.ts';

const RUNNING =
  'ExecutionStatus = "Running" and WorkflowType in ("bank.transfer", "bank.pay", "hold.place", "email.send")';
const KEY = /^[^/]+\/[^/]+\/key=(.*)$/;

/** Ends running invocations by Temporal's terminate, which runs no code of theirs, and asks for most of them again. */
export const terminate: Nemesis = async (world) => {
  const { system, faults, random } = world;
  const repeats: Promise<void>[] = [];
  while (!isOver(world)) {
    const workflowId = await terminateOne(system, random).catch(() => undefined);
    if (workflowId !== undefined) {
      faults.add('terminate', workflowId);
      if (random.chance(0.7)) repeats.push(repeat(workflowId, world));
    }
    await pause(world, random.int(100, 400));
  }
  await Promise.all(repeats);
};

/** Undefined when nothing was running. */
async function terminateOne(system: System, random: Random): Promise<string | undefined> {
  const namespace = 'default';
  return await system.temporal(async ({ workflowService }) => {
    const list = await workflowService.listWorkflowExecutions({ namespace, query: RUNNING, pageSize: 50 });
    const running = list.executions.flatMap(({ execution }) => execution ?? []);
    if (running.length === 0) return undefined;
    const workflowExecution = random.pick(running);
    await workflowService.terminateWorkflowExecution({ namespace, workflowExecution, reason: 'chaos' });
    return workflowExecution.workflowId ?? undefined;
  });
}

async function repeat(workflowId: string, { random, repeat }: World): Promise<void> {
  const key = KEY.exec(workflowId)?.[1];
  const [pause, times] = [random.pick([0, 0, 200, 1_500]), random.int(1, 3)];
  if (key === undefined) return;
  await delay(pause);
  await repeat(key, times);
}
