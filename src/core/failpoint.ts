const SLOT = Symbol.for('@do-sdk/core.failpoint');

/**
 * A named place between two steps at which a test may end, stop or delay the process: it puts a function into the slot.
 * Nothing in this package ever fills it.
 */
export function failpoint(name: string): Promise<void> | void {
  return (globalThis as { [SLOT]?: (name: string) => Promise<void> | void })[SLOT]?.(name);
}
