import { setHost } from './core/host.ts';
import { client } from './local.ts';

// Define
export { Action } from './core/action.ts';
export type {
  ActionDefinition,
  Compensate,
  CompensatingAction,
  CompensationInput,
  Handler,
} from './core/definition.ts';
export type {
  ActionContext,
  ActionLog,
  CompensationContext,
  Transaction,
  TransactionQuery,
} from './core/context.ts';
export type { Concurrency, Priority, RateLimit } from './core/flow.ts';
export type { IsolationOptions } from './core/isolation.ts';
export type { AtomicityLevel } from './core/level.ts';
export { ActionError } from './core/action-error.ts';
export type { ActionErrorOptions } from './core/action-error.ts';
export type { RetryPolicy } from './core/policy.ts';
export type { Schedule, ScheduleOverlap } from './core/schedule.ts';
export type { Duration } from './core/duration.ts';
export * from './core/actions.ts';

// Compose
export { Workflow } from './core/workflow.ts';
export type { FailureNotice, WorkflowDefinition, WorkflowHandler } from './core/workflow-definition.ts';
export type { FailureHandler } from './core/on-failure.ts';
export type { Approval, ApprovalOptions, LoopEnd, WorkflowContext } from './core/workflow-context.ts';

// Invoke
export { client } from './local.ts';
export { Do } from './remote.ts';
export type { DoOptions } from './remote.ts';
export type { ActionClient, ActionRef } from './core/client.ts';
export type { CallOptions, Handle, SignalOptions } from './core/verbs.ts';
export type { AgentTool, AgentToolCall, AgentToolOptions } from './core/agent-tool.ts';
export type { ApprovalRequest } from './core/approval-request.ts';
export type { Decision } from './core/decision.ts';

// Read
export { DoError } from './core/errors.ts';
export type { DoErrorOptions, ErrorCode } from './core/errors.ts';
export type { Audit, AuditEntry, Invocation, InvocationError, InvocationStatus } from './core/invocation.ts';
export type { InvocationItem, InvocationPage, ListOptions } from './core/query.ts';

setHost(client);
