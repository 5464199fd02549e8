import type { WorkflowEnvelope } from '../core/envelope.ts';
import { setHost } from '../core/host.ts';
import type { WorkflowContext } from '../core/workflow-context.ts';
import { Approvals } from './approvals.ts';
import type { CarriedBeside } from './continuation.ts';
import { Continuation } from './continuation.ts';
import { Journal } from './journal.ts';
import { JournaledSteps } from './journaled-steps.ts';
import { Loops } from './loops.ts';
import { Sensitive } from './sensitive.ts';
import { Signals } from './signals.ts';
import type { Steps } from './steps.ts';
import { contextOf } from './workflow-context.ts';

export interface HandlerOptions {
  input: unknown;
  envelope: WorkflowEnvelope;
  steps: Steps;
  deadlineAt: number | undefined;
}

export interface HandlerParts {
  context: WorkflowContext;
  continuation: Continuation;
  sensitive: Sensitive;
}

/** What a handler works with, as it was left by the run before this one, if there was any. */
export function handlerParts({ input, envelope, steps, deadlineAt }: HandlerOptions): HandlerParts {
  const { resume } = envelope;
  if (resume) steps.resume(resume.steps);
  const journal = new Journal(resume);
  const host = new JournaledSteps(steps, journal, envelope);
  setHost(host);
  const sensitive = new Sensitive();
  const signals = new Signals(sensitive, resume);
  const approvals = new Approvals(sensitive, resume?.approvals);
  signals.listen();
  approvals.listen();
  const carry = (): CarriedBeside => ({
    loops: loops.carried(),
    keyed: host.carried(),
    steps: steps.carried(),
    ...signals.carried(),
    approvals: approvals.carried(),
    ...(deadlineAt !== undefined && { deadlineAt }),
  });
  const openSteps = () => host.openCount;
  const continuation = new Continuation({ input, envelope, journal, openSteps, carry });
  const loops = new Loops(journal, continuation.betweenIterations);
  return { context: contextOf({ journal, loops, signals, approvals, sensitive }), continuation, sensitive };
}
