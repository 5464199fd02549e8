import { expect, test } from 'vitest';
import { Action } from '../../src/core/action.ts';
import { allRegistered, registered } from '../../src/core/registry.ts';

const defined = (name: string) => new Action({ name, handler: () => 1 });

test('an action is known by its name as soon as it is defined', () => {
  const action = defined('registry.known');
  expect(registered('registry.known')).toBe(action);
  expect(allRegistered()).toContain(action);
});

test('a second action of one name is refused with both places and the cure', () => {
  const first = defined('registry.twice');
  let second: unknown;
  try {
    new Action({ name: 'registry.twice', handler: () => 2 });
  } catch (error) {
    second = error;
  }
  expect(second).toMatchObject({ code: 'ACTION_DUPLICATE' });
  const { message } = second as Error;
  expect(message).toContain('The `name` "registry.twice" is taken');
  expect(message.match(/registry\.test\.ts:\d+:\d+/g)).toHaveLength(2);
  expect(message).toMatch(/rename one of them/);
  expect(registered('registry.twice')).toBe(first);
});

test('a definition that was refused leaves its name free', () => {
  expect(() => new Action({ name: 'registry.free', handler: undefined as never })).toThrow('`handler`');
  expect(registered('registry.free')).toBeUndefined();
  expect(() => defined('registry.free')).not.toThrow();
});

test.each(['toString', 'constructor', '__proto__', 'hasOwnProperty'])('%s is no action', (name) => {
  expect(registered(name)).toBeUndefined();
});
