export { toEntries } from './entries.ts';
export { linksOf, memoOf, outcomeOf, readInvocation } from './invocation.ts';
export type { HistoryEvent, InvocationRecord, Memo, PendingActivity, Reading } from './history.ts';
export { toTime } from './history.ts';
