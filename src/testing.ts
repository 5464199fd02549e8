// Without a server
export { testAction } from './testing/test-action.ts';
export type { ActionTest, TestOptions } from './testing/test-action.ts';
export type { CrashPoint } from './testing/crash-points.ts';
export type { AttemptFaults, TestFaults } from './testing/faults.ts';
export type { TestAttempt, TestCall, TestRun } from './testing/test-run.ts';
export type { TestCompensation } from './testing/settlement.ts';
export type { TestEnqueued } from './testing/enqueued.ts';
export type { TestLogLine } from './testing/logbook.ts';
export { testWorkflow } from './testing/test-workflow.ts';
export type { WorkflowTest, WorkflowTestOptions } from './testing/test-workflow.ts';
export type { DecisionInput, Moment } from './testing/workflow/cues.ts';
export type { ActionDouble, DoubleHandler } from './testing/workflow/doubles.ts';
export type { StepFaults } from './testing/workflow/step-faults.ts';
export type {
  TestDecision,
  TestStep,
  TestWorkflowLogLine,
  TestWorkflowRun,
} from './testing/workflow/workflow-run.ts';

// With real ones
export { startTestServers } from './testing/servers.ts';
export type { TestServers } from './testing/servers.ts';
