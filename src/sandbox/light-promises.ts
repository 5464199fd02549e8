type Code = () => unknown;
type Prepare = (error: object, frames: readonly never[]) => unknown;

const ACTIVATOR = 'return globalThis.__TEMPORAL_ACTIVATOR__';
const ERROR = 'return globalThis.Error';

/**
 * The SDK takes a stack trace of every promise of the sandbox, for its `__stack_trace` query; that cost more than all
 * else a workflow did. It asks for it through `promise.constructor.constructor`, by compiling these two lines each time:
 * here they are compiled once, and the trace is an empty one. Errors keep theirs. Has to run before the SDK freezes
 * `Promise`, as the first module of a bundle; where the SDK has changed, nothing is done.
 */
export function lightenPromises(): void {
  const prepare = prepareStackTrace();
  if (!prepare || Object.isFrozen(Promise)) return;
  class Traceless {
    /** Read once for each promise: by this call the SDK knows that there is a trace, without which it forgets it. */
    get stack(): string {
      prepare!(NO_ERROR, []);
      return '';
    }
  }
  const otherwise = Promise.constructor as (code: string) => Code;
  const activator: Code = () => (globalThis as Record<string, unknown>)['__TEMPORAL_ACTIVATOR__'];
  const answers = new Map<string, Code>([
    [ACTIVATOR, activator],
    [ERROR, () => Traceless],
  ]);
  const compile = (code: string): Code => answers.get(code) ?? otherwise(code);
  Object.defineProperty(Promise, 'constructor', { value: compile, configurable: true });
}

/** To the SDK's hook an error of its own realm would be one of the host's. */
const NO_ERROR = { constructor: null, toString: () => '' };

/** The SDK's own, which is on the `Error` of the host; `URL` is from there as well. */
function prepareStackTrace(): Prepare | undefined {
  const host = URL.constructor as (code: string) => Code;
  const isThere = host('return typeof Error.prepareStackTrace')() === 'function';
  return isThere
    ? (host('return (error, frames) => Error.prepareStackTrace(error, frames)')() as Prepare)
    : undefined;
}
