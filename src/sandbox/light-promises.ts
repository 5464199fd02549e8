const PLAIN_ERROR = globalThis.Error;

/**
 * The SDK takes a stack trace of every promise of the sandbox, for its `__stack_trace` query, which cost more than all
 * else a workflow did. It takes it by `new Error()`; here that has an empty one. Errors with a message have theirs.
 */
export function lightenPromises(): void {
  const light: ErrorConstructor = new Proxy(PLAIN_ERROR, {
    construct(target, args: unknown[], newTarget) {
      if (args.length > 0 || newTarget !== light) return Reflect.construct(target, args, newTarget) as object;
      const error = Object.create(target.prototype) as object;
      // Everything above a function that is not on the stack: nothing.
      target.captureStackTrace(error, neverCalled);
      return error;
    },
  });
  globalThis.Error = light;
}

const neverCalled = (): void => undefined;
