import type { Node } from '@babel/types';
import type { Rule } from './rule.ts';
import { found } from './rule.ts';

/** What Temporal's sandbox has: the language itself, and a few things that it puts there or makes deterministic. */
const PRESENT = new Set(
  [
    'Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date Promise RegExp',
    'Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError globalThis JSON Math Intl',
    'ArrayBuffer Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float32Array Float64Array',
    'Uint8ClampedArray BigUint64Array BigInt64Array DataView Map BigInt Set WeakMap WeakSet Proxy Reflect decodeURI',
    'decodeURIComponent encodeURI encodeURIComponent escape unescape isFinite isNaN Iterator SuppressedError',
    'DisposableStack AsyncDisposableStack console arguments',
    'URL URLSearchParams assert TextEncoder TextDecoder AbortController setTimeout clearTimeout',
  ].flatMap((names) => names.split(' ')),
);

const CURES: Record<string, string> = {
  fetch:
    'Call it in the handler of an action, and that as a step: then it is repeated when it fails, and on record.',
  process: 'Pass what it tells in the input, or read it in an action.',
  crypto:
    '`ctx.uuid()` gives an identifier that is the same at every replay; anything else belongs into an action.',
  performance: '`ctx.now()` gives the time as the record has it.',
  setInterval: 'Write a loop with `await ctx.sleep(…)`.',
  setImmediate: 'Await what has to come first.',
  Buffer: '`TextEncoder` and `Uint8Array` are there; anything else belongs into an action.',
  WeakRef: 'When memory is freed differs from run to run; hold the value itself.',
  FinalizationRegistry: 'When memory is freed differs from run to run; clean up in a `finally`.',
};

const OTHERWISE = 'Use it in the handler of an action, or import or declare what the name stands for.';

/** A name that neither the module nor the sandbox knows would stop the workflow when it is reached. */
export const missingGlobal: Rule = (input) =>
  input.nodes.flatMap(({ module, node }) => {
    if (node.type !== 'Identifier' || PRESENT.has(node.name) || module.scopes.bindingOf.has(node)) return [];
    const parent = module.scopes.parentOf.get(node);
    if (!parent || isAsked(parent) || isRequire(parent, node)) return [];
    const message = `A workflow uses \`${node.name}\`, which its sandbox does not have: there is only what gives the same at every replay.`;
    const cure = Object.hasOwn(CURES, node.name) ? CURES[node.name]! : OTHERWISE;
    return [found(input, 'missing-global', { module, node }, message, cure)];
  });

/** `typeof fetch` asks whether it is there. */
const isAsked = (parent: Node): boolean => parent.type === 'UnaryExpression' && parent.operator === 'typeof';

/** Another rule tells of it. */
const isRequire = (parent: Node, node: Node): boolean =>
  parent.type === 'CallExpression' &&
  parent.callee === node &&
  node.type === 'Identifier' &&
  node.name === 'require';
