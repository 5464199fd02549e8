import { expect, test, vi } from 'vitest';
import { temporalLog } from '../../src/worker/temporal-log.ts';

const setUp = () => {
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const tell = temporalLog(log);
  return { log, tell: (entry: object) => tell({ timestampNanos: 0n, ...entry } as never) };
};
const place = {
  namespace: 'default',
  taskQueue: 'q',
  workflowId: 'w',
  runId: 'r',
  workflowType: 'order.place',
};

test('what a workflow logs is told at its level, its own fields apart from whose they are', () => {
  const { log, tell } = setUp();
  const meta = { ...place, sdkComponent: 'workflow', workflow: 'another', order: 7 };
  tell({ level: 'INFO', message: 'placed', meta });
  expect(log.info).toHaveBeenCalledExactlyOnceWith('placed', {
    ...{ workflow: 'order.place', workflowId: 'w', runId: 'r' },
    fields: { workflow: 'another', order: 7 },
  });
});

test('what Temporal says of itself is told only where something has failed', () => {
  const { log, tell } = setUp();
  tell({ level: 'WARN', message: 'Workflow failed', meta: { ...place, sdkComponent: 'worker' } });
  expect(log.warn).not.toHaveBeenCalled();
  tell({ level: 'ERROR', message: 'Worker failed', meta: { sdkComponent: 'worker' } });
  expect(log.error).toHaveBeenCalledExactlyOnceWith('Worker failed', { sdkComponent: 'worker' });
});

test('attempts that outlast the force time are no fault', () => {
  const { log, tell } = setUp();
  const error = Object.assign(new Error('x'), { name: 'GracefulShutdownPeriodExpiredError' });
  tell({ level: 'ERROR', message: 'Worker failed', meta: { sdkComponent: 'worker', error } });
  expect(log.error).not.toHaveBeenCalled();
  expect(log.warn).toHaveBeenCalledOnce();
});
