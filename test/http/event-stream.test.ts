import { EventEmitter } from 'node:events';
import type { Response } from 'express';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EventStream } from '../../src/http/event-stream.ts';

/** A client that takes nothing until the test says so: a real socket's buffers are the system's to size. */
class SlowResponse extends EventEmitter {
  statusCode = 0;
  destroyed = false;
  writableNeedDrain = false;
  readonly written: string[] = [];
  setHeader = () => this;
  write(text: string): boolean {
    this.written.push(text);
    return !this.writableNeedDrain;
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
  end = () => this;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function opened() {
  const res = new SlowResponse();
  const stream = new EventStream(res as unknown as Response);
  stream.open();
  return { res, stream };
}

const event = { id: '1', data: 'x' };

test('a silent stream is kept alive by a comment every 15 seconds, until it is closed', () => {
  const { res, stream } = opened();
  vi.advanceTimersByTime(30_000);
  expect(res.written.filter((text) => text === ': keep-alive\n\n')).toHaveLength(2);
  stream.close();
  vi.advanceTimersByTime(60_000);
  expect(res.written).toHaveLength(3);
});

test('what a client does not take is waited for, and keeps no comments', async () => {
  const { res, stream } = opened();
  res.writableNeedDrain = true;
  let isSent = false;
  const sending = stream.send(event).then(() => (isSent = true));
  await vi.advanceTimersByTimeAsync(20_000);
  expect([isSent, res.written.length]).toEqual([false, 2]);
  res.emit('drain');
  await sending;
  expect(res.listenerCount('drain') + res.listenerCount('close')).toBe(0);
});

test('a client that takes nothing for 30 seconds is let go', async () => {
  const { res, stream } = opened();
  res.writableNeedDrain = true;
  const sending = stream.send(event);
  await vi.advanceTimersByTimeAsync(30_000);
  await sending;
  expect(res.destroyed).toBe(true);
  await stream.send(event);
  expect(res.written).toHaveLength(2);
});
