import type { Safety } from './safety.ts';

/**
 * What holds for an action's effects when an attempt dies half-way. `transactional`: they commit with its outcome, or
 * not at all. `compensated`: what takes them back runs before the failure is told. `idempotent`: the handler passes its
 * token on, and the other side removes duplicates. `none`: a repeated or late attempt may act twice.
 */
export type AtomicityLevel = 'transactional' | 'compensated' | 'idempotent' | 'none';

/** A property's name survives minifiers; a handler that hands its whole context to a helper has to name it there. */
const PASSES_TOKEN = /\bidempotencyKey\b/;

// `toString` of the prototype: the function itself may say whatever it likes.
const sourceOf = (handler: unknown): string => Function.prototype.toString.call(handler);

/** By `ctx.once`, whatever the handler calls its context; other things have a `once` too. */
export function leavesReceipts(handler: unknown): boolean {
  const source = sourceOf(handler);
  const context = parametersOf(source)[1] ?? '';
  if (context.startsWith('{') && /\bonce\b/.test(context)) return true;
  const name = /^[\w$]+|(?<=\.\.\.)[\w$]+/.exec(context)?.[0];
  if (name === undefined) return false;
  const escaped = name.replaceAll('$', '\\$');
  return new RegExp(`(?<![\\w$])${escaped}\\.once\\b|\\bonce\\b[^;{}]*}\\s*=\\s*${escaped}(?![\\w$])`).test(
    source,
  );
}

/** The parameters of a function, as its source spells them. */
function parametersOf(source: string): string[] {
  const parameters = [''];
  let depth = 0;
  for (const sign of source.slice(source.indexOf('(') + 1)) {
    if (depth === 0 && sign === ')') break;
    if ('([{'.includes(sign)) depth++;
    if (')]}'.includes(sign)) depth--;
    if (depth === 0 && sign === ',') parameters.push('');
    else parameters[parameters.length - 1] += sign;
  }
  return parameters.map((parameter) => parameter.trim());
}

/** Derived from what the action is, since a declared level would only be a wish. */
export function levelOf(safety: Safety | undefined, handler: unknown): AtomicityLevel {
  if (safety?.transactional) return 'transactional';
  if (safety?.compensate) return 'compensated';
  return safety?.receipts || PASSES_TOKEN.test(sourceOf(handler)) ? 'idempotent' : 'none';
}
