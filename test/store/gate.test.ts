import { describe, expect, test } from 'vitest';
import { Gate } from '../../src/store/gate.ts';

const patient = { ms: 10_000 };

describe('a gate', () => {
  test('ends a wait at once when its signal is aborted, and gives the place to the next', async () => {
    const gate = new Gate(1);
    await gate.enter(patient);
    const abort = new AbortController();
    const impatient = gate.enter({ ...patient, signal: abort.signal });
    const next = gate.enter(patient);
    abort.abort(new Error('cancelled'));
    await expect(impatient).rejects.toThrow('cancelled');
    gate.leave();
    expect(await next).toBe(true);
  });

  test('ends a wait that is too long, and loses no place by it', async () => {
    const gate = new Gate(1);
    await gate.enter(patient);
    expect(await gate.enter({ ms: 1 })).toBe(false);
    gate.leave();
    expect(await gate.enter({ ms: 1 })).toBe(true);
    expect(await gate.enter({ ms: 1 })).toBe(false);
  });
});
