import type { Attempt } from '../attempt/run.ts';
import type { AttemptEnvelope } from '../core/envelope.ts';
import { readRecord } from '../temporal/history.ts';
import { readSteps } from '../temporal/recorded-steps.ts';
import type { WorkerHost } from './host.ts';

export interface Recalled {
  asked: Pick<Attempt, 'role' | 'input'>;
  meta: AttemptEnvelope;
}

/** An attempt to take a step back with what was too large to travel along; others as they are. */
export async function recalled(attempt: Recalled, { temporal }: WorkerHost): Promise<Recalled> {
  const { asked, meta } = attempt;
  const { recall, compensates } = meta;
  if (!recall || !compensates) return attempt;
  const { runs } = await readRecord(temporal, recall);
  const step = readSteps(runs).steps.get(recall.path);
  if (step?.meta.attempt !== recall.attempt)
    throw new Error(
      `Attempt ${recall.attempt} of the step ${recall.path} is not on the record of its workflow.`,
    );
  const { input, output } = step;
  // Another action that takes it back gets all of it as its input.
  const given = asked.role === 'compensate' ? input : { ...(asked.input as object), input, output };
  return { asked: { ...asked, input: given }, meta: { ...meta, compensates: { ...compensates, output } } };
}
