export { toEntries } from './entries.ts';
export { linksOf, memoOf, outcomeOf, readInvocation } from './invocation.ts';
export type { HistoryEvent, InvocationRecord, PendingActivity, Reading } from './history.ts';
export { toTime } from './history.ts';
