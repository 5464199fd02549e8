import { expect, test } from 'vitest';
import { transportOf } from '../../src/temporal/connection.ts';

test.each(['127.0.0.1:7233', '127.1.2.3:7233', 'localhost:7233', 'localhost', '[::1]:7233'])(
  'what goes to %s, which is this machine, is not compressed',
  (address) => {
    expect(transportOf({ address })).toEqual({ grpcCompression: { codec: 'none' } });
  },
);

test.each(['temporal.example.com:7233', 'localhost.example.com:7233', '10.0.0.127:7233', undefined])(
  'what goes to %s may have far to go: Temporal’s default stays',
  (address) => {
    expect(transportOf(address === undefined ? {} : { address })).toEqual({});
  },
);
