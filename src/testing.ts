// Without a server
export { testAction } from './testing/test-action.ts';
export type { ActionTest } from './testing/test-action.ts';
export type { CrashPoint, TestFaults } from './testing/faults.ts';
export type { TestAttempt, TestRun } from './testing/run.ts';
export type { TestLogLine } from './testing/logbook.ts';

// With real ones
export { startTestServers } from './testing/servers.ts';
export type { TestServers } from './testing/servers.ts';
