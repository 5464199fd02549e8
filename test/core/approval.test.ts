import { expect, test } from 'vitest';
import type { ApprovalRequest } from '../../src/core/approval.ts';
import { approvalProblem } from '../../src/core/approval.ts';

const request: ApprovalRequest = {
  ...{ name: 'ship', digest: 'd', subject: null, state: 'open', expiresAt: null },
  ...{ approvers: ['boss', 'acme:auditor'], requestedAt: '2026-01-01T00:00:00.000Z' },
};
const problemOf = (by: string) =>
  approvalProblem([request], { name: 'ship', digest: 'd', approved: true, by })?.code;

test('approvers are named as their tenant knows them, or with it', () => {
  expect([problemOf('boss'), problemOf('acme:boss'), problemOf('acme:auditor')]).toEqual(
    Array(3).fill(undefined),
  );
  expect([problemOf('bob'), problemOf('boss:x'), problemOf('auditor')]).toEqual(Array(3).fill('FORBIDDEN'));
});
