import { expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import type { ApprovalRequest } from '../../src/core/approval-request.ts';
import type { ActionEntry, describeEntry } from '../../src/core/catalogue.ts';
import type { Decision } from '../../src/core/decision.ts';
import type { ErrorCode } from '../../src/core/errors.ts';
import type { Audit, Invocation } from '../../src/core/invocation.ts';
import type { InvocationPage, InvocationQuery } from '../../src/core/query.ts';
import type { AUDIT } from '../../src/http/openapi/audit.ts';
import type { BATCH_RESULTS, BatchResult } from '../../src/http/openapi/batch.ts';
import type { ACTION, WORKFLOW } from '../../src/http/openapi/catalogue.ts';
import type { APPROVAL_REQUEST, INVOCATION, INVOCATION_PAGE } from '../../src/http/openapi/invocation.ts';
import type { PROBLEM } from '../../src/http/openapi/problem.ts';
import type { DECISION, LIST_QUERY } from '../../src/http/openapi/requests.ts';
import type { Problem } from '../../src/http/problem.ts';

/** A code is one of a list in the document, and text in what an invocation of any version may have. */
type Widened<T> = [T] extends [string] ? ([ErrorCode] extends [T] ? string : T) : Plain<T>;
/** An optional field of a schema may be undefined, one of ours is absent; JSON knows no difference. */
type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { [Key in keyof T]: object extends Pick<T, Key> ? Widened<T[Key]> | undefined : Widened<T[Key]> }
    : T;
type Told<Schema extends z.ZodType> = Plain<z.output<Schema>>;

test('what the document says of an invocation is what an invocation is', () => {
  expectTypeOf<Told<typeof INVOCATION>>().toEqualTypeOf<Plain<Invocation>>();
  expectTypeOf<Told<typeof INVOCATION_PAGE>>().toEqualTypeOf<Plain<InvocationPage>>();
  expectTypeOf<Told<typeof APPROVAL_REQUEST>>().toEqualTypeOf<Plain<ApprovalRequest>>();
});

test('what it says of an audit is what an audit is', () => {
  expectTypeOf<Told<typeof AUDIT>>().toEqualTypeOf<Plain<Audit>>();
});

test('what it says of problems and of batches is what is answered', () => {
  expectTypeOf<Told<typeof PROBLEM>>().toEqualTypeOf<Plain<Problem>>();
  expectTypeOf<Told<typeof BATCH_RESULTS>>().toEqualTypeOf<{ items: Plain<BatchResult>[] }>();
});

test('what it says of a decision and of a list is what they take', () => {
  expectTypeOf<Told<typeof DECISION>>().toEqualTypeOf<Plain<Decision>>();
  type Filter = keyof Omit<InvocationQuery, 'within'>;
  expectTypeOf<keyof z.output<typeof LIST_QUERY>>().toEqualTypeOf<Filter>();
});

test('what it says of an action or a workflow is how they are described', () => {
  type Described = ReturnType<typeof describeEntry>;
  type Action = Extract<Described, { level: ActionEntry['level'] }>;
  type Workflow = Exclude<Described, Action>;
  expectTypeOf<keyof z.output<typeof ACTION>>().toEqualTypeOf<keyof Action>();
  expectTypeOf<keyof z.output<typeof WORKFLOW>>().toEqualTypeOf<keyof Workflow>();
});
