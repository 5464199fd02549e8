import { expect, test } from 'vitest';
import { callerIn, checkTenant, isCallerName, nameInTenant, tenantOf } from '../../src/core/caller.ts';
import { invocationIdOf } from '../../src/core/invocation-id.ts';
import { isWithin, subjectOf } from '../../src/core/subject.ts';
import { workflowIdOf } from '../../src/temporal/ids.ts';
import { settlingIdOf } from '../../src/temporal/settle.ts';

const firstRunId = '01a200c5-c035-7986-ab5d-e9bdd3743b5e';
const idOf = (workflowId: string) => invocationIdOf({ workflowId, firstRunId });

test('a tenant is part of its callers, and none of the default one', () => {
  expect(callerIn('default', 'bob')).toBe('bob');
  expect(callerIn('acme', 'bob')).toBe('acme:bob');
  expect([tenantOf('bob'), tenantOf('acme:bob')]).toEqual(['default', 'acme']);
  expect([nameInTenant('bob'), nameInTenant('acme:bob')]).toEqual(['bob', 'bob']);
});

test.each(['', 'a:b', '-a', 'a'.repeat(65), 'a/b', 'a b', 'ä'])(
  '%j is no tenant, and no name of a caller',
  (tenant) => {
    expect(isCallerName(tenant)).toBe(false);
    expect(() => checkTenant(tenant)).toThrow(expect.objectContaining({ code: 'DEFINITION_INVALID' }));
  },
);

test.each<[caller: string, key: string | undefined]>([
  ['bob', 'a/b'],
  ['acme:bob', undefined],
  ['acme:bob', 'key=/x:y'],
])('an id tells name and caller without a read: %s, %s', (caller, key) => {
  expect(subjectOf(idOf(workflowIdOf('email.send', caller, key)))).toEqual({ name: 'email.send', caller });
});

test('what settles an invocation belongs to its tenant, and in the default one has the id it always had', () => {
  const run = (caller: string) => ({ workflowId: workflowIdOf('a.b', caller, 'k'), runId: firstRunId });
  expect(settlingIdOf('a.b', run('bob'))).toBe(`a.b:settle/${firstRunId}`);
  expect(settlingIdOf('a.b', run('acme:bob'))).toBe(`a.b:settle/acme%3Abob/${firstRunId}`);
  expect(subjectOf(idOf(settlingIdOf('a.b', run('bob'))))).toEqual({ name: 'a.b', caller: undefined });
  expect(subjectOf(idOf(settlingIdOf('a.b', run('acme:bob'))))).toEqual({ name: 'a.b', caller: 'acme:bob' });
});

test('a workflow id is within a tenant and the names that may be read', () => {
  const id = workflowIdOf('email.send', 'acme:bob', 'k');
  expect(isWithin(id, { tenant: 'acme', names: ['email.*'] })).toBe(true);
  expect(isWithin(id, { tenant: 'acme', names: ['crm.*'] })).toBe(false);
  expect(isWithin(id, { tenant: 'acm', names: ['*'] })).toBe(false);
  expect(isWithin(id, { tenant: 'default', names: ['*'] })).toBe(false);
  expect(isWithin('not of ours', { tenant: 'default', names: ['*'] })).toBe(true);
});
