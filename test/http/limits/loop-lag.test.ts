import { expect, test } from 'vitest';
import { LoopLag } from '../../../src/http/limits/loop-lag.ts';

const MS = 1_000_000;

function watched() {
  const state = { mean: NaN, resets: 0, now: 0 };
  const monitor = {
    get mean() {
      return state.mean;
    },
    reset: () => {
      state.resets++;
      state.mean = NaN;
    },
  };
  return { state, lag: new LoopLag(monitor, () => state.now) };
}

test('the lag is the mean of the last second beyond the resolution, however often it is asked for', () => {
  const { state, lag } = watched();
  state.mean = 1_250 * MS;
  expect(lag.read()).toBe(0);
  state.now = 1_000;
  expect([lag.read(), lag.read()]).toEqual([1_200, 1_200]);
  state.mean = 51 * MS;
  state.now = 1_999;
  expect(lag.read()).toBe(1_200);
  state.now = 2_000;
  expect(lag.read()).toBe(1);
  expect(state.resets).toBe(2);
});

test('without a sample, and with one below the resolution, it is what it was and nothing', () => {
  const { state, lag } = watched();
  state.mean = 2_050 * MS;
  state.now = 1_000;
  expect(lag.read()).toBe(2_000);
  state.now = 3_000;
  expect(lag.read()).toBe(2_000);
  state.mean = 49 * MS;
  expect(lag.read()).toBe(0);
});

test('a loop that is blocked is late, as this process measures it', async () => {
  const lag = new LoopLag();
  const block = () => {
    const end = performance.now() + 550;
    while (performance.now() < end);
  };
  for (let turn = 0; turn < 2; turn++) {
    block();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(lag.read()).toBeGreaterThan(150);
});
