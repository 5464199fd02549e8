export { toEntries } from './entries.ts';
export { isBegun, slotAwaited } from './failure.ts';
export { linksOf, outcomeOf, readInvocation } from './invocation.ts';
export { fieldOf, memoOf } from './memo.ts';
export { sensitiveSchemas } from './told.ts';

export type { HistoryEvent, InvocationRecord, Memo, PendingActivity, Reading } from './history.ts';
export { toTime } from './history.ts';
